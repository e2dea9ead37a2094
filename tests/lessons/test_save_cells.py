"""Cells of a gradebook are saved one by one: told as from the lesson's page, once, and never over what nobody saw."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from tests import small_school
from tests.staff.people import colleague
from zvanets.accounts.models import Role
from zvanets.attendance.actions import Attendance
from zvanets.attendance.models import Absence
from zvanets.gradebook.models import Grade, SpecialNeeds
from zvanets.history.models import Entry, Pending
from zvanets.history.record import Actor
from zvanets.history.verbs import Verb
from zvanets.lessons.actions import NewerVersion, Sheet, save_lesson
from zvanets.lessons.cells import save_cells
from zvanets.lessons.desk import GradeCell, SignCell, State
from zvanets.lessons.models import LessonRecord
from zvanets.lib import clock
from zvanets.notifications.fanout import tell_school
from zvanets.notifications.models import Message
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.grades import GradeKind
from zvanets.schools.models import Course, CourseMember, CourseTeacher, Lesson, SchoolSettings, StaffMember
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db(databases=["default", "worker"])


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


def typed(small, student, text, **more):
    cell = GradeCell(uuid4(), student.pk, small.lesson.pk, GradeKind.CURRENT, 0, 0, text)
    return replace(cell, **more)


def sign(small, student, wanted, seen=None):
    return SignCell(uuid4(), student.pk, small.lesson.pk, seen, wanted)


def save(small, *cells, actor=None):
    with at_school(small.id):
        return save_cells(actor or small.actor, small.course.pk, cells, today=small.lesson.date)


def standing(small):
    with at_school(small.id):
        return {grade.student_id: str(grade.value) for grade in Grade.objects.standing()}


def entries(small):
    with at_school(small.id):
        return list(Entry.objects.order_by("number", "id").values_list("verb", flat=True))


def test_each_grade_is_one_fact_told_as_from_the_lessons_page(small):
    anna, boris, *_ = small.students
    saved = save(small, typed(small, anna, "5,50"), typed(small, boris, "2"))

    assert [answer.state for answer in saved.answers] == [State.SAVED, State.SAVED]
    assert standing(small) == {anna.pk: "5.50", boris.pk: "2.00"}
    assert entries(small) == [Verb.GRADE_GIVEN, Verb.GRADE_GIVEN]
    with at_school(small.id):
        assert Pending.objects.count() == 2
        assert Grade.objects.filter(lesson=small.lesson, teacher=small.staff_member).count() == 2


def test_a_bad_cell_is_named_and_the_others_are_saved(small):
    anna, boris, darya, elena = small.students
    saved = save(
        small,
        typed(small, anna, "2,50"),
        typed(small, boris, "6"),
        typed(small, darya, "шест и половина"),
        typed(small, elena, "5"),
    )

    codes = [answer.refusal.code if answer.refusal else "" for answer in saved.answers]
    assert codes == ["grade_off_scale", "", "grade_not_one", ""]
    assert "Няма оценка 2,50. Въведете 2 или оценка от 3 до 6." in str(saved.answers[0].refusal)
    assert standing(small) == {boris.pk: "6.00", elena.pk: "5.00"}


def test_a_cell_sent_again_is_written_once_even_when_it_was_withdrawn_meanwhile(small):
    anna = small.students[0]
    cell = typed(small, anna, "6")
    first = save(small, cell).answers[0]
    assert save(small, cell).answers[0].grade_id == first.grade_id
    save(small, typed(small, anna, "", seen=first.grade_id))

    assert save(small, cell).answers[0].state is State.SAVED
    assert standing(small) == {}
    assert entries(small) == [Verb.GRADE_GIVEN, Verb.GRADE_WITHDRAWN]


def test_what_was_refused_may_be_sent_again_with_its_key(small):
    cell = typed(small, small.students[0], "2,50")
    save(small, cell)
    assert save(small, replace(cell, typed="5")).answers[0].state is State.SAVED


def test_the_second_of_two_meets_the_newer_grade_and_overwrites_nothing(small):
    anna = small.students[0]
    clerk = colleague(small)
    with at_school(small.id):
        CourseTeacher.objects.create(
            course=small.course, staff_member=StaffMember.objects.get(user=clerk), starts_on=small.school_year.starts_on
        )
    other = Actor(clerk.pk, "teacher", "127.0.0.1")
    save(small, typed(small, anna, "6"))
    answer = save(small, typed(small, anna, "5"), actor=other).answers[0]

    assert (answer.state, answer.mark.value, answer.by) == (State.CONFLICT, Decimal(6), small.teacher.name)
    assert standing(small) == {anna.pk: "6.00"}


def test_a_slip_is_corrected_without_a_reason_and_within_grace_nobody_hears_of_it(small):
    anna = small.students[0]
    given = save(small, typed(small, anna, "2")).answers[0]
    save(small, typed(small, anna, "6", seen=given.grade_id))

    tell_school(small.id, now=clock.now() + timedelta(minutes=2))
    with at_school(small.id):
        texts = list(Message.objects.filter(channel="portal").values_list("text", flat=True))
        assert len(texts) == 1
        assert "отличен 6" in texts[0].lower()
        assert Grade.objects.standing().get().replaces_id == given.grade_id


def test_a_correction_within_grace_and_undone_is_silent(small):
    anna = small.students[0]
    given = save(small, typed(small, anna, "2")).answers[0]
    save(small, typed(small, anna, "", seen=given.grade_id))

    tell_school(small.id, now=clock.now() + timedelta(minutes=2))
    with at_school(small.id):
        assert Message.objects.count() == 0


def test_an_old_grade_and_anothers_are_changed_on_their_own_page(small):
    anna = small.students[0]
    given = save(small, typed(small, anna, "4")).answers[0]
    again = save(small, typed(small, anna, "5", seen=given.grade_id)).answers[0]
    with at_school(small.id):
        Grade.objects.filter(pk=given.grade_id).update(given_at=clock.now() - timedelta(minutes=61))
    answer = save(small, typed(small, anna, "6", seen=again.grade_id)).answers[0]
    assert (answer.refusal.code, answer.grade_id) == ("not_a_slip", again.grade_id)

    clerk = Actor(colleague(small, Role.CLERK).pk, Role.CLERK, "127.0.0.1")
    boris = save(small, typed(small, small.students[1], "4")).answers[0]
    answer = save(small, typed(small, small.students[1], "5", seen=boris.grade_id), actor=clerk).answers[0]
    assert answer.refusal.code == "not_a_slip"


def test_signs_are_told_at_once_and_raise_the_lessons_version(small):
    anna, boris, *_ = small.students
    saved = save(small, sign(small, anna, AbsenceKind.UNEXCUSED), sign(small, boris, AbsenceKind.LATE))

    assert [answer.sign for answer in saved.answers] == [AbsenceKind.UNEXCUSED, AbsenceKind.LATE]
    assert entries(small) == [Verb.ABSENCE_RECORDED, Verb.LATENESS_RECORDED, Verb.LESSON_SAVED]
    with at_school(small.id):
        assert LessonRecord.objects.get().version == 1
        with pytest.raises(NewerVersion):  # the lesson's page was open since before
            save_lesson(small.actor, small.lesson.pk, Sheet(seen=0, save_key=uuid4()))
        assert Absence.objects.count() == 2


def test_a_sign_keeps_the_lessons_topic_and_is_taken_back(small):
    anna = small.students[0]
    with at_school(small.id):
        save_lesson(small.actor, small.lesson.pk, Sheet(seen=0, save_key=uuid4(), topic="Дроби"))
    save(small, sign(small, anna, AbsenceKind.UNEXCUSED))
    save(small, sign(small, anna, None, seen=AbsenceKind.UNEXCUSED))

    with at_school(small.id):
        assert LessonRecord.objects.get().topic == "Дроби"
        assert Absence.objects.count() == 0


def test_a_sign_that_somebody_else_wrote_is_a_conflict(small):
    anna = small.students[0]
    with at_school(small.id):
        attendance = {anna.pk: Attendance(AbsenceKind.LATE)}
        save_lesson(small.actor, small.lesson.pk, Sheet(seen=0, save_key=uuid4(), attendance=attendance))
    answer = save(small, sign(small, anna, AbsenceKind.UNEXCUSED)).answers[0]

    assert (answer.state, answer.sign) == (State.CONFLICT, AbsenceKind.LATE)


def test_one_sign_that_may_not_be_taken_back_does_not_keep_the_others(small):
    anna, boris, *_ = small.students
    save(small, sign(small, anna, AbsenceKind.UNEXCUSED))
    with at_school(small.id):
        Absence.objects.update(recorded_at=clock.now() - timedelta(hours=2))
    saved = save(small, sign(small, anna, None, seen=AbsenceKind.UNEXCUSED), sign(small, boris, AbsenceKind.UNEXCUSED))

    assert [answer.state for answer in saved.answers] == [State.REFUSED, State.SAVED]
    assert saved.answers[0].refusal.code == "undo_too_late"
    with at_school(small.id):
        assert Absence.objects.count() == 2


def test_a_course_that_is_not_the_actors_is_not_there(small):
    stranger = Actor(colleague(small).pk, "teacher", "127.0.0.1")
    with pytest.raises(Course.DoesNotExist):
        save(small, typed(small, small.students[0], "6"), actor=stranger)


def refused(small, *cells):
    return [answer.refusal.code for answer in save(small, *cells).answers]


def test_lessons_that_are_locked_are_refused_each_in_words(small):
    anna = small.students[0]
    with at_school(small.id):
        more = {"starts_at": small.lesson.starts_at, "ends_at": small.lesson.ends_at, "course": small.course}
        tomorrow = Lesson.objects.create(date=small.lesson.date + timedelta(days=1), hour_no=1, **more)
        off = Lesson.objects.create(date=small.lesson.date, hour_no=7, is_cancelled=True, **more)
        old = Lesson.objects.create(date=small.lesson.date - timedelta(days=59), hour_no=1, **more)
        SchoolSettings.objects.create(past_month_lock_day=1)
    cells = [typed(small, anna, "6", lesson_id=each) for each in (tomorrow.pk, off.pk, old.pk, 10**9)]

    assert refused(small, *cells) == ["lesson_in_future", "lesson_cancelled", "month_closed", "no_lesson"]


def test_a_lesson_that_a_substitute_takes_is_the_substitutes(small):
    other = colleague(small)
    with at_school(small.id):
        Lesson.objects.update(substitute=StaffMember.objects.get(user=other))
    assert refused(small, typed(small, small.students[0], "6")) == ["not_your_lesson"]


def test_a_verified_lesson_stands(small):
    with at_school(small.id):
        save_lesson(small.actor, small.lesson.pk, Sheet(seen=0, save_key=uuid4()))
        LessonRecord.objects.update(verified_at=clock.now(), verified_by=small.teacher)
    assert refused(small, typed(small, small.students[0], "6")) == ["lesson_verified"]


def test_who_stood_in_the_register_on_the_lessons_day_is_graded_and_nobody_else(small):
    anna = small.students[0]
    with at_school(small.id):
        CourseMember.objects.filter(student=anna).update(starts_on=small.lesson.date + timedelta(days=1))
    assert refused(small, typed(small, anna, "6")) == ["not_in_register"]


def test_who_studies_by_an_individual_plan_is_graded_on_its_scale_and_history_keeps_no_word_of_it(small):
    anna = small.students[0]
    with at_school(small.id):
        SpecialNeeds.objects.create(student=anna, course=small.course, set_at=clock.now(), set_by=small.teacher)
    answer = save(small, typed(small, anna, "3")).answers[0]

    with at_school(small.id):
        assert Grade.objects.get(pk=answer.grade_id).special == 3
        assert "student" not in Entry.objects.get().body.text
