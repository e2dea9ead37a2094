"""A legal representative applies for one child, comes to the school with papers, and is let in or refused in words.

What the applicant is told does not depend on whether a code is known, until somebody was seen at the school.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, override

from zvanets.accounts.letters import post
from zvanets.accounts.models import User
from zvanets.guardians.actions import grant_right
from zvanets.guardians.models import Application, Guardian, Guardianship, Relation
from zvanets.history.record import Actor, Fact, Json, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock, identity, names
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.schools.models import Enrolment, Student, StudentCode
from zvanets.tenancy.school import at_school

LEGAL = tuple(each for each in Relation if each != Relation.SELF)

_DECIDED = gettext_noop("По това заявление вече има решение.")
_UNSEEN = gettext_noop("Първо отбележете кои документи видяхте и че заявлението е подписано.")
_NO_GROUND = gettext_noop("Изберете на какво основание отказвате.")
_A_NUMBER = gettext_noop("Бележката прилича на номер на документ. Пишете само какъв е документът, без номера.")


@dataclass(frozen=True, slots=True)
class Filed:
    """What somebody applies with."""

    code: str
    relation: Relation
    first_name: str
    last_name: str
    middle_name: str = ""


def apply(user: User, filed: Filed, *, address: str = "") -> None:
    """Put an application on the school's list; a code of nobody, or one applied for before, leaves no trace but the letter.

    Opens the school itself: who applies has none.
    """
    place = StudentCode.objects.filter(code=filed.code).values_list("school_id", "student_id").first()
    with transaction.atomic():
        if place:
            with at_school(place[0]):
                _file(user, place[1], filed, address)
        _write(user, gettext_noop("Заявлението Ви е прието"), _RECEIVED)


_RECEIVED = gettext_noop(
    "%(name)s, получихме заявлението Ви за достъп до дневника. Елате в училището на детето с документ за самоличност"
    " и документ, че го представлявате: там ще подпишете заявлението. Отговорът идва до 72 часа. Ако кодът не е верен,"
    " заявлението няма да е в училището: проверете го на етикета и подайте ново."
)


def _file(user: User, student_id: int, filed: Filed, address: str) -> None:
    now = clock.now()
    standing = Enrolment.objects.standing(on=clock.today()).filter(student=student_id)
    waiting = Application.objects.filter(user=user, student=student_id, decided_at__isnull=True)
    rights = Guardianship.objects.not_ended(on=clock.today()).held_by(user).filter(student=student_id)
    # The student's row is locked, so that one pressed twice is one application.
    student = Student.objects.select_for_update(no_key=True).get(pk=student_id)
    if not standing.exists() or waiting.exists() or rights.exists():
        return
    application = Application.objects.create(
        student=student,
        user=user,
        relation=filed.relation,
        first_name=filed.first_name.strip(),
        middle_name=filed.middle_name.strip(),
        last_name=filed.last_name.strip(),
        sort_name=names.sort_key(filed.first_name, filed.middle_name, filed.last_name),
        filed_at=now,
        consented_at=now,
    )
    _record(Actor(user.pk, "guardian", address), Verb.APPLICATION_FILED, application)


@transaction.atomic
def see_papers(
    *, actor: Actor, application: Application, identity: Application.Identity, proof: Application.Proof
) -> None:
    """Note which kinds of documents were seen in person and that the paper was signed. Raises Refusal `decided`."""
    seen = {"identity": identity, "proof": proof, "is_signed": True, "seen_at": clock.now(), "seen_by": actor.user_id}
    _change(application, **seen)
    _record(actor, Verb.APPLICATION_SEEN, application, identity=identity, proof=proof)
    _write(application.user, gettext_noop("Видяхме документите Ви"), _SEEN)


_SEEN = gettext_noop("%(name)s, училището видя документите Ви и подписаното заявление. Решението идва с отделно писмо.")


@transaction.atomic
def grant_application(*, actor: Actor, application: Application) -> Guardianship:
    """Let the applicant in as a legal representative. Raises Refusal `decided`, `unseen`, `has_right`."""
    if application.seen_at is None:
        raise Refusal("unseen", _UNSEEN)
    right = grant_right(
        actor=actor,
        guardian=guardian_of(application.user, application),
        student=application.student,
        relation=Relation(application.relation),
    )
    _change(application, decided_at=clock.now(), decided_by=actor.user_id, right=right.pk)
    _record(actor, Verb.APPLICATION_GRANTED, application)
    _write(application.user, gettext_noop("Имате достъп до дневника"), _GRANTED, url=f"{settings.ORIGIN}/p/")
    return right


_GRANTED = gettext_noop("%(name)s, училището Ви даде достъп до дневника на детето. Влезте с паролата си: %(url)s")


@transaction.atomic
def refuse_application(*, actor: Actor, application: Application, ground: Application.Ground, note: str = "") -> None:
    """Refuse on one of the grounds. Raises Refusal `decided`, `ground_missing`, `number`."""
    if ground not in Application.Ground.values:
        raise Refusal("ground_missing", _NO_GROUND)
    if identity.holds_number(note):
        raise Refusal("number", _A_NUMBER)
    _change(application, decided_at=clock.now(), decided_by=actor.user_id, ground=ground, note=note.strip())
    _record(actor, Verb.APPLICATION_REFUSED, application, ground=ground)
    with override(application.user.language):
        why = gettext(str(Application.Ground(ground).label))
    said = f"{why}. {note.strip()}".strip()
    _write(application.user, gettext_noop("Отказан достъп до дневника"), _REFUSED, why=said)


_REFUSED = gettext_noop(
    "%(name)s, училището отказа достъпа: %(why)s Може да подадете ново заявление по всяко време; въпроси: в училището."
)


def guardian_of(user: User, named: Application | Guardian) -> Guardian:
    """Return the guardian of this school behind an account, made with these names when there is none."""
    known: Guardian | None = Guardian.objects.filter(user=user).order_by("pk").first()
    return known or Guardian.objects.create(
        user=user,
        first_name=named.first_name,
        middle_name=named.middle_name,
        last_name=named.last_name,
        sort_name=named.sort_name,
        language=user.language,
    )


def _change(application: Application, **fields: object) -> None:
    """Compare and set: who decides second finds it decided."""
    own = {
        ("right_id" if name == "right" else f"{name}_id" if name.endswith("_by") else name): value
        for name, value in fields.items()
    }
    if not Application.objects.filter(pk=application.pk, decided_at__isnull=True).update(**own):
        raise Refusal("decided", _DECIDED)
    for name, value in own.items():
        setattr(application, name, value)


def _write(user: User, subject: str, text: str, **said: str) -> None:
    """Leave a letter in the reader's language; who signed up by an invitation may have no address."""
    if not user.email:
        return
    with override(user.language):
        words = gettext(text) % {"name": user.name, **said}
        post(user.email, subject=gettext(subject), text=words, language=user.language)


def _record(actor: Actor, verb: Verb, application: Application, **said: Json) -> None:
    body: dict[str, Json] = {"student": application.student.short_name, "applicant": application.user_id, **said}
    fact = Fact(
        verb, sub_verb=application.relation, student_id=application.student_id, object_id=application.pk, body=body
    )
    record([fact], actor=actor, tell=False)
