"""The year's topics of a course: which a lesson takes, how a plan is written and how far it is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from zvanets.history.record import Actor, Fact, Json, record
from zvanets.history.verbs import Verb
from zvanets.lessons.models import LessonTopic, TopicItem
from zvanets.lib.refusals import Refusal, gettext_noop, shown
from zvanets.schools.models import Course
from zvanets.tenancy.school import school_now

LONGEST = 500
_TAKE = """
WITH gone AS (
    DELETE FROM lessons_lessontopic WHERE school_id = %(school)s AND lesson_id = %(lesson)s AND item_id <> ALL (%(items)s)
)
INSERT INTO lessons_lessontopic (school_id, lesson_id, item_id)
SELECT i.school_id, %(lesson)s, i.id FROM lessons_topicitem i
WHERE i.school_id = %(school)s AND i.course_id = %(course)s AND i.id = ANY (%(items)s)
ON CONFLICT (school_id, lesson_id, item_id) DO NOTHING
"""
_TITLES = """
SELECT string_agg(title, '; ' ORDER BY number) FILTER (WHERE id = ANY (%(items)s)),
    string_agg(title, '; ' ORDER BY number) FILTER (WHERE id IN (
        SELECT item_id FROM lessons_lessontopic WHERE school_id = %(school)s AND lesson_id = %(lesson)s))
FROM lessons_topicitem WHERE school_id = %(school)s AND course_id = %(course)s
"""


def words_of(lesson_id: int, course_id: int, items: Collection[int]) -> tuple[str, str]:
    """Return the titles of these topics in one line, and of those the lesson had taken until now."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TITLES, {"school": school_now(), "lesson": lesson_id, "course": course_id, "items": list(items)}
        )
        now, before = cursor.fetchone()
    return now or "", before or ""


def take(lesson_id: int, course_id: int, items: Collection[int]) -> None:
    """Let the lesson have taken just these topics of its course."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"school": school_now(), "lesson": lesson_id, "course": course_id, "items": list(items)})


@dataclass(frozen=True, slots=True)
class Item:
    """A topic as somebody writes it into a plan."""

    number: int
    title: str
    note: str = ""
    hours: int = 1


def item_of(number: str, title: str, note: str, hours: str) -> Item:
    """Return the topic that was typed; Refusal whose code names the field: `topic_number`, `topic_title` …"""
    title, note = " ".join(title.split()), " ".join(note.split())
    if not title:
        raise Refusal("topic_title", gettext_noop("Темата е празна. Напишете я или изтрийте реда."))
    for name, text in (("title", title), ("note", note)):
        if len(text) > LONGEST:
            words = gettext_noop("Текстът е над %(longest)s знака. Съкратете го.")
            raise Refusal(f"topic_{name}", words, {"longest": LONGEST})
    return Item(_number("number", number, 999), title, note, _number("hours", hours or "1", 40))


def _number(name: str, typed: str, most: int) -> int:
    text = typed.strip().removesuffix(".")
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most:
        return int(text)
    words = gettext_noop("„%(typed)s“ не е число от 1 до %(most)s.")
    raise Refusal(f"topic_{name}", words, {"typed": shown(typed), "most": most})


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a course is: hours planned and hours taken."""

    planned: int
    taken: int

    @property
    def left(self) -> int:
        return max(self.planned - self.taken, 0)


def plan_of(course: Course) -> list[TopicItem]:
    """Return the course's topics in order, each with `taken`: how many lessons took it."""
    lessons = LessonTopic.objects.filter(item=OuterRef("pk")).order_by().values("item").annotate(n=Count("pk"))
    counted = TopicItem.objects.annotate(taken=Coalesce(Subquery(lessons.values("n")), 0))
    return list(counted.filter(course=course).order_by("number"))


@transaction.atomic
def set_plan(actor: Actor, course: Course, items: Sequence[Item]) -> int:
    """Let the course's plan be these topics; return how many changed. A topic keeps its lessons by its number.

    A topic that a lesson took cannot go: what was taught stays taught.
    """
    # One at a time: two who write one plan must not meet in its numbers.
    Course.objects.select_for_update(no_key=True).only("pk").get(pk=course.pk)
    before = {each.number: each for each in plan_of(course)}
    wanted = {each.number: each for each in items}
    gone = [each for number, each in before.items() if number not in wanted]
    if taken := [each.number for each in gone if each.taken]:  # type: ignore[attr-defined]
        text = gettext_noop("Тема %(number)s вече е взета в час и не може да отпадне. Оставете я в разпределението.")
        raise Refusal("topic_taken", text, {"number": taken[0]})
    changed = [each for number, each in before.items() if number in wanted and _differs(each, wanted[number])]
    new = [each for number, each in wanted.items() if number not in before]
    if not gone and not changed and not new:
        return 0
    TopicItem.objects.filter(pk__in=[each.pk for each in gone]).delete()
    for each in changed:
        each.title, each.note, each.hours = _columns(wanted[each.number])
    TopicItem.objects.bulk_update(changed, ["title", "note", "hours"])
    TopicItem.objects.bulk_create(TopicItem(course=course, **_fields(each)) for each in new)
    body: dict[str, Json] = {"new": len(new), "changed": len(changed), "gone": len(gone), "topics": len(wanted)}
    record([Fact(Verb.TOPICS_PLANNED, course_id=course.pk, body=body)], actor=actor, tell=False)
    return len(new) + len(changed) + len(gone)


def _differs(item: TopicItem, wanted: Item) -> bool:
    return (item.title, item.note, item.hours) != _columns(wanted)


def _columns(item: Item) -> tuple[str, str, int]:
    return item.title, item.note, item.hours


def _fields(item: Item) -> dict[str, str | int]:
    return {"number": item.number, "title": item.title, "note": item.note, "hours": item.hours}


_BY_COURSE = """
SELECT course_id, sum(hours), sum(LEAST(taken, hours)) FROM (
    SELECT i.course_id, i.hours, (SELECT count(*) FROM lessons_lessontopic t
        WHERE t.school_id = i.school_id AND t.item_id = i.id) AS taken
    FROM lessons_topicitem i WHERE i.school_id = %s AND i.course_id = ANY (%s)
) item GROUP BY course_id
"""


def standing_by_course(courses: Sequence[Course]) -> dict[int, Standing]:
    """Return how far each course with a plan is."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_COURSE, [school_now(), [each.pk for each in courses]])
        return {course: Standing(int(planned), int(taken)) for course, planned, taken in cursor.fetchall()}


@transaction.atomic
def copy_plan(actor: Actor, course: Course, to: Sequence[Course]) -> None:
    """Give parallel courses the same plan; topics they took keep their lessons by number."""
    items = [Item(each.number, each.title, each.note, each.hours) for each in plan_of(course)]
    for each in to:
        set_plan(actor, each, items)


def standing_of(items: Sequence[TopicItem]) -> Standing:
    """Count hours; a topic that took longer than planned counts as it was planned."""
    planned = sum(each.hours for each in items)
    return Standing(planned, sum(min(each.taken, each.hours) for each in items))  # type: ignore[attr-defined]
