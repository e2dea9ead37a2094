"""A closed term opens only with a reason and a second person, and history shows both."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.gradebook.conftest import mark, named, put
from tests.gradebook.test_finals import refused
from zvanets.gradebook.actions import NewGrade, correct_grade, withdraw_grade
from zvanets.gradebook.closings import answer_reopening, ask_reopening, close_period
from zvanets.gradebook.finals import TransferredGrade, change_by_exam, set_finals, take_over_grade
from zvanets.gradebook.models import Closing, Grade, Reopening
from zvanets.history.models import Entry, Pending
from zvanets.history.verbs import Verb
from zvanets.lessons.actions import Sheet, save_lesson
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal
from zvanets.rules.finals import Period
from zvanets.rules.grades import GradeKind
from zvanets.schools.models import Term
from zvanets.tenancy.school import at_school


@pytest.fixture
def ready(small):
    """Everybody has four current grades and a term grade."""
    with at_school(small.id):
        for student in small.students:
            put(small, student, 5, 5, 5, 5)
        set_finals(small.actor, named(small), Period.TERM_1, {each.pk: mark(5) for each in small.students})
        Pending.objects.all().delete()
    return small


def close(small, **more) -> Closing:
    return close_period(small.actor, named(small), Period.TERM_1, **more)


def test_a_term_does_not_close_while_somebody_has_no_grade(small):
    with at_school(small.id):
        set_finals(small.actor, named(small), Period.TERM_1, {each.pk: mark(5) for each in small.students[1:]})
        with pytest.raises(Refusal, match="без оценка са Анна Желева"):
            close(small)


def test_who_closes_in_spite_of_too_few_grades_says_why(ready):
    with at_school(ready.id):
        Grade.objects.filter(student=ready.students[0], kind=GradeKind.CURRENT).first().delete()
        with pytest.raises(Refusal, match="Анна Желева"), transaction.atomic():
            close(ready)
        closing = close(ready, in_spite="Отсъства по болест, изпитана устно")

        entry = Entry.objects.get(verb=Verb.TERM_CLOSED)
        assert closing.in_spite in entry.body.text
        assert refused(close, ready) == "already_closed"


def test_a_term_without_dates_does_not_close(ready):
    with at_school(ready.id):
        Term.objects.all().delete()
        assert refused(close, ready) == "no_dates"


def test_a_closed_term_takes_no_grade_and_gives_none_up(ready):
    anna = ready.students[0]
    with at_school(ready.id):
        close(ready)
        current = Grade.objects.filter(kind=GradeKind.CURRENT, student=anna).first()
        final = Grade.objects.get(kind=GradeKind.TERM, student=anna)
        for grade in (current, final):
            change = {"grade_id": grade.pk, "why": "Грешка"}
            assert refused(correct_grade, ready.actor, Grade.objects.all(), mark=mark(6), **change) == "term_closed"
            assert refused(withdraw_grade, ready.actor, Grade.objects.all(), **change) == "term_closed"
        assert refused(set_finals, ready.actor, named(ready), Period.TERM_1, {anna.pk: mark(6)}) == "term_closed"
        lesson = Sheet(seen=0, save_key=uuid4(), grades=[NewGrade(anna.pk, mark(6))])
        assert refused(save_lesson, ready.actor, ready.lesson.pk, lesson) == "term_closed"
        brought = TransferredGrade(anna.pk, GradeKind.OTHER_SCHOOL, mark(6), clock.today())
        assert refused(take_over_grade, ready.actor, named(ready), brought) == "term_closed"
        save_lesson(ready.actor, ready.lesson.pk, Sheet(seen=0, save_key=uuid4(), topic="Преговор"))


def test_the_refusal_says_who_can_help(ready):
    with at_school(ready.id):
        close(ready)
        with pytest.raises(Refusal, match="разрешава го класният ръководител или директорът"):
            set_finals(ready.actor, named(ready), Period.TERM_1, {ready.students[0].pk: mark(6)})


def test_the_other_term_stays_open(ready):
    with at_school(ready.id):
        close(ready)
        second = Term.objects.get(number=2).starts_on
        (grade,) = put(ready, ready.students[0], 4, on=second)
        correct_grade(ready.actor, Grade.objects.all(), grade_id=grade.pk, mark=mark(5), why="Грешка")
        set_finals(ready.actor, named(ready), Period.TERM_2, {ready.students[0].pk: mark(6)})


def test_one_asks_with_a_reason_and_another_opens(ready, head):
    with at_school(ready.id):
        closing = close(ready)
        asked = ask_reopening(
            ready.actor, Closing.objects.all(), closing_id=closing.pk, reason="Сгрешена оценка на Анна"
        )
        mine = {"reopening_id": asked.pk, "is_granted": True}
        assert refused(answer_reopening, ready.actor, Reopening.objects.all(), **mine) == "second_person"
        answer_reopening(head, Reopening.objects.all(), **mine)

        grade = Grade.objects.get(kind=GradeKind.TERM, student=ready.students[0])
        correct_grade(ready.actor, Grade.objects.all(), grade_id=grade.pk, mark=mark(6), why="Грешка")
        history = Entry.objects.filter(object_id=asked.pk, verb__startswith="reopening.").order_by("pk")
        assert [each.verb for each in history] == [Verb.REOPENING_ASKED, Verb.REOPENING_GRANTED]
        assert "Сгрешена оценка на Анна" in history[1].body.text
        assert [each.actor_id for each in history] == [ready.teacher.pk, head.user_id]
        assert close(ready).pk != closing.pk


def test_a_refused_request_leaves_the_term_closed_and_may_be_taken_back(ready, head):
    with at_school(ready.id):
        closing = close(ready)
        for actor in (head, ready.actor):
            asked = ask_reopening(ready.actor, Closing.objects.all(), closing_id=closing.pk, reason="Грешка")
            again = refused(ask_reopening, head, Closing.objects.all(), closing_id=closing.pk, reason="И аз")
            assert again == "already_asked"
            answer_reopening(actor, Reopening.objects.all(), reopening_id=asked.pk, is_granted=False)
            late = {"reopening_id": asked.pk, "is_granted": True}
            assert refused(answer_reopening, head, Reopening.objects.all(), **late) == "already_answered"
        assert Closing.objects.standing().get() == closing


def test_nobody_asks_without_a_reason_or_about_what_is_open(ready):
    with at_school(ready.id):
        closing = close(ready)
        ask = {"closing_id": closing.pk}
        assert refused(ask_reopening, ready.actor, Closing.objects.all(), reason=" ", **ask) == "reason_missing"
        Closing.objects.update(ended_at=clock.now())
        assert refused(ask_reopening, ready.actor, Closing.objects.all(), reason="Защо", **ask) == "already_open"


def test_the_database_itself_wants_a_second_person(ready):
    with at_school(ready.id):
        closing = close(ready)
        with pytest.raises(IntegrityError, match="reopened_by_a_second_person"), transaction.atomic():
            Reopening.objects.create(
                closing=closing,
                reason="Сам",
                asked_at=clock.now(),
                asked_by=ready.teacher,
                answered_at=clock.now(),
                answered_by=ready.teacher,
                is_granted=True,
            )


def test_a_closed_year_does_not_stand_in_the_way_of_an_exam(ready):
    with at_school(ready.id):
        course = named(ready)
        set_finals(ready.actor, course, Period.YEAR, {each.pk: mark(4) for each in ready.students})
        close_period(ready.actor, course, Period.YEAR)
        annual = Grade.objects.filter(kind=GradeKind.ANNUAL).first()
        change = {"grade_id": annual.pk, "mark": mark(5)}
        assert refused(correct_grade, ready.actor, Grade.objects.all(), why="Грешка", **change) == "term_closed"
        change_by_exam(ready.head, Grade.objects.all(), protocol="Протокол № 3", **change)
        (current,) = put(ready, ready.students[0], 5, on=clock.today() - timedelta(days=1))
        withdraw_grade(ready.actor, Grade.objects.all(), grade_id=current.pk, why="Грешка")


def test_nobody_at_home_hears_of_closing_and_opening(ready, head):
    with at_school(ready.id):
        asked = ask_reopening(ready.actor, Closing.objects.all(), closing_id=close(ready).pk, reason="Грешка")
        answer_reopening(head, Reopening.objects.all(), reopening_id=asked.pk, is_granted=True)
        assert not Pending.objects.exists()
