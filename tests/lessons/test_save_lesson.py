"""A lesson is saved whole or not at all, once, and by who may."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import small_school
from zvanets.attendance.actions import Attendance, Excuse, excuse_absences
from zvanets.attendance.models import Absence, ExcuseReason
from zvanets.gradebook.actions import GradeEnded, NewGrade, correct_grade, withdraw_grade
from zvanets.gradebook.models import Grade, SpecialNeeds
from zvanets.history.models import Entry, Pending
from zvanets.history.verbs import Verb
from zvanets.lessons.actions import NewerVersion, Saved, Sheet, save_lesson
from zvanets.lessons.models import Homework, LessonRecord
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal
from zvanets.remarks.actions import NewRemark
from zvanets.remarks.models import Remark
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.grades import GradeKind, Mark, Scale
from zvanets.schools.models import CourseMember, Lesson, SchoolSettings
from zvanets.tenancy.school import at_school

ABSENT, LATE = Attendance(AbsenceKind.UNEXCUSED), Attendance(AbsenceKind.LATE)
SIX = Mark(Scale.QUANTITATIVE, Decimal(6))


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


def sheet(small, **changes):
    anna, boris, darya, _ = (student.pk for student in small.students)
    full = Sheet(
        seen=0,
        save_key=uuid4(),
        topic="Пропорции",
        homework="стр. 48, зад. 3",
        attendance={boris: LATE, darya: ABSENT},
        grades=[NewGrade(anna, SIX, GradeKind.TEST)],
        remarks=[NewRemark(boris, Remark.Kind.CRITICAL, "Няма учебник")],
    )
    return replace(full, **changes)


def save(small, the_sheet, actor=None):
    with at_school(small.id):
        return save_lesson(actor or small.actor, small.lesson.pk, the_sheet)


def test_a_lesson_is_saved_through_four_rooms_with_history_and_outbox(small):
    assert save(small, sheet(small)) == Saved(version=1)
    with at_school(small.id):
        assert {(a.student.first_name, a.kind) for a in Absence.objects.select_related("student")} == {
            ("Борис", AbsenceKind.LATE),
            ("Дария", AbsenceKind.UNEXCUSED),
        }
        assert Grade.objects.get().value == Decimal(6)
        assert Remark.objects.get().text == "Няма учебник"
        assert Homework.objects.get().text == "стр. 48, зад. 3"
        assert LessonRecord.objects.get().topic == "Пропорции"
        verbs = sorted(Entry.objects.values_list("verb", flat=True))
        assert verbs == sorted(
            [
                Verb.LATENESS_RECORDED,
                Verb.ABSENCE_RECORDED,
                Verb.GRADE_GIVEN,
                Verb.REMARK_WRITTEN,
                Verb.HOMEWORK_GIVEN,
                Verb.LESSON_SAVED,
            ]
        )
        assert Entry.objects.values("act").distinct().count() == 1
        assert set(Pending.objects.values_list("verb", flat=True)) >= {"grade.given", "absence.recorded"}


def test_the_same_save_sent_twice_changes_nothing_the_second_time(small):
    once = sheet(small)
    save(small, once)
    assert save(small, once) == Saved(version=1, repeated=True)
    with at_school(small.id):
        assert Grade.objects.count() == 1
        assert Entry.objects.count() == 6


def test_a_second_teacher_who_saves_the_older_page_is_refused_and_loses_nothing_of_the_first(small):
    save(small, sheet(small))
    with pytest.raises(NewerVersion) as refused:
        save(small, sheet(small, attendance={}))
    assert refused.value.version == 1
    with at_school(small.id):
        assert Absence.objects.count() == 2


def test_one_wrong_grade_keeps_the_whole_lesson_out(small):
    anna = small.students[0].pk
    with pytest.raises(Refusal) as refused:
        save(small, sheet(small, grades=[NewGrade(anna, Mark(Scale.QUALITATIVE, Decimal(5)))]))
    assert refused.value.code == "wrong_scale"
    with at_school(small.id):
        assert not LessonRecord.objects.exists()
        assert not Absence.objects.exists()
        assert not Entry.objects.exists()


def test_a_student_who_left_is_no_longer_taken(small):
    with at_school(small.id):
        CourseMember.objects.filter(student=small.students[2]).update(ends_on=clock.today() - timedelta(days=1))
    with pytest.raises(Refusal) as refused:
        save(small, sheet(small))
    assert refused.value.code == "not_in_register"


def test_a_lesson_of_somebody_else_is_not_there(small):
    with at_school(small.id):
        other, _ = small_school.add_teacher("Петър", "Колев", clock.today())
    with pytest.raises(Lesson.DoesNotExist):
        save(small, sheet(small), replace(small.actor, user_id=other.pk))


def test_a_substitute_saves_and_the_absent_teacher_does_not(small):
    with at_school(small.id):
        other, staff_member = small_school.add_teacher("Петър", "Колев", clock.today())
        Lesson.objects.filter(pk=small.lesson.pk).update(substitute=staff_member)
    assert save(small, sheet(small), replace(small.actor, user_id=other.pk)).version == 1
    with at_school(small.id):
        assert Grade.objects.get().teacher == staff_member
    with pytest.raises(Lesson.DoesNotExist):
        save(small, sheet(small, seen=1))


def test_the_head_may_save_any_lesson_in_the_teachers_name(small):
    with at_school(small.id):
        head, _ = small_school.add_teacher("Стоян", "Директоров", clock.today())
    save(small, sheet(small), replace(small.head, user_id=head.pk))
    with at_school(small.id):
        grade = Grade.objects.get()
        assert (grade.given_by, grade.teacher) == (head, small.staff_member)


def test_a_lesson_of_tomorrow_waits_for_its_day(small):
    with at_school(small.id):
        Lesson.objects.filter(pk=small.lesson.pk).update(date=clock.today() + timedelta(days=1))
    with pytest.raises(Refusal) as refused:
        save(small, sheet(small))
    assert refused.value.code == "lesson_in_future"


def test_a_closed_month_stays_as_it_is(small):
    with at_school(small.id):
        Lesson.objects.filter(pk=small.lesson.pk).update(date=clock.today() - timedelta(days=50))
        SchoolSettings.objects.create(past_month_lock_day=1)
    with pytest.raises(Refusal) as refused:
        save(small, sheet(small))
    assert refused.value.code == "month_closed"


def test_saving_again_records_only_what_changed(small):
    anna, boris, darya, _ = (student.pk for student in small.students)
    save(small, sheet(small))
    second = sheet(small, seen=1, attendance={boris: LATE, darya: LATE}, grades=[], remarks=[], homework="")
    save(small, second)
    third = replace(second, seen=2, save_key=uuid4(), attendance={boris: LATE})
    save(small, third)
    with at_school(small.id):
        verbs = list(Entry.objects.order_by("number").values_list("verb", flat=True))[6:]
        assert verbs == [
            Verb.ABSENCE_CHANGED,
            Verb.HOMEWORK_WITHDRAWN,
            Verb.LESSON_SAVED,
            Verb.ABSENCE_WITHDRAWN,
            Verb.LESSON_SAVED,
        ]
        assert Absence.objects.get().student_id == boris
    assert anna != boris


def test_an_absence_excused_meanwhile_stays_excused(small):
    save(small, sheet(small))
    with at_school(small.id):
        absent = Absence.objects.get(kind=AbsenceKind.UNEXCUSED)
        excuse_absences(small.actor, Absence.objects.all(), ids=[absent.pk], excuse=Excuse(ExcuseReason.HEALTH, "грип"))
    save(small, sheet(small, seen=1, grades=[], remarks=[]))
    with at_school(small.id):
        absent.refresh_from_db()
        assert (absent.kind, absent.reason_text) == (AbsenceKind.EXCUSED, "грип")
        texts = Entry.objects.filter(verb=Verb.ABSENCE_EXCUSED).values_list("body__text", flat=True)
        assert "грип" not in texts[0]


def test_a_grade_is_corrected_with_a_reason_and_the_old_one_stays_to_be_seen(small):
    save(small, sheet(small))
    with at_school(small.id):
        first = Grade.objects.get()
        new = correct_grade(
            small.actor, Grade.objects.all(), grade_id=first.pk, mark=replace(SIX, value=Decimal("5.50")), why="сбор"
        )
        assert list(Grade.objects.standing()) == [new]
        assert new.replaces_id == first.pk
        with pytest.raises(GradeEnded):
            withdraw_grade(small.actor, Grade.objects.all(), grade_id=first.pk, why="още веднъж")
        with pytest.raises(Refusal):
            withdraw_grade(small.actor, Grade.objects.all(), grade_id=new.pk, why="  ")
        withdraw_grade(small.actor, Grade.objects.all(), grade_id=new.pk, why="грешен ученик")
        assert not Grade.objects.standing().exists()
        assert Grade.objects.count() == 2


def test_a_whole_lesson_costs_few_statements_however_many_students(small):
    with at_school(small.id):
        save_lesson(small.actor, small.lesson.pk, sheet(small, save_key=UUID(int=1)))
        with CaptureQueriesContext(
            connection,
        ) as few:
            save_lesson(small.actor, small.lesson.pk, sheet(small, seen=1, attendance={}, homework="друго"))
    statements = [q for q in few.captured_queries if "SAVEPOINT" not in q["sql"]]
    assert len(statements) <= 10, [q["sql"][:80] for q in statements]


def test_a_special_needs_grade_is_given_in_a_lesson(small):
    anna, boris, *_ = (student.pk for student in small.students)
    with at_school(small.id):
        SpecialNeeds.objects.create(student_id=anna, course=small.course, set_at=clock.now(), set_by=small.teacher)
    copes = Mark(Scale.SPECIAL_NEEDS, Decimal(2))
    save(small, sheet(small, grades=[NewGrade(anna, copes, comment="Чете сам"), NewGrade(boris, SIX)]))
    with at_school(small.id):
        assert Grade.objects.get(student=anna).special == 2
        assert (
            Entry.objects.get(student_id=anna, verb=Verb.GRADE_GIVEN).body.text
            == '{"is_private":true,"kind":"CURRENT"}'
        )


@pytest.mark.parametrize("special_needs", [True, False])
def test_a_grade_of_another_scale_than_the_students_saves_nothing(small, special_needs):
    anna = small.students[0].pk
    with at_school(small.id):
        if special_needs:
            SpecialNeeds.objects.create(student_id=anna, course=small.course, set_at=clock.now(), set_by=small.teacher)
    wrong = SIX if special_needs else Mark(Scale.SPECIAL_NEEDS, Decimal(2))
    with pytest.raises(Refusal) as refused:
        save(small, sheet(small, grades=[NewGrade(anna, wrong)]))
    assert refused.value.code == "wrong_scale"
    with at_school(small.id):
        assert not LessonRecord.objects.exists()
