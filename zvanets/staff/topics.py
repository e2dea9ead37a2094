"""A course's topics on the page: whose they are, what was typed over them, and how far the year is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from zvanets.lessons.models import TopicItem
from zvanets.lessons.topics import Item, item_of
from zvanets.lib.refusals import Refusal
from zvanets.schools.models import Course
from zvanets.staff.seat import Seat
from zvanets.staff.typed_lesson import said

FIELDS = ("number", "title", "note", "hours")


@dataclass(slots=True)
class Line:
    """One topic as it stands in the form; `name` ends the names of its fields."""

    name: str
    number: str
    title: str
    note: str
    hours: str
    taken: int = 0
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Typed:
    lines: Sequence[Line]
    items: Sequence[Item]
    new: str = ""

    @property
    def errors(self) -> list[dict[str, str]]:
        return [
            {"target": f"{name}-{line.name}", "text": _("Ред %(number)s: %(text)s") % {"number": at, "text": text}}
            for at, line in enumerate(self.lines, 1)
            for name, text in line.errors.items()
        ]


def courses_of(seat: Seat) -> QuerySet[Course]:
    """The courses whose topics the user may write: their own; the heads and the clerk, everybody's."""
    own = Course.objects.valid() if seat.writes_every_lesson else Course.objects.taught_by(seat.user, on=seat.today())
    found: QuerySet[Course] = own.select_related("subject", "class_group").distinct()
    return found


def parallel_to(seat: Seat, course: Course) -> QuerySet[Course]:
    """Courses of the same subject in the other classes of the year group."""
    return courses_of(seat).filter(
        subject=course.subject_id, class_group__year_group=course.class_group.year_group_id
    ).exclude(pk=course.pk)  # fmt: skip


def lines_of(plan: Sequence[TopicItem]) -> list[Line]:
    return [
        Line(str(each.pk), str(each.number), each.title, each.note, str(each.hours), each.taken)  # type: ignore[attr-defined]
        for each in plan
    ]


def read_typed(plan: Sequence[TopicItem], sent: Mapping[str, str]) -> Typed:
    """Read the form: a line whose topic was emptied goes, lines written beneath come after the last number."""
    lines = lines_of(plan)
    items: list[Item] = []
    for line in lines:
        for name in FIELDS:
            setattr(line, name, sent.get(f"{name}-{line.name}", getattr(line, name)).strip())
        if line.title or line.taken:
            _add(items, line)
    new = sent.get("new", "")
    first = max((each.number for each in items), default=0)
    titles = [title for title in new.splitlines() if title.strip()]
    for number, title in enumerate(titles, first + 1):
        added = Line("new", str(number), title, "", "1")
        _add(items, added)
        if added.errors:
            lines.append(added)
    return Typed(lines, items, new)


def _add(items: list[Item], line: Line) -> None:
    try:
        item = item_of(line.number, line.title, line.note, line.hours)
    except Refusal as refusal:
        line.errors[refusal.code.removeprefix("topic_")] = said(refusal)
        return
    if any(each.number == item.number for each in items):
        line.errors["number"] = _("Номер %(number)s стои два пъти.") % {"number": item.number}
    items.append(item)
