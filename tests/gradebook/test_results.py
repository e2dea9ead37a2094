"""How a year ends, what is said about a grade, who has a plan or is exempt: written, told, and private where it must be."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.gradebook.conftest import mark, named, put
from tests.gradebook.test_finals import refused
from zvanets.gradebook.comments import comment_average, comment_grade
from zvanets.gradebook.models import (
    Comment,
    Exemption,
    Grade,
    OverallGrade,
    ResitExam,
    ResitSession,
    SpecialNeeds,
    YearResult,
)
from zvanets.gradebook.plans import set_plans
from zvanets.gradebook.results import enter_resit, give_overall, pass_all, set_result
from zvanets.history.models import Entry, Pending
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.rules.finals import Outcome, Period
from zvanets.rules.grades import GradeKind, Scale
from zvanets.schools.models import Course, Student, Subject, YearGroup
from zvanets.tenancy.school import at_school


def texts(student, verb) -> list[str]:
    return [each.body.text for each in Entry.objects.filter(student_id=student.pk, verb=verb).order_by("pk")]


def test_a_year_ends_after_the_session_that_decides_it(small):
    anna = small.students[0]
    with at_school(small.id):
        group = named(small).class_group
        result = set_result(small.head, group, student_id=anna.pk, outcome=Outcome.EXAMS, exams=[small.course.pk])
        exam = {"exam_id": ResitExam.objects.get().pk}
        enter_resit(small.head, ResitExam.objects.all(), session=1, value=None, **exam)
        result.refresh_from_db()
        assert result.final is None
        early = refused(enter_resit, small.head, ResitExam.objects.all(), session=3, value=Decimal(3), **exam)
        assert early == "resit_out_of_turn"
        enter_resit(small.head, ResitExam.objects.all(), session=2, value=Decimal(3), **exam)

        result.refresh_from_db()
        assert result.final == Outcome.PASSES
        assert '"exams":"Математика"' in texts(anna, Verb.RESULT_SET)[0]
        assert '"final":"PASSES"' in texts(anna, Verb.RESIT_ENTERED)[1]
        assert Pending.objects.count() == 3


def test_three_lost_sessions_repeat_the_year(small):
    anna = small.students[0]
    with at_school(small.id):
        group = named(small).class_group
        set_result(small.head, group, student_id=anna.pk, outcome=Outcome.EXAMS, exams=[small.course.pk])
        exam = {"exam_id": ResitExam.objects.get().pk}
        for session in (1, 2, 3):
            enter_resit(small.head, ResitExam.objects.all(), session=session, value=Decimal(2), **exam)
        assert YearResult.objects.get().final == Outcome.REPEATS


def test_a_subject_with_a_session_stays_in_the_result(small):
    anna = small.students[0]
    with at_school(small.id):
        group = named(small).class_group
        mine = {"student_id": anna.pk}
        set_result(small.head, group, outcome=Outcome.EXAMS, exams=[small.course.pk], **mine)
        set_result(small.head, group, outcome=Outcome.PASSES, **mine)
        assert not ResitExam.objects.exists()
        set_result(small.head, group, outcome=Outcome.EXAMS, exams=[small.course.pk], **mine)
        enter_resit(small.head, ResitExam.objects.all(), exam_id=ResitExam.objects.get().pk, session=1, value=None)
        assert refused(set_result, small.head, group, outcome=Outcome.PASSES, **mine) == "session_stands"
        assert YearResult.objects.get().outcome == Outcome.EXAMS


@pytest.mark.parametrize(
    ("level", "outcome", "with_exam", "code"),
    [
        (4, Outcome.PASSES, False, "no_results_here"),
        (7, Outcome.EXAMS, False, "no_exams"),
        (7, Outcome.REPEATS, True, "exams_unwanted"),
        (7, Outcome.REPEATS, False, ""),
    ],
)
def test_a_result_is_refused_where_it_is_none(small, level, outcome, with_exam, code):
    with at_school(small.id):
        YearGroup.objects.update(level=level)
        exams = [small.course.pk] if with_exam else []
        mine = {"student_id": small.students[0].pk, "outcome": outcome, "exams": exams}
        assert refused(set_result, small.head, named(small).class_group, **mine) == code


def test_an_exam_is_in_a_subject_that_the_student_studies(small):
    with at_school(small.id):
        other = Course.objects.create(class_group=small.class_group, subject=Subject.objects.create(name="Друг"))
        mine = {"student_id": small.students[0].pk, "outcome": Outcome.EXAMS, "exams": [other.pk]}
        assert refused(set_result, small.head, named(small).class_group, **mine) == "exam_unknown"


def test_year_one_ends_with_one_overall_grade_in_words(small):
    anna, boris, *_ = small.students
    with at_school(small.id):
        YearGroup.objects.update(level=1)
        group = named(small).class_group
        give_overall(small.head, group, {anna.pk: mark(5, Scale.QUALITATIVE)})
        give_overall(small.head, group, {anna.pk: mark(6, Scale.QUALITATIVE)})
        assert OverallGrade.objects.standing().get().quality == 6
        assert '"before":{"grade":"","quality":5}' in texts(anna, Verb.OVERALL_GIVEN)[1]
        for wrong, code in ((mark(6), "wrong_scale"), (mark(3, Scale.SPECIAL_NEEDS), "overall_scale")):
            assert refused(give_overall, small.head, group, {anna.pk: wrong}) == code
        give_overall(small.head, group, {boris.pk: mark(3, Scale.SPECIAL_NEEDS)})
        assert texts(boris, Verb.OVERALL_GIVEN) == ['{"is_private":true}']
        YearGroup.objects.update(level=2)
        assert refused(give_overall, small.head, group, {anna.pk: mark(6, Scale.QUALITATIVE)}) == "not_first_year"


def test_a_class_passes_in_few_statements_and_over_no_result_that_stands(small):
    everybody = [each.pk for each in small.students]
    with at_school(small.id):
        group = named(small).class_group
        with CaptureQueriesContext(connection) as asked:
            pass_all(small.head, group, everybody)
        assert len(asked) <= 8  # two of them the savepoint
        assert set(YearResult.objects.values_list("student", "outcome")) == {(each, 1) for each in everybody}
        assert Entry.objects.filter(verb=Verb.RESULT_SET).count() == 4
        assert refused(pass_all, small.head, group, everybody[:1]) == "result_stands"


def test_plans_and_exemptions_are_told_as_a_hint_and_history_has_ids_alone(small):
    anna, boris, *_ = small.students
    with at_school(small.id):
        course = named(small)
        n = set_plans(small.head, course, special_needs=[anna.pk], exempt={boris.pk: [Period.TERM_1], anna.pk: []})
        assert n == 2
        assert set_plans(small.head, course, special_needs=[anna.pk], exempt={boris.pk: [Period.TERM_1]}) == 0
        assert set_plans(small.head, course, special_needs=[anna.pk], exempt={boris.pk: [Period.YEAR]}) == 1
        assert Exemption.objects.get().periods == {Period.YEAR}
        assert set_plans(small.head, course, special_needs=[], exempt={}) == 2
        assert not SpecialNeeds.objects.exists()

        about = Entry.objects.filter(student_id__in=[anna.pk, boris.pk])
        assert {each.body.text for each in about} == {'{"is_private":true}'}
        assert Pending.objects.count() == about.count() == 5
        stranger = refused(set_plans, small.head, course, special_needs=[10**9], exempt={})
        assert stranger == "not_in_register"


def test_the_database_knows_no_exemption_from_nothing(small):
    with at_school(small.id), pytest.raises(IntegrityError, match="exempt_from_something"), transaction.atomic():
        Exemption.objects.create(
            student=small.students[0], course=small.course, set_at=clock.now(), set_by=small.teacher
        )


def test_a_session_is_written_once(small):
    with at_school(small.id):
        group = named(small).class_group
        set_result(small.head, group, student_id=small.students[0].pk, outcome=Outcome.EXAMS, exams=[small.course.pk])
        row = {"exam": ResitExam.objects.get(), "session": 1, "entered_at": clock.now(), "entered_by": small.teacher}
        ResitSession.objects.create(**row)
        with pytest.raises(IntegrityError, match="one_grade_a_session"), transaction.atomic():
            ResitSession.objects.create(value=3, **row)


def test_a_comment_on_a_grade_is_told_replaced_and_withdrawn(small):
    anna = small.students[0]
    with at_school(small.id):
        (grade,) = put(small, anna, "5.50", teacher=small.staff_member)
        say = {"grade_id": grade.pk}
        comment_grade(small.actor, Grade.objects.all(), text="Смята вярно, пише нечетливо", **say)
        comment_grade(small.actor, Grade.objects.all(), text="Смята вярно", **say)
        comment_grade(small.actor, Grade.objects.all(), text="Смята вярно", **say)
        assert Comment.objects.standing().get().text == "Смята вярно"
        first, second = texts(anna, Verb.COMMENT_WRITTEN)
        assert '"grade":"5.50"' in first
        assert '"replaces"' in second
        comment_grade(small.actor, Grade.objects.all(), text=" ", **say)
        assert not Comment.objects.standing().exists()
        assert len(texts(anna, Verb.COMMENT_WITHDRAWN)) == 1
        assert refused(comment_grade, small.actor, Grade.objects.all(), text="д" * 1001, **say) == "comment_long"
        comment_grade(small.actor, Grade.objects.all(), text="д" * 1000, **say)


def test_a_comment_on_an_average_names_it(small):
    anna = small.students[0]
    with at_school(small.id):
        put(small, anna, 5, 6)
        said = comment_average(small.actor, named(small), Period.TERM_1, student_id=anna.pk, text="Напредва")
        assert (said.period, said.grade, said.teacher) == (Period.TERM_1, None, small.staff_member)
        assert '"average":"5.50"' in texts(anna, Verb.COMMENT_WRITTEN)[0]
        with pytest.raises(Student.DoesNotExist):
            comment_average(small.actor, named(small), Period.TERM_1, student_id=10**9, text="Напредва")


def test_a_comment_on_a_special_needs_grade_is_private(small):
    anna = small.students[0]
    with at_school(small.id):
        set_plans(small.head, named(small), special_needs=[anna.pk], exempt={})
        (grade,) = put(small, anna, 2, scale=Scale.SPECIAL_NEEDS, kind=GradeKind.CURRENT)
        comment_grade(small.actor, Grade.objects.all(), grade_id=grade.pk, text="Чете вече сам")
        comment_average(small.actor, named(small), Period.TERM_1, student_id=anna.pk, text="Чете вече сам")
        assert texts(anna, Verb.COMMENT_WRITTEN) == ['{"is_private":true}'] * 2
