"""What lies ahead in the demo school, and what stands in its class books beside grades: written once, by the actions."""

from datetime import date, time, timedelta

from zvanets.accounts.models import User
from zvanets.demo import people
from zvanets.demo.shape import MORNING_CLASS
from zvanets.demo.year import monday
from zvanets.guardians.models import Guardianship
from zvanets.history.record import Actor
from zvanets.lib.refusals import Refusal
from zvanets.remarks.actions import remark_students
from zvanets.remarks.actions.gatherings import Gathering, announce_event, call_meeting
from zvanets.remarks.actions.notes import write_note
from zvanets.remarks.actions.private import note_health
from zvanets.remarks.actions.works import plan_work
from zvanets.remarks.models import ParentMeeting, PlannedWork, Remark
from zvanets.schools.models import ClassGroup, Course

_PRAISE = "Помогна на новия си съученик да навакса пропуснатото."
_HEALTH = "Алергия към пчели. Инхалаторът е в лекарския кабинет."
_WORK = "Обикновени дроби: събиране и изваждане."
_FIRST_TRIES = 10  # days, until one is free and within a term


def keep_ahead(today: date) -> None:
    """See that something lies ahead of the demo's children; inside at_school()."""
    if ParentMeeting.objects.standing().filter(date__gte=today).exists():
        return
    book = ClassGroup.objects.books().get(name=MORNING_CLASS)
    director, homeroom = _actor(people.DIRECTOR, "director"), _actor(people.HOMEROOM, "teacher")
    week = monday(today) + timedelta(days=7)
    about = "Успехът до тук и екскурзията през пролетта."
    call_meeting(homeroom, book, Gathering(week + timedelta(days=3), "Родителска среща", time(18), "стая 12", about))
    fair = "Приходите са за училищната библиотека."
    announce_event(director, Gathering(week + timedelta(days=11), "Благотворителен базар", time(10), "фоайето", fair))
    _plan(director, book, week)
    _write_of_a_child(homeroom, book, today)


def _actor(username: str, role: str) -> Actor:
    return Actor(User.objects.get(username=username).pk, role, "")


def _plan(director: Actor, book: ClassGroup, week: date) -> None:
    """The first day that the rule leaves free: outside a term there is none, and so no work."""
    maths = Course.objects.valid().filter(class_group=book, subject__name="Математика")
    course = maths.select_related("subject").first()
    if course is None:
        return
    for number in range(_FIRST_TRIES):
        try:
            plan_work(director, course, kind=PlannedWork.Kind.CONTROL, on=week + timedelta(days=number), text=_WORK)
        except Refusal:
            continue
        return


def _write_of_a_child(homeroom: Actor, book: ClassGroup, today: date) -> None:
    """A praise and a note on health of the demo parent's child of this class, and a note for all."""
    own = Guardianship.objects.filter(guardian__user__username=people.GUARDIAN, student__enrolments__class_book=book)
    child = own.select_related("student").first()
    if child is None or Remark.objects.filter(student=child.student, text=_PRAISE).exists():
        return
    remark_students(homeroom, book, [child.student_id], kind=Remark.Kind.PRAISE, text=_PRAISE, on=today)
    note_health(homeroom, child.student, on=today, text=_HEALTH)
    write_note(homeroom, book, text="В петък носете спортен екип за турнира.", is_for_all=True)
