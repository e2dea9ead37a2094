"""The child's diary as the family reads it."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.budget import statements
from tests.portal.test_home import give, page_of
from zvanets.attendance.models import Absence
from zvanets.gradebook.comments import comment_average, comment_grade
from zvanets.gradebook.models import Grade, ResitExam
from zvanets.gradebook.plans import set_plans
from zvanets.gradebook.results import enter_resit, set_result
from zvanets.history.models import Access
from zvanets.lessons.models import Homework
from zvanets.lib import clock
from zvanets.remarks.models import Remark
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.finals import Outcome, Period
from zvanets.rules.scales import GradeKind
from zvanets.schools.models import Course, Lesson, SchoolSettings, Subject
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


def test_grades_stand_by_subject_with_their_mean(signed_in, home):
    give(home, "6", kind=GradeKind.CONTROL_WORK, teacher=home.small.staff_member, comment="Браво")
    give(home, "2")
    give(home, "5", kind=GradeKind.TERM, term=1)

    page = page_of(signed_in, home.url(0, "grades/"))
    assert '<th scope="row">Математика</th><td class="text">6; <b class="poor">2</b></td><td>4,00</td>' in page
    assert "Отличен 6</b> · Математика" in page
    assert "контролна работа · Мария Иванова" in page
    assert "Браво" in page
    assert "много добър 5 (оценка за I срок)" in page


def test_words_of_the_first_classes_enter_no_mean(signed_in, home):
    with at_school(home.small.id):
        Grade.objects.create(
            student=home.small.students[0],
            course=home.small.course,
            quality=6,
            given_on=clock.today(),
            given_at=clock.now(),
            given_by=home.small.teacher,
        )

    page = page_of(signed_in, home.url(0, "grades/"))
    assert '<td class="text">отличен</td><td>–</td>' in page
    assert "Още няма оценки с число" in page_of(signed_in, home.url(0, "grades/average/"))


def test_the_mean_tells_how_it_came_about(signed_in, home):
    for value in ("6", "5.50", "3"):
        give(home, value)
    give(home, "6", kind=GradeKind.ANNUAL)

    page = page_of(signed_in, home.url(0, "grades/average/"))
    assert "<h1>Среден успех 4,83</h1>" in page
    assert re.search(r"14,50 върху 3.оценки = 4,8333, закръглено до стотни 4,83", page)
    assert "Не участва 1 оценка" in page
    assert "4,50 е 4,50" in page


def test_a_school_may_count_as_the_state_does_and_says_so(signed_in, home):
    with at_school(home.small.id):
        SchoolSettings.objects.create(averages_of_rounded_grades=True)
    give(home, "4.50")
    give(home, "5")

    page = page_of(signed_in, home.url(0, "grades/average/"))
    assert "<h1>Среден успех 5,00</h1>" in page
    assert "както прави НЕИСПУО" in page
    assert "<dd><b>5,00</b>" in page_of(signed_in)


def test_absences_are_listed_with_totals_and_without_reasons(signed_in, home):
    with at_school(home.small.id):
        for hour, kind, excused in ((1, 2, False), (2, 1, False), (4, 3, True)):
            lesson = Lesson.objects.create(
                course=home.small.course, date=clock.today(), hour_no=hour, starts_at="08:00", ends_at="08:40"
            )
            Absence.objects.create(
                lesson=lesson,
                student=home.small.students[0],
                date=lesson.date,
                kind=kind,
                minutes_late=7 if kind == AbsenceKind.LATE else None,
                recorded_at=clock.now(),
                recorded_by=home.small.teacher,
                excused_at=clock.now() if excused else None,
                reason=1 if excused else None,
                reason_text="грип" if excused else "",
            )

    page = page_of(signed_in, home.url(0, "absences/"))
    assert "<dt>По неуважителни причини този месец</dt><dd><b>1,5</b>" in page
    assert "<dt>По уважителни причини тази учебна година</dt><dd><b>1</b>" in page
    assert re.search(r'Закъснение, 7.минути</b> · Математика, <span class="whole">2-ри час', page)
    assert "грип" not in page
    assert "Здравословни" not in page


def test_praise_and_remarks_that_stand(signed_in, home):
    with at_school(home.small.id):
        for kind, text, ended in ((1, "Помогна на Борис", ""), (2, "Говори в час", ""), (2, "Грешка", "не беше тя")):
            Remark.objects.create(
                student=home.small.students[0],
                lesson=home.small.lesson,
                kind=kind,
                text=text,
                written_on=clock.today(),
                written_at=clock.now(),
                written_by=home.small.teacher,
                ended_at=clock.now() if ended else None,
                ended_why=ended,
            )

    page = page_of(signed_in, home.url(0, "remarks/"))
    assert '<b class="good">Похвала</b> · Математика<br>Помогна на Борис' in page
    assert "Говори в час" in page
    assert "Грешка" not in page


def test_homework_ahead_stands_before_what_is_past(signed_in, home):
    with at_school(home.small.id):
        for days, text in ((-20, "Отдавна"), (-3, "Минала"), (2, "Предстояща"), (1, "Утрешна")):
            lesson = Lesson.objects.create(
                course=home.small.course,
                date=clock.today() - timedelta(days=10 - days % 7),
                hour_no=days + 30,
                starts_at="08:00",
                ends_at="08:40",
            )
            Homework.objects.create(
                course=home.small.course,
                lesson=lesson,
                text=text,
                due_on=clock.today() + timedelta(days=days),
                given_at=clock.now(),
            )

    page = page_of(signed_in, home.url(0, "homework/"))
    assert page.index("Утрешна") < page.index("Предстояща") < page.index("изминалите") < page.index("Минала")
    assert "Отдавна" not in page


def test_the_week_shows_the_childs_own_lessons_in_order(signed_in, home):
    with at_school(home.small.id):
        other = Course.objects.create(
            class_group=home.small.class_group, subject=Subject.objects.create(name="Чужд предмет")
        )
        for course, hour, cancelled in ((home.small.course, 5, True), (other, 6, False)):
            Lesson.objects.create(
                course=course,
                date=clock.today(),
                hour_no=hour,
                starts_at="12:00",
                ends_at="12:40",
                room="12",
                is_cancelled=cancelled,
            )

    page = page_of(signed_in, home.url(0, "week/"))
    assert "3. 09:20–10:00" in page
    assert "<s>Математика</s>" in page
    assert "отпада" in page
    assert "Чужд предмет" not in page
    long_ago = clock.today() - timedelta(days=365)
    assert "Тази седмица няма часове" in page_of(signed_in, f"{home.url(0, 'week/')}?day={long_ago}")


@pytest.mark.parametrize("day", ["", "x", "2025-13-01", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_shows_this_week(signed_in, home, day):
    assert "09:20–10:00" in page_of(signed_in, f"{home.url(0, 'week/')}?day={day}")


def test_everything_told_is_paged_and_keeps_its_read_state(signed_in, home):
    for number in range(60):
        home.tell(f"Съобщение {number}", read_at=clock.now() if number else None)

    first = page_of(signed_in, home.url(0, "news/"))
    assert "Съобщение 59<" in first
    assert "1 / 2" in first
    last = page_of(signed_in, f"{home.url(0, 'news/')}?page=2")
    assert 'Съобщение 0</b> <span class="tag">ново</span>' in last
    assert "1 / 2" in page_of(signed_in, f"{home.url(0, 'news/')}?page=rubbish")


def test_pages_cost_the_same_for_a_long_year(signed_in, home):
    pages = ("grades/", "grades/average/", "absences/", "remarks/", "homework/", "week/", "news/")

    def cost() -> list[int]:
        counts = []
        for page in pages:
            with statements() as asked:
                page_of(signed_in, home.url(0, page))
            counts.append(len(asked))
        return counts

    home.tell("Отличен 6 по математика")
    before = cost()
    for number in range(20):
        give(home, str(Decimal(3) + Decimal(number % 4) / 2))
        home.tell("Отличен 6 по математика")
    assert cost() == before
    assert max(before) <= 11


def test_who_printed_what_is_kept(signed_in, home):
    path = home.url(0, "grades/")
    assert signed_in.post(home.url(0, "printed/"), {"path": path}).status_code == 204
    assert signed_in.post(home.url(0, "printed/"), {"path": f"{home.url(0)}no/such/page"}).status_code == 404
    assert signed_in.post(home.url(2, "printed/"), {"path": path}).status_code == 404
    with at_school(home.small.id):
        kept = Access.objects.filter(verb="page.printed").values_list("student_id", "what")
        assert list(kept) == [(home.small.students[0].pk, "portal:grades")]


def test_comments_stand_with_their_grade_and_average(signed_in, home):
    give(home, "5.50")
    with at_school(home.small.id):
        anna, course = home.small.students[0], Course.objects.select_related("subject", "class_group").get()
        comment_grade(home.small.actor, Grade.objects.all(), grade_id=Grade.objects.get().pk, text="Смята вярно")
        comment_average(home.small.actor, course, Period.TERM_1, student_id=anna.pk, text="Напредва всяка седмица")

    page = page_of(signed_in, home.url(0, "grades/"))
    assert "Смята вярно" in page
    assert "Коментар · Математика, I срок: Напредва всяка седмица" in page
    assert "Смята вярно" not in page_of(signed_in, home.url(1, "grades/"))


def test_how_the_year_ends_and_how_a_child_is_assessed_stand_there(signed_in, home):
    with at_school(home.small.id):
        small, course = home.small, Course.objects.select_related("subject", "class_group").get()
        anna = small.students[0].pk
        set_result(small.head, course.class_group, student_id=anna, outcome=Outcome.EXAMS, exams=[course.pk])
        enter_resit(
            small.head, ResitExam.objects.all(), exam_id=ResitExam.objects.get().pk, session=1, value=Decimal(4)
        )
        set_plans(small.head, course, special_needs=[anna], exempt={anna: [Period.TERM_2, Period.YEAR]})

    page = page_of(signed_in, home.url(0, "grades/"))
    assert "Резултат от годината: полага изпити" in page
    assert "Изпит по предмет „Математика“ (I сесия: 4)" in page
    assert "След поправителните изпити: завършва" in page
    assert "Математика: оценява се по индивидуална програма" in page
    assert "Математика: освобождаване от оценка за II срок, годината." in page
    other = page_of(signed_in, home.url(1, "grades/"))
    assert "Резултат от годината" not in other
    assert "индивидуална" not in other
