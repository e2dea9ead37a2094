"""Who of the staff is told that an old grade was changed: the teacher in whose name it stands and the homeroom teacher.

Put down with the change's own transaction, and no setting of theirs or of the school stops it.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from zvanets.accounts.letters import post
from zvanets.accounts.models import User
from zvanets.gradebook.models import Grade
from zvanets.history.record import Actor
from zvanets.lib import bg, clock
from zvanets.rules.scales import Mark, in_words, mark_of
from zvanets.schools.models import CourseTeacher, School
from zvanets.tenancy.school import school_now


@dataclass(frozen=True, slots=True)
class Change:
    """An old grade and what stands now in its place, None when nothing does."""

    old: Grade
    now: Mark | None
    actor: Actor
    why: str


def tell_staff(change: Change) -> None:
    changer = User.objects.filter(pk=change.actor.writer_id).values_list("name", flat=True).first() or ""
    zone = ZoneInfo(School.objects.values_list("time_zone", flat=True).get(pk=school_now()))
    for user in witnesses(change.old):
        with override(user.language):
            subject, text = _letter(change, changer, zone, user.language)
        post(user.email or "", subject=subject, text=text, language=user.language)


def witnesses(grade: Grade) -> list[User]:
    """Return those of them who have an e-mail address; the changer too, whose session may not be in their own hands."""
    today = clock.today()
    teaching = CourseTeacher.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), starts_on__lte=today)
    leading = teaching.filter(course__class_group=grade.course.class_group_id, course__is_class_hour=True)
    by_course = teaching.filter(course=grade.course_id) if grade.teacher_id is None else teaching.none()
    members = Q(pk__in=leading.values("staff_member__user")) | Q(pk__in=by_course.values("staff_member__user"))
    if grade.teacher is not None and grade.teacher.user_id is not None:
        members |= Q(pk=grade.teacher.user_id)
    return list(User.objects.filter(members, is_active=True, email__isnull=False).order_by("pk"))


def _letter(change: Change, changer: str, zone: ZoneInfo, lang: str) -> tuple[str, str]:
    old = change.old
    words = {
        "student": old.student.short_name,
        "class_group": old.course.class_group.name,
        "subject": old.course.subject.name,
        "given_on": bg.written_date(old.given_on, lang),
        "changer": changer,
        "when": bg.moment(clock.now(), now=clock.now(), zone=zone, lang=lang),
        "why": change.why,
        "page": f"{settings.ORIGIN}/s/{school_now()}/grades/{old.pk}/",
    }
    text = "\n".join(
        [
            _("%(student)s, %(class_group)s, %(subject)s. Оценка от %(given_on)s.") % words,
            _what(change, lang),
            _("Промени я: %(changer)s, %(when)s. Причина: %(why)s") % words,
            "",
            _("Ако не знаете за това, кажете веднага на директора и сменете паролата си."),
            str(words["page"]),
        ]
    )
    return _("Променена стара оценка: %(class_group)s, %(subject)s") % words, text


def _what(change: Change, lang: str) -> str:
    """Return what it was and is; a grade on the special-needs scale is named in no letter."""
    was = mark_of(change.old.value, change.old.quality, change.old.special)
    if change.old.special is not None:
        return _("Каква е била и каква е сега, вижте в дневника.")
    if change.now is None:
        return _("Беше %s, сега е оттеглена.") % in_words(was, lang, short=True)
    both = {"was": in_words(was, lang, short=True), "now": in_words(change.now, lang, short=True)}
    return _("Беше %(was)s, сега е %(now)s.") % both
