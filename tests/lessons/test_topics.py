"""The year's topics: counted, taken in lessons, written whole."""

from uuid import uuid4

import pytest

from tests import small_school
from zvanets.history.models import Entry
from zvanets.history.verbs import Verb
from zvanets.lessons import topics
from zvanets.lessons.actions import Sheet, save_lesson
from zvanets.lessons.models import LessonRecord, LessonTopic, TopicItem
from zvanets.lessons.page import ahead_of
from zvanets.lessons.statements import find_lesson
from zvanets.lessons.topics import Item, Standing
from zvanets.lib.refusals import Refusal
from zvanets.schools.models import Course
from zvanets.tenancy.school import at_school

PLAN = [Item(1, "Дробни числа", "преговор"), Item(2, "Пропорции", hours=2), Item(3, "Проценти"), Item(4, "Лихва")]


@pytest.fixture
def small(school):
    small = small_school.build(school.pk)
    with at_school(small.id):
        topics.set_plan(small.actor, small.course, PLAN)
    return small


def save(small, **sheet):
    with at_school(small.id):
        seen = LessonRecord.objects.filter(lesson=small.lesson).values_list("version", flat=True).first() or 0
        return save_lesson(small.actor, small.lesson.pk, Sheet(seen=seen, save_key=uuid4(), **sheet))


def numbers(small) -> dict[int, int]:
    with at_school(small.id):
        return dict(TopicItem.objects.values_list("number", "pk"))


def topic(small) -> str:
    with at_school(small.id):
        return LessonRecord.objects.get().topic


def offered(small) -> list[tuple[int, int, bool]]:
    with at_school(small.id):
        lesson = find_lesson(small.lesson.pk, user_id=small.teacher.pk, every=False)
        return [(each.number, each.taken, each.is_here) for each in ahead_of(lesson).topics]


def test_a_lesson_is_offered_the_next_topics(small):
    assert offered(small) == [(1, 0, False), (2, 0, False), (3, 0, False)]


def test_several_topics_taken_name_the_lesson_by_themselves(small):
    pk = numbers(small)
    save(small, items=[pk[1], pk[2]])
    assert topic(small) == "Дробни числа; Пропорции"
    assert offered(small) == [(1, 1, True), (2, 1, True), (3, 0, False), (4, 0, False)]

    save(small, topic="Дробни числа; Пропорции", items=[pk[2]])
    assert topic(small) == "Пропорции", "the name follows what is taken while nobody wrote another"

    save(small, topic="Упражнение", items=[pk[2], pk[3]])
    assert topic(small) == "Упражнение"


def test_what_nobody_touched_stays_taken(small):
    pk = numbers(small)
    save(small, items=[pk[1]])
    save(small, topic="Упражнение")
    with at_school(small.id):
        assert LessonTopic.objects.get().item_id == pk[1]


def test_a_topic_of_another_course_is_not_taken(small):
    with at_school(small.id):
        other = Course.objects.create(class_group=small.class_group, subject=small.course.subject)
        strange = TopicItem.objects.create(course=other, number=1, title="Чужда")
    save(small, items=[strange.pk])
    with at_school(small.id):
        assert not LessonTopic.objects.exists()


def test_hours_are_counted_taken_and_left(small):
    save(small, items=[numbers(small)[2]])
    with at_school(small.id):
        standing = topics.standing_of(topics.plan_of(small.course))
    assert (standing, standing.left) == (Standing(planned=5, taken=1), 4)


def test_a_plan_written_again_keeps_the_lessons_of_its_topics(small):
    save(small, items=[numbers(small)[1]])
    with at_school(small.id):
        assert topics.set_plan(small.actor, small.course, [Item(1, "Дроби"), *PLAN[1:3], Item(5, "Функции")]) == 3
        assert [(each.number, each.title, each.taken) for each in topics.plan_of(small.course)] == [
            (1, "Дроби", 1),
            (2, "Пропорции", 0),
            (3, "Проценти", 0),
            (5, "Функции", 0),
        ]
        assert Entry.objects.filter(verb=Verb.TOPICS_PLANNED).count() == 2
        assert topics.set_plan(small.actor, small.course, [Item(1, "Дроби"), *PLAN[1:3], Item(5, "Функции")]) == 0


def test_a_topic_that_was_taught_cannot_go(small):
    save(small, items=[numbers(small)[1]])
    with at_school(small.id), pytest.raises(Refusal) as refusal:
        topics.set_plan(small.actor, small.course, PLAN[1:])
    assert refusal.value.code == "topic_taken"
