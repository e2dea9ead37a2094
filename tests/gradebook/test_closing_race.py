"""A term that is being closed and a grade that is being written wait for each other: neither slips past."""

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from uuid import uuid4

import pytest
from django.db import connections

from tests import small_school
from tests.gradebook.conftest import mark, named, put
from tests.marks import committed
from zvanets.gradebook.actions import NewGrade, correct_grade, withdraw_grade
from zvanets.gradebook.closings import close_period
from zvanets.gradebook.finals import set_finals
from zvanets.gradebook.models import Closing, Grade
from zvanets.lessons.actions import Sheet, save_lesson
from zvanets.lessons.cells import save_cells
from zvanets.lessons.desk import GradeCell
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal
from zvanets.rules.finals import Period
from zvanets.rules.grades import GradeKind
from zvanets.tenancy.school import at_school

IN_SPITE = "Проба"


@pytest.fixture
def small(school):
    made = small_school.build(school.pk)
    with at_school(made.id):
        for student in made.students:
            put(made, student, 5)
        set_finals(made.actor, named(made), Period.TERM_1, {each.pk: mark(5) for each in made.students})
    return made


def save(small) -> None:
    sheet = Sheet(seen=0, save_key=uuid4(), grades=[NewGrade(small.students[0].pk, mark(6))])
    save_lesson(small.actor, small.lesson.pk, sheet)


def correct(small) -> None:
    correct_grade(small.actor, Grade.objects.all(), grade_id=_current(small), mark=mark(6), why="Грешка")


def withdraw(small) -> None:
    withdraw_grade(small.actor, Grade.objects.all(), grade_id=_current(small), why="Грешка")


def close(small) -> None:
    close_period(small.actor, named(small), Period.TERM_1, in_spite=IN_SPITE)


def _current(small) -> int:
    return Grade.objects.standing().filter(student=small.students[0], kind=GradeKind.CURRENT).latest("given_at").pk


def elsewhere(small, what) -> str:
    """Do it on a connection of its own; return the code of the refusal, if any."""
    try:
        with at_school(small.id):
            what(small)
    except Refusal as refusal:
        return refusal.code
    finally:
        connections.close_all()
    return ""


def beside(small, first, second) -> str:
    """Let `second` begin while `first` is done but not committed; return what became of it."""
    with ThreadPoolExecutor(1) as other:
        with at_school(small.id):
            first(small)
            answer: Future[str] = other.submit(elsewhere, small, second)
            with pytest.raises(StillWaiting):
                answer.result(timeout=0.3)
        return answer.result(timeout=10)


def type_in_grid(small) -> None:
    cell = GradeCell(uuid4(), small.students[1].pk, small.lesson.pk, GradeKind.CURRENT, 0, 0, "6")
    answer = save_cells(small.actor, small.course.pk, [cell], today=clock.today()).answers[0]
    if answer.refusal:
        raise answer.refusal


@committed
def test_a_grade_written_while_the_term_is_being_closed_is_refused(small):
    for write in (save, correct, withdraw, type_in_grid):
        assert beside(small, close, write) == "term_closed"
        with at_school(small.id):
            Closing.objects.all().delete()


@committed
def test_a_term_closed_while_a_grade_is_being_written_closes_after_it(small):
    for write in (save, correct, type_in_grid):
        assert beside(small, write, close) == ""
        with at_school(small.id):
            newest = Grade.objects.filter(kind=GradeKind.CURRENT).latest("given_at")
            assert Closing.objects.get().closed_at >= newest.given_at
            Closing.objects.all().delete()
