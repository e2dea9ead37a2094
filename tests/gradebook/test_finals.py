"""Term and annual grades: proposed, set by a teacher, one that stands, told as results; what may not be is refused."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tests.gradebook.conftest import mark, named, put
from zvanets.gradebook.actions import correct_grade, withdraw_grade
from zvanets.gradebook.finals import TransferredGrade, change_by_exam, set_finals, take_over_grade
from zvanets.gradebook.models import Exemption, Grade, SpecialNeeds
from zvanets.gradebook.sheet import sheet_of
from zvanets.history.models import Entry, Pending
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal
from zvanets.rules.finals import Period
from zvanets.rules.grades import GradeKind, Scale, in_words
from zvanets.schools.models import ClassGroup, Course, CourseMember, SchoolSettings, Subject, Term, YearGroup
from zvanets.tenancy.school import at_school


def lines(small, period=Period.TERM_1) -> list:
    return sheet_of(named(small), period, today=clock.today()).lines


def proposed(small, period=Period.TERM_1) -> list[str]:
    return [
        in_words(each.proposal.mark) if each.proposal and each.proposal.mark else "" for each in lines(small, period)
    ]


def refused(action, *args, **kwargs) -> str:
    try:
        with transaction.atomic():
            action(*args, **kwargs)
    except Refusal as refusal:
        return refusal.code
    return ""


def test_a_term_grade_is_proposed_beside_and_set_by_nobody_but_the_teacher(small):
    anna, boris, _darya, elena = small.students
    with at_school(small.id):
        put(small, anna, "5.50", "4.50", "6")
        put(small, boris, "2", "3")
        put(small, elena, "6", on=clock.today() - timedelta(days=90))  # last year's

        assert proposed(small) == ["много добър 5", "слаб 2", "", ""]
        assert not Grade.objects.filter(kind=GradeKind.TERM).exists()


def test_all_are_set_by_one_act_and_told_as_results(small):
    anna, boris, *_ = small.students
    with at_school(small.id):
        grades = set_finals(small.actor, named(small), Period.TERM_1, {anna.pk: mark(6), boris.pk: mark(2)})

        assert [(each.term, each.kind, each.lesson_id) for each in grades] == [(1, GradeKind.TERM, None)] * 2
        assert grades[0].teacher == small.staff_member
        entry = Entry.objects.get(student_id=anna.pk)
        assert (entry.verb, entry.sub_verb) == (Verb.GRADE_GIVEN, "TERM")
        assert '"term":1' in entry.body.text
        assert Pending.objects.count() == 2
        assert [each.given is not None for each in lines(small)] == [True, True, False, False]
        assert proposed(small) == [""] * 4


def test_the_second_of_two_sees_whose_grade_stands_and_nothing_is_half_set(small):
    anna, boris, *_ = small.students
    with at_school(small.id):
        set_finals(small.actor, named(small), Period.TERM_1, {anna.pk: mark(6)})

        with pytest.raises(Refusal, match="Анна Желева"), transaction.atomic():
            set_finals(small.actor, named(small), Period.TERM_1, {boris.pk: mark(5), anna.pk: mark(5)})
        assert Grade.objects.filter(kind=GradeKind.TERM).count() == 1


def test_the_database_keeps_one_standing_term_grade(small):
    anna = small.students[0]
    with at_school(small.id):
        put(small, anna, 6, kind=GradeKind.TERM, term=1)
        put(small, anna, 5, kind=GradeKind.TERM, term=2)
        with pytest.raises(IntegrityError, match="one_standing_term_grade"), transaction.atomic():
            put(small, anna, 4, kind=GradeKind.OTHER_SCHOOL_TERM, term=1)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"kind": GradeKind.TERM}, "term_grade_names_its_term"),
        ({"kind": GradeKind.CURRENT, "term": 1}, "term_grade_names_its_term"),
        ({"kind": GradeKind.ANNUAL, "term": 2}, "term_grade_names_its_term"),
        ({"kind": GradeKind.CURRENT, "is_by_exam": True}, "exams_change_annual_grades"),
    ],
)
def test_the_database_refuses_what_is_no_term_grade(small, fields, name):
    with at_school(small.id), pytest.raises(IntegrityError, match=name), transaction.atomic():
        put(small, small.students[0], 5, **fields)


def test_the_database_refuses_a_fractional_term_grade_and_one_with_a_lesson(small):
    anna = small.students[0]
    with at_school(small.id):
        with pytest.raises(IntegrityError, match="term_grade_is_whole"), transaction.atomic():
            put(small, anna, "4.50", kind=GradeKind.TERM, term=1)
        with pytest.raises(IntegrityError, match="only_current_grades_have_a_lesson"), transaction.atomic():
            put(small, anna, 4, kind=GradeKind.TERM, term=1, lesson=small.lesson)


def test_a_term_grade_is_whole_and_on_the_students_scale(small):
    anna = small.students[0]
    with at_school(small.id):
        course = named(small)
        assert refused(set_finals, small.actor, course, Period.TERM_1, {anna.pk: mark("4.50")}) == "grade_not_whole"
        assert refused(set_finals, small.actor, course, Period.YEAR, {anna.pk: mark("4.50")}) == "grade_not_whole"
        words = {anna.pk: mark(5, Scale.QUALITATIVE)}
        assert refused(set_finals, small.actor, course, Period.TERM_1, words) == "wrong_scale"
        assert refused(set_finals, small.actor, course, Period.TERM_1, {10**9: mark(5)}) == "not_in_register"
        assert refused(set_finals, small.actor, course, Period.TERM_1, {}) == "nothing_typed"


def test_a_correction_keeps_the_term_and_stays_whole(small):
    anna = small.students[0]
    with at_school(small.id):
        (grade,) = set_finals(small.actor, named(small), Period.TERM_1, {anna.pk: mark(5)})
        change = {"grade_id": grade.pk, "why": "Сгрешен ред"}
        assert (
            refused(correct_grade, small.actor, Grade.objects.all(), mark=mark("5.50"), **change) == "grade_not_whole"
        )
        new = correct_grade(small.actor, Grade.objects.all(), mark=mark(6), **change)

        assert (new.term, new.kind, new.value) == (1, GradeKind.TERM, 6)
        withdraw_grade(small.actor, Grade.objects.all(), grade_id=new.pk, why="Още не")
        assert not Grade.objects.standing().exists()


@pytest.mark.parametrize(
    ("level", "period", "code"),
    [(3, Period.TERM_1, "no_term_grade"), (1, Period.YEAR, "no_annual_grade"), (2, Period.YEAR, "")],
)
def test_in_the_first_years_there_are_words_and_no_terms(small, level, period, code):
    anna = small.students[0]
    with at_school(small.id):
        YearGroup.objects.update(level=level)
        put(small, anna, 6, 4, 5, scale=Scale.QUALITATIVE)
        words = {anna.pk: mark(5, Scale.QUALITATIVE)}
        if not code:
            assert proposed(small, period)[0] == "много добър"
        assert lines(small, period)[0].is_asked is not bool(code)
        assert refused(set_finals, small.actor, named(small), period, words) == code


def test_an_annual_grade_is_of_two_terms_and_a_missing_one_is_named(small):
    anna, boris, *_ = small.students
    with at_school(small.id):
        put(small, anna, 4, kind=GradeKind.TERM, term=1)
        put(small, anna, 5, kind=GradeKind.TERM, term=2)
        put(small, boris, 4, kind=GradeKind.OTHER_SCHOOL_TERM, term=1)
        first, second, third, _ = lines(small, Period.YEAR)

        assert in_words(first.proposal.mark) == "много добър 5"
        assert (in_words(second.proposal.mark), second.proposal.missing) == ("добър 4", (2,))
        assert (third.proposal.mark, third.proposal.missing) == (None, (1, 2))


def test_what_is_proposed_for_a_term_without_a_grade_goes_into_the_annual_one(small):
    anna = small.students[0]
    with at_school(small.id):
        put(small, anna, 4, kind=GradeKind.TERM, term=1)
        put(small, anna, 6, on=Term.objects.get(number=2).starts_on)
        proposal = lines(small, Period.YEAR)[0].proposal
        assert (in_words(proposal.mark), proposal.missing) == ("много добър 5", (2,))


def test_term_grades_from_elsewhere_are_no_current_ones(small):
    """The state's report of current grades counts 100 and 101 among them."""
    anna = small.students[0]
    with at_school(small.id):
        put(small, anna, 6, kind=GradeKind.OTHER_SCHOOL)
        put(small, anna, 2, kind=GradeKind.OTHER_CLASS_TERM, term=2)
        line = lines(small)[0]

        assert [each.kind for each in line.current] == [GradeKind.OTHER_SCHOOL]
        assert in_words(line.proposal.mark) == "отличен 6"


def test_days_between_two_terms_belong_to_the_first(small):
    anna = small.students[0]
    with at_school(small.id):
        between = Term.objects.get(number=1).ends_on + timedelta(days=2)
        put(small, anna, 6, on=between)
        put(small, anna, 2, on=Term.objects.get(number=2).starts_on)

        assert len(lines(small)[0].current) == 1
        assert len(lines(small, Period.TERM_2)) == 4


def test_an_exemption_from_the_annual_grade_leaves_the_terms_alone(small):
    """In the state's report it also takes the student off the lists of the terms."""
    anna = small.students[0]
    with at_school(small.id):
        exempt = Exemption.objects.create(
            student=anna, course=small.course, from_year=True, set_at=clock.now(), set_by=small.teacher
        )
        assert [lines(small, period)[0].is_asked for period in Period] == [True, True, False]
        assert refused(set_finals, small.actor, named(small), Period.YEAR, {anna.pk: mark(6)}) == "not_asked"
        set_finals(small.actor, named(small), Period.TERM_1, {anna.pk: mark(6)})

        Exemption.objects.filter(pk=exempt.pk).update(from_term_2=True, from_year=False)
        year = lines(small, Period.YEAR)[0]
        assert (year.sums.study.wanted, year.proposal.missing, in_words(year.proposal.mark)) == ((1,), (), "отличен 6")


def test_special_needs_grades_are_of_their_own_scale_and_history_knows_only_that_there_is_one(small):
    anna = small.students[0]
    with at_school(small.id):
        SpecialNeeds.objects.create(student=anna, course=small.course, set_at=clock.now(), set_by=small.teacher)
        put(small, anna, 3, 2, 3, scale=Scale.SPECIAL_NEEDS)
        assert proposed(small)[0] == "постига изискванията"
        assert lines(small)[0].short is None
        assert refused(set_finals, small.actor, named(small), Period.TERM_1, {anna.pk: mark(5)}) == "wrong_scale"
        copes = mark(2, Scale.SPECIAL_NEEDS)
        (grade,) = set_finals(small.actor, named(small), Period.TERM_1, {anna.pk: copes})
        new = correct_grade(
            small.actor, Grade.objects.all(), grade_id=grade.pk, mark=mark(3, Scale.SPECIAL_NEEDS), why="По-добре"
        )

        texts = [entry.body.text for entry in Entry.objects.filter(student_id=anna.pk).order_by("pk")]
        assert texts == [
            '{"is_private":true,"kind":"TERM"}',
            f'{{"is_private":true,"kind":"TERM","replaces":{grade.pk}}}',
        ]
        assert new.special == 3


def test_the_school_may_count_as_the_state_does(small):
    anna = small.students[0]
    with at_school(small.id):
        put(small, anna, "4.50", "4.49", "4.49")
        assert proposed(small)[0] == "добър 4"
        put(small, anna, "5")
        assert proposed(small)[0] == "много добър 5"  # 4.62
        Grade.objects.filter(value=5).delete()
        put(small, anna, "4.50")
        SchoolSettings.objects.create(averages_of_rounded_grades=True)
        assert proposed(small)[0] == "много добър 5"  # 5, 4, 4, 5


def test_a_profiling_subject_is_fractional_and_poor_when_a_module_is(small):
    anna, boris, *_ = small.students
    with at_school(small.id):
        Course.objects.filter(pk=small.course.pk).update(subject_type=152)
        for number, (for_anna, for_boris) in enumerate(((5, 6), (6, 6), (6, 2)), 1):
            subject = Subject.objects.create(name=f"Модул {number}")
            module = Course.objects.create(class_group=small.class_group, subject=subject, parent=small.course)
            for student, value in ((anna, for_anna), (boris, for_boris)):
                CourseMember.objects.create(course=module, student=student, starts_on=small.school_year.starts_on)
                put(small, student, value, kind=GradeKind.ANNUAL, course=module)

        assert proposed(small, Period.YEAR)[:2] == ["отличен 5,67", "слаб 2"]
        (grade,) = set_finals(small.actor, named(small), Period.YEAR, {anna.pk: mark("5.67")})
        assert grade.value == Decimal("5.67")


def test_an_annual_grade_is_changed_by_exam_once_and_in_three_subjects(small):
    anna = small.students[0]
    with at_school(small.id):
        courses = [named(small)] + [
            Course.objects.create(class_group=small.class_group, subject=Subject.objects.create(name=f"Предмет {n}"))
            for n in range(3)
        ]
        grades = [put(small, anna, 4, kind=GradeKind.ANNUAL, course=course)[0] for course in courses]
        exam = {"mark": mark(5), "protocol": "Протокол № 7"}
        changed = [change_by_exam(small.head, Grade.objects.all(), grade_id=grade.pk, **exam) for grade in grades[:3]]

        assert all(each.is_by_exam for each in changed)
        again = refused(change_by_exam, small.head, Grade.objects.all(), grade_id=changed[0].pk, **exam)
        fourth = refused(change_by_exam, small.head, Grade.objects.all(), grade_id=grades[3].pk, **exam)
        assert (again, fourth) == ("exam_once", "exam_subjects")
        term = put(small, anna, 4, kind=GradeKind.TERM, term=1)[0]
        assert refused(change_by_exam, small.head, Grade.objects.all(), grade_id=term.pk, **exam) == "not_annual"


def test_grades_of_a_student_who_moved_are_taken_over_and_nobody_is_told(small):
    anna = small.students[0]
    with at_school(small.id):
        brought = {"student_id": anna.pk, "given_on": clock.today()}
        five = TransferredGrade(kind=GradeKind.OTHER_SCHOOL, mark=mark(5), **brought)
        term = TransferredGrade(kind=GradeKind.OTHER_SCHOOL_TERM, mark=mark(4), term=1, **brought)
        take_over_grade(small.head, named(small), five)
        take_over_grade(small.head, named(small), term)
        line = lines(small)[0]

        assert [each.mark.value for each in line.current] == [5]
        assert line.given.kind is GradeKind.OTHER_SCHOOL_TERM
        assert not Pending.objects.exists()
        assert Entry.objects.filter(student_id=anna.pk).count() == 2
        assert refused(take_over_grade, small.head, named(small), term) == "final_given"
        for kind, code in ((GradeKind.CURRENT, "not_transferred"), (GradeKind.OTHER_CLASS_TERM, "term_missing")):
            other = TransferredGrade(kind=kind, mark=mark(4), **brought)
            assert refused(take_over_grade, small.head, named(small), other) == code


def test_who_left_the_class_is_on_no_sheet(small):
    with at_school(small.id):
        CourseMember.objects.filter(student=small.students[0]).update(ends_on=clock.today() - timedelta(days=1))
        assert [each.line.name for each in lines(small)] == ["Борис Василев", "Дария Костова", "Елена Георгиева"]


def test_a_combined_class_takes_the_widest_dates_of_its_year_groups(small):
    with at_school(small.id):
        ClassGroup.objects.filter(pk=small.class_group.pk).update(year_group=None)
        course = named(small)
        sheet = sheet_of(course, Period.YEAR, today=clock.today())
        assert sheet.days[Period.YEAR][1] == Term.objects.get(number=2).ends_on
