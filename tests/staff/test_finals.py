"""The pages of term and annual grades: the teacher sets, the leader opens, each refusal says what to do."""

import re

import pytest

from tests.gradebook.conftest import add_second_term, mark, named, put
from tests.staff.people import colleague, home, signed_in
from zvanets.accounts.models import Role
from zvanets.gradebook.finals import set_finals
from zvanets.gradebook.models import (
    Closing,
    Comment,
    Exemption,
    Grade,
    OverallGrade,
    Reopening,
    ResitExam,
    SpecialNeeds,
    YearResult,
)
from zvanets.history.models import Access
from zvanets.lib import clock
from zvanets.rules.finals import Outcome, Period
from zvanets.rules.grades import GradeKind
from zvanets.schools.models import YearGroup
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(small) -> str:
    with at_school(small.id):
        add_second_term(small)
        anna, boris, *_ = small.students
        put(small, anna, "5.50", "4.50", "6", "5")
        put(small, boris, "2", "3")
    return home(small, f"courses/{small.course.pk}/finals/")


def text_of(answer, status=200) -> str:
    assert answer.status_code == status
    return re.sub(r"\s+", " ", answer.content.decode())


def test_proposals_stand_beside_and_unfold(front, small, url):
    page = text_of(front.get(url))
    assert "Без оценка: 4 от 4." in page
    assert 'placeholder="5"' in page
    assert "Средно от текущите 5,25; цяла оценка: половинките нагоре, под 3,00 е 2." in page
    assert "Постави и предложените (2 оценки)" in page
    assert "Борис Василев: 2 оценки от поне 4 (4 часа седмично; Наредба № 11/2016, чл. 12" in page


def test_one_press_sets_what_was_typed_and_what_is_proposed(front, small, url):
    anna, boris, darya, _ = small.students
    answer = front.post(f"{url}set/", {"period": "1", f"grade-{anna.pk}": "6", "accept": "1"}, follow=True)
    assert "Поставени: 2 оценки." in text_of(answer)
    with at_school(small.id):
        values = dict(Grade.objects.filter(kind=GradeKind.TERM).values_list("student_id", "value"))
    assert values == {anna.pk: 6, boris.pk: 2}
    assert darya.pk not in values


def test_what_is_wrong_is_said_beside_and_nothing_is_lost_or_half_saved(front, small, url):
    anna, boris, *_ = small.students
    page = text_of(front.post(f"{url}set/", {"period": "1", f"grade-{anna.pk}": "4,50", f"grade-{boris.pk}": "3"}), 422)
    assert "Анна Желева: Срочната оценка е цяло число" in page
    assert 'value="4,50"' in page
    with at_school(small.id):
        assert not Grade.objects.filter(kind=GradeKind.TERM).exists()
    assert "Няма въведени оценки." in text_of(front.post(f"{url}set/", {"period": "1"}), 422)


def test_a_term_is_closed_asked_for_and_opened_by_another(front, small, url):
    with at_school(small.id):
        for student in small.students:
            put(small, student, 5, 5, 5, 5)
        set_finals(small.actor, named(small), Period.TERM_1, {each.pk: mark(5) for each in small.students})
    assert "Приключи I срок" in text_of(front.get(f"{url}?period=1"))
    front.post(f"{url}close/", {"period": "1"})
    with at_school(small.id):
        closing = Closing.objects.get()
    ask = home(small, f"closings/{closing.pk}/")
    assert "Напишете защо" in text_of(front.post(ask, {"reason": " "}), 422)
    page = text_of(front.post(ask, {"reason": "Сгрешен ред"}, follow=True))
    assert "Мария Иванова поиска отваряне" in page
    assert "Разреши отварянето" not in page

    leader = signed_in(colleague(small, leads=True))
    assert "Разреши отварянето" in text_of(leader.get(f"{url}?period=1"))
    with at_school(small.id):
        asked = Reopening.objects.get()
    answer = home(small, f"reopenings/{asked.pk}/")
    assert front.post(answer, {"answer": "grant"}).status_code == 404
    page = text_of(leader.post(answer, {"answer": "grant"}, follow=True))
    assert "Отворено е." in page
    assert "„Сгрешен ред“" in page
    assert "Разреши: Петър Колев" in page
    assert "Някой вече отговори" in text_of(leader.post(answer, {"answer": "grant"}), 422)


def test_a_head_who_asked_cannot_open(small, url):
    head = signed_in(colleague(small, Role.DIRECTOR))
    with at_school(small.id):
        for student in small.students:
            put(small, student, 5, 5, 5, 5)
        set_finals(small.actor, named(small), Period.TERM_1, {each.pk: mark(5) for each in small.students})
    head.post(f"{url}close/", {"period": "1"})
    with at_school(small.id):
        closing = Closing.objects.get()
    head.post(home(small, f"closings/{closing.pk}/"), {"reason": "Сгрешен ред"})
    with at_school(small.id):
        asked = Reopening.objects.get()
    page = text_of(head.post(home(small, f"reopenings/{asked.pk}/"), {"answer": "grant"}), 422)
    assert "разрешава от втори човек" in page


def test_too_few_grades_close_only_with_a_reason(front, small, url):
    with at_school(small.id):
        set_finals(small.actor, named(small), Period.TERM_1, {each.pk: mark(5) for each in small.students})
    assert "С по-малко текущи оценки от изискваните" in text_of(front.post(f"{url}close/", {"period": "1"}), 422)
    page = text_of(front.post(f"{url}close/", {"period": "1", "in_spite": "Болничен"}, follow=True))
    assert "при по-малко текущи оценки: „Болничен“" in page


def test_plans_and_exemptions_are_for_who_leads_the_class_and_opening_them_is_kept(front, small, url):
    page = home(small, f"courses/{small.course.pk}/exemptions/")
    assert front.get(page).status_code == 404
    leader = signed_in(colleague(small, leads=True))
    anna, boris, *_ = (student.pk for student in small.students)
    assert "Променени: 2" in text_of(leader.post(page, {"special": [anna], "exempt": [f"{boris}-1"]}, follow=True))
    with at_school(small.id):
        assert SpecialNeeds.objects.get().student_id == anna
        assert Exemption.objects.get().periods == {Period.TERM_1}
        assert Access.objects.filter(verb="plans.opened").exists()
    page = text_of(front.get(f"{url}?period=1"))
    assert "освободен по предмета" in page
    assert "по индивидуална програма" in page
    lesson = text_of(front.get(home(small, f"lessons/{small.lesson.pk}/")))
    assert f'name="grade-{anna}-2"' in lesson
    assert f'name="grade-{boris}-1"' in lesson


def test_a_grade_from_another_school_is_entered_by_who_leads_the_class(front, small, url):
    page = home(small, f"courses/{small.course.pk}/transfer/")
    assert front.get(page).status_code == 404
    leader, anna = signed_in(colleague(small, leads=True)), small.students[0].pk
    sent = {"student": anna, "kind": "101", "grade": "5", "given_on": clock.today().isoformat()}
    assert "Изберете за кой срок" in text_of(leader.post(page, sent), 422)
    assert "Оценката е вписана: Анна Желева." in text_of(leader.post(page, sent | {"term": "1"}, follow=True))
    assert "срочна от друго училище" in text_of(front.get(f"{url}?period=1"))


def test_a_teacher_comments_on_an_average_and_on_a_grade(front, small, url):
    anna = small.students[0].pk
    page = home(small, f"courses/{small.course.pk}/students/{anna}/")
    assert "(5,50 + 4,50 + 6 + 5) ÷ 4 = 5,25" in text_of(front.get(f"{page}?period=1"))
    assert "Коментарът е записан." in text_of(front.post(page, {"period": "1", "text": "Напредва"}, follow=True))
    assert "Напредва" in text_of(front.get(f"{page}?period=1"))
    assert front.post(page, {"period": "1", "text": "д" * 1001}).status_code == 422
    with at_school(small.id):
        grade = Grade.objects.first()
    text_of(front.post(home(small, f"grades/{grade.pk}/comment/"), {"text": "Добра работа"}, follow=True))
    assert "Добра работа" in text_of(front.get(home(small, f"grades/{grade.pk}/")))
    page = text_of(front.post(home(small, f"grades/{grade.pk}/comment/"), {"text": "д" * 1001}), 422)
    assert "д" * 1001 in page
    assert "Коментарът не е записан" in page
    with at_school(small.id):
        assert Comment.objects.standing().count() == 2


def test_an_annual_grade_is_changed_by_exam_by_who_leads_the_class(front, small, url):
    with at_school(small.id):
        (grade,) = put(small, small.students[0], 4, kind=GradeKind.ANNUAL)
    page = home(small, f"grades/{grade.pk}/exam/")
    assert front.get(page).status_code == 404
    leader = signed_in(colleague(small, leads=True))
    assert "Изпит за промяна" in text_of(leader.get(home(small, f"grades/{grade.pk}/")))
    answer = leader.post(page, {"grade": "5", "protocol": "№ 3/01.07."}, follow=True)
    assert "променена с изпит на 5" in text_of(answer)
    with at_school(small.id):
        assert Grade.objects.standing().get(kind=GradeKind.ANNUAL).is_by_exam


def test_the_class_sees_which_subjects_are_ready(front, small, url):
    with at_school(small.id):
        set_finals(small.actor, named(small), Period.TERM_1, {small.students[0].pk: mark(5)})
    page = text_of(front.get(home(small, f"classes/{small.class_group.pk}/finals/")))
    assert ">1 от 4</a>" in page
    assert ">0 от 4</a>" in page


def test_results_are_proposed_and_written_by_who_leads_the_class(front, small, url):
    anna, boris, *_ = small.students
    with at_school(small.id):
        put(small, anna, 2, kind=GradeKind.ANNUAL)
        put(small, boris, 5, kind=GradeKind.ANNUAL)
    results = home(small, f"classes/{small.class_group.pk}/results/")
    assert front.get(results).status_code == 404
    leader = signed_in(colleague(small, leads=True))
    page = text_of(leader.get(results))
    assert "Без вписан резултат: 4 от 4." in page
    assert "полага изпити: математика" in page
    leader.post(f"{results}set/", {"accept": "1"})
    with at_school(small.id):
        assert YearResult.objects.get().student_id == boris.pk

    one = f"{results}{anna.pk}/"
    assert "Изберете резултата" in text_of(leader.post(f"{one}set/", {}), 422)
    assert "Изберете поне един предмет" in text_of(leader.post(f"{one}set/", {"outcome": "2"}), 422)
    text_of(leader.post(f"{one}set/", {"outcome": "2", "exams": [small.course.pk]}, follow=True))
    with at_school(small.id):
        exam = ResitExam.objects.get()
    resit = home(small, f"resits/{exam.pk}/")
    assert "Първо впишете предишната" in text_of(leader.post(resit, {"session": "2", "grade": "4"}), 422)
    text_of(leader.post(resit, {"session": "1", "no_show": "1"}, follow=True))
    assert "След поправителните изпити: завършва." in text_of(
        leader.post(resit, {"session": "2", "grade": "3"}, follow=True)
    )
    with at_school(small.id):
        assert YearResult.objects.get(student=anna).final == Outcome.PASSES
    assert "полага изпити → завършва" in text_of(leader.get(results))


def test_year_one_gets_one_overall_grade_each(small, url):
    anna, boris, *_ = small.students
    with at_school(small.id):
        YearGroup.objects.update(level=1)
    results = home(small, f"classes/{small.class_group.pk}/results/")
    leader = signed_in(colleague(small, leads=True))
    sent = {f"grade-{anna.pk}": "отличен", f"grade-{boris.pk}": "дванайсет"}
    page = text_of(leader.post(f"{results}set/", sent), 422)
    assert "Борис Василев: „дванайсет“ не е оценка" in page
    with at_school(small.id):
        assert not OverallGrade.objects.exists()  # all or nothing
    assert 'value="отличен"' in page
    assert 'value="дванайсет" aria-invalid="true"' in page
    leader.post(f"{results}set/", sent | {f"grade-{boris.pk}": "5"})
    with at_school(small.id):
        assert set(OverallGrade.objects.values_list("student", "quality")) == {(anna.pk, 6), (boris.pk, 5)}
    assert "не се поставят такива оценки" in text_of(leader.get(f"{url}?period=3"))
