"""Send an announcement and withdraw it. Call inside at_school(); whom the sender may write to is settled by the caller."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from zvanets.accounts.models import User
from zvanets.history.record import Actor, Fact, Json, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.messaging.models import AnnouncedTo, Announcement
from zvanets.rules.announcements import too_many, urgent_needs
from zvanets.schools.models import ClassGroup, Enrolment, Student, YearGroup

LARGE = (Announcement.Audience.YEAR, Announcement.Audience.SCHOOL)


@dataclass(frozen=True, slots=True)
class Address:
    """To whom: class books whole, and single children beside them."""

    audience: Announcement.Audience
    books: Sequence[int] = ()
    students: Sequence[int] = ()
    year_group: YearGroup | None = None
    may_be_urgent: bool = False

    def everyone(self) -> set[int]:
        """Return the children it reaches today."""
        enrolled = Enrolment.objects.standing(on=clock.today()).filter(class_book__in=self.books)
        return {*self.students, *enrolled.values_list("student_id", flat=True)}


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    text: str
    is_urgent: bool = False
    reason: str = ""

    @property
    def verb(self) -> Verb:
        return Verb.MESSAGE_URGED if self.is_urgent else Verb.MESSAGE_SENT

    def body(self, author: str) -> dict[str, Json]:
        return {"title": self.title, "text": self.text, "teacher": author}


def to_students(students: Sequence[Student], *, may_be_urgent: bool) -> Address:
    return Address(Announcement.Audience.STUDENTS, (), [each.pk for each in students], may_be_urgent=may_be_urgent)


def to_class(book: ClassGroup, *, may_be_urgent: bool) -> Address:
    return Address(Announcement.Audience.CLASS, [book.pk], may_be_urgent=may_be_urgent)


def to_year(year_group: YearGroup) -> Address:
    """Its class books; of a combined class, which has no year group, the children of this one."""
    books = ClassGroup.objects.books().filter(year_group=year_group, kind=ClassGroup.Kind.CLASS)
    combined = Enrolment.objects.standing(on=clock.today()).filter(
        class_group__year_group=year_group, class_book__year_group__isnull=True, class_book__kind=ClassGroup.Kind.CLASS
    )
    students = sorted(set(combined.values_list("student_id", flat=True)))
    found = list(books.values_list("pk", flat=True))
    return Address(Announcement.Audience.YEAR, found, students, year_group, may_be_urgent=True)


def to_school(year: int) -> Address:
    """Every class book of the school year; groups for the afternoon hold the same children again."""
    books = ClassGroup.objects.books().in_year(year).filter(kind=ClassGroup.Kind.CLASS)
    return Address(Announcement.Audience.SCHOOL, list(books.values_list("pk", flat=True)), may_be_urgent=True)


@transaction.atomic
def send_announcement(actor: Actor, address: Address, words: Words, *, save_key: UUID) -> Announcement:
    """Write it down for each class or child; sent again with the same key it is the one that was sent.

    Raises Refusal `nobody`, `not_urgent`, `reason_missing`, `too_many`, `too_many_large`.
    """
    author = User.objects.select_for_update(no_key=True).get(pk=actor.writer_id)  # one after another: they are counted
    if sent := Announcement.objects.filter(save_key=save_key, author=author).first():
        found: Announcement = sent
        return found
    _must_be_lawful(author, address, words)
    announcement = Announcement.objects.create(
        author=author,
        author_role=actor.role,
        audience=address.audience,
        year_group=address.year_group,
        title=words.title,
        text=words.text,
        is_urgent=words.is_urgent,
        reason=words.reason.strip() if words.is_urgent else "",
        sent_at=clock.now(),
        save_key=save_key,
    )
    to = [AnnouncedTo(announcement=announcement, class_group_id=each) for each in address.books]
    to += [AnnouncedTo(announcement=announcement, student_id=each) for each in address.students]
    AnnouncedTo.objects.bulk_create(to)
    record(_facts(announcement, to, words.verb, words.body(author.name)), actor=actor, tell=True)
    return announcement


@transaction.atomic
def withdraw_announcement(
    actor: Actor, announcements: QuerySet[Announcement], *, announcement_id: int, why: str
) -> Announcement:
    """Take it back: who has not been told hears nothing, who has hears that it is withdrawn.

    Raises Announcement.DoesNotExist, Refusal `reason_missing`, `withdrawn`.
    """
    if not why.strip():
        text = gettext_noop("Напишете защо отменяте съобщението: причината остава в историята и родителите я четат.")
        raise Refusal("reason_missing", text)
    announcement = (
        Announcement.objects.filter(pk__in=announcements).select_for_update(of=("self",)).get(pk=announcement_id)
    )
    if announcement.withdrawn_at is not None:
        raise Refusal("withdrawn", gettext_noop("Съобщението вече е отменено."))
    announcement.withdrawn_at, announcement.withdrawn_why = clock.now(), why.strip()
    announcement.save(update_fields=["withdrawn_at", "withdrawn_why"])
    body: dict[str, Json] = {"title": announcement.title, "reason": announcement.withdrawn_why}
    record(_facts(announcement, list(announcement.to.all()), Verb.MESSAGE_WITHDRAWN, body), actor=actor, tell=True)
    found: Announcement = announcement
    return found


def _must_be_lawful(author: User, address: Address, words: Words) -> None:
    if not address.books and not address.students:
        raise Refusal("nobody", gettext_noop("Изберете поне едно дете."))
    now = clock.now()
    sent = Announcement.objects.sent_by(author).filter(sent_at__gt=now - timedelta(days=1))
    before = [(at, audience in LARGE) for at, audience in sent.values_list("sent_at", "audience")]
    refusal = urgent_needs(
        is_urgent=words.is_urgent, may_be_urgent=address.may_be_urgent, reason=words.reason
    ) or too_many(before, now=now, is_large=address.audience in LARGE)
    if refusal:
        raise refusal


def _facts(announcement: Announcement, to: Sequence[AnnouncedTo], verb: Verb, body: dict[str, Json]) -> list[Fact]:
    return [
        Fact(
            verb,
            sub_verb=announcement.audience,
            student_id=each.student_id,
            class_group_id=each.class_group_id,
            object_id=announcement.pk,
            body=body,
        )
        for each in to
    ]
