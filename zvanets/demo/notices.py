"""What waits for the demo's homeroom teacher: notices of two families, and a child near a limit of the law."""

from datetime import date, timedelta

from zvanets.accounts.models import Role, User
from zvanets.attendance.actions import absence_fact, lock_unexcused
from zvanets.attendance.models import Absence, AbsenceNotice, ExcuseReason
from zvanets.attendance.notices import Said, give_notice
from zvanets.demo import people
from zvanets.guardians.models import Guardianship
from zvanets.history.record import Actor, record
from zvanets.history.verbs import Verb
from zvanets.lessons.models import LessonRecord
from zvanets.lib import clock
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.notices import Span
from zvanets.schools.models import ClassGroup, Enrolment, Lesson

_NEAR = 4  # unexcused lessons of one child this month: one more and the family's payments stop
_LATELY = timedelta(days=14)


def leave_notices(today: date) -> None:
    """Leave them once, while the class has somebody to write about; inside at_school()."""
    book = ClassGroup.objects.led_by(User.objects.get(username=people.HOMEROOM), on=today).first()
    if book is None or AbsenceNotice.objects.exists():
        return
    rights = list(
        Guardianship.objects.active(on=today)
        .filter(
            may_excuse=True, student__in=Enrolment.objects.standing(on=today).filter(class_book=book).values("student")
        )
        .select_related("student", "guardian__user")
        .order_by("pk")
    )
    own = [each for each in rights if each.guardian.user and each.guardian.user.username == people.GUARDIAN]
    others = [each for each in rights if each.student_id not in {right.student_id for right in own}]
    _announce(own, today)
    excusing = _ask_to_excuse(others, today)
    _near_a_limit([each for each in others if each.student_id != excusing], today)


def _announce(rights: list[Guardianship], today: date) -> None:
    """The demo's parent says that the child will not come on the next school day."""
    for right in rights[:1]:
        ahead = Lesson.objects.standing().filter(date__gt=today, course__members__student=right.student)
        day = ahead.order_by("date").values_list("date", flat=True).first()
        if day:
            _give(right, day, "Семейно тържество в Русе.")


def _ask_to_excuse(rights: list[Guardianship], today: date) -> int | None:
    """Another family asks to excuse a day that was missed lately; return of which student."""
    by_student = {right.student_id: right for right in rights}
    missed = Absence.objects.filter(
        student__in=by_student, kind=AbsenceKind.UNEXCUSED, date__range=(today - _LATELY, today)
    )
    absence = missed.order_by("-date", "pk").first()
    if absence is None:
        return None
    _give(by_student[absence.student_id], absence.date, "Беше неразположен и остана вкъщи.")
    return int(absence.student_id)


def _give(right: Guardianship, day: date, text: str) -> None:
    actor = Actor(right.guardian.user_id, Role.GUARDIAN, "")
    said = Said(Span(day, day), ExcuseReason.FAMILY, text)
    give_notice(actor, right.student, said, way=AbsenceNotice.Way.PORTAL, guardian=right.guardian)


def _near_a_limit(rights: list[Guardianship], today: date) -> None:
    """One child was away from four written lessons of this month; early in a month there are not as many yet."""
    if not rights:
        return
    student = rights[0].student_id
    written = LessonRecord.objects.filter(
        lesson__date__range=(today.replace(day=1), today - timedelta(days=1)), lesson__course__members__student=student
    ).exclude(lesson__absences__student=student)
    records = list(written.select_related("lesson").order_by("-lesson__date", "-lesson__hour_no")[:_NEAR])
    Absence.objects.bulk_create(
        Absence(
            lesson=each.lesson,
            student_id=student,
            date=each.lesson.date,
            kind=AbsenceKind.UNEXCUSED,
            recorded_at=each.saved_at,
            recorded_by_id=each.saved_by_id,
        )
        for each in records
    )
    made = lock_unexcused(Absence.objects.filter(student=student, lesson__in=[each.lesson_id for each in records]))
    if made:
        facts = [absence_fact(Verb.ABSENCE_RECORDED, each, minutes=None) for each in made]
        record(facts, actor=Actor(None, "", ""), tell=False, at=clock.now())
