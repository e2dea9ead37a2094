"""A teacher writes the year's topics, takes them from a sheet, and copies them to the parallel class."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.staff.people import colleague, signed_in
from zvanets.exchange.topics import template
from zvanets.lessons.models import LessonTopic, TopicItem
from zvanets.lessons.topics import Item, set_plan
from zvanets.schools.models import ClassGroup, Course, CourseTeacher
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


def url(small, rest="") -> str:
    return f"/s/{small.id}/courses/{small.course.pk}/topics/{rest}"


def titles(small, course=None) -> list[str]:
    with at_school(small.id):
        rows = TopicItem.objects.filter(course=course or small.course).order_by("number")
        return [f"{each.number} {each.title} {each.hours}" for each in rows]


@pytest.fixture
def planned(small):
    with at_school(small.id):
        set_plan(small.actor, small.course, [Item(1, "Дроби"), Item(2, "Лихва", hours=2)])
        return [str(pk) for pk in TopicItem.objects.order_by("number").values_list("pk", flat=True)]


@pytest.fixture
def parallel(small):
    with at_school(small.id):
        year_group = small.class_group.year_group
        other = ClassGroup.objects.create(school_year=small.school_year, year_group=year_group, name="7 В")
        course = Course.objects.create(class_group=other, subject=small.course.subject)
        CourseTeacher.objects.create(
            course=course, staff_member=small.staff_member, starts_on=small.school_year.starts_on
        )
        return course


def test_topics_are_written_one_a_line(front, small):
    assert front.post(url(small), {"new": "Дроби\n\nЛихва\n"}, follow=True).status_code == 200
    assert titles(small) == ["1 Дроби 1", "2 Лихва 1"]
    assert "взети часове: 0 · остават: 2" in front.get(url(small)).content.decode()


def test_a_topic_is_changed_moved_and_deleted_by_hand(front, small, planned):
    first, second = planned
    sent = {f"title-{first}": "", f"number-{second}": "5", f"title-{second}": "Проста лихва", "new": "Преговор"}
    front.post(url(small), sent)
    assert titles(small) == ["5 Проста лихва 2", "6 Преговор 1"]


def test_an_error_stands_in_words_and_nothing_is_lost(front, small, planned):
    answer = front.post(url(small), {f"hours-{planned[0]}": "много", "new": "Преговор"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Ред 1: „много“ не е число от 1 до 40." in page
    assert 'value="много"' in page
    assert "Преговор" in page
    assert titles(small) == ["1 Дроби 1", "2 Лихва 2"]


def test_a_topic_that_was_taught_stays(front, small, planned):
    with at_school(small.id):
        LessonTopic.objects.create(lesson=small.lesson, item_id=int(planned[0]))
    answer = front.post(url(small), {f"title-{planned[0]}": ""})
    assert answer.status_code == 422
    assert "Темата е празна" in answer.content.decode()


def test_a_plan_comes_out_of_a_sheet_whole_or_not_at_all(front, small, planned):
    sent = SimpleUploadedFile("temi.xlsx", template())
    page = front.post(url(small, "sheet/"), {"sheet": sent}, follow=True).content.decode()
    assert "Взети са 2\u00a0теми от файла." in page
    assert titles(small) == ["1 Преговор 2", "2 Входно ниво 1"]

    broken = SimpleUploadedFile("temi.xlsx", template().replace(b"PK", b"XX"))
    answer = front.post(url(small, "sheet/"), {"sheet": broken})
    assert answer.status_code == 422
    assert "Това не е таблица .xlsx." in answer.content.decode()
    assert titles(small) == ["1 Преговор 2", "2 Входно ниво 1"]


def test_a_plan_is_copied_to_the_parallel_class(front, small, planned, parallel):
    assert "7 В" in front.get(url(small)).content.decode()
    page = front.post(url(small, "copy/"), {"to": [parallel.pk]}, follow=True).content.decode()
    assert "Разпределението е копирано: 7 В." in page
    assert titles(small, parallel) == ["1 Дроби 1", "2 Лихва 2"]


def test_the_list_says_how_far_each_course_is(front, small, planned, parallel):
    with at_school(small.id):
        LessonTopic.objects.create(lesson=small.lesson, item_id=int(planned[1]))
    page = front.get(f"/s/{small.id}/topics/").content.decode()
    assert "взети часове: 1 · остават: 2" in page
    assert "няма теми" in page
    assert front.get(f"/s/{small.id}/topics/template/").content[:2] == b"PK"


def test_another_teacher_finds_no_plan_of_mine(small, planned):
    assert signed_in(colleague(small)).get(url(small)).status_code == 404


def test_a_lesson_offers_the_next_topic_and_takes_it_by_one_tick(front, small, planned):
    from tests.staff.people import fields

    lesson = f"/s/{small.id}/lessons/{small.lesson.pk}/"
    page = front.get(lesson)
    assert "1. Дроби" in page.content.decode()
    assert front.post(lesson, {**fields(page), "item": [planned[0]]}).status_code == 302
    text = front.get(lesson).content.decode()
    assert f'id="item-{planned[0]}" name="item" value="{planned[0]}" checked' in text
    assert ">Дроби</textarea>" in text
