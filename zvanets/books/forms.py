"""Which official book a class has, and which sections are in it.

Наредба № 8 от 2016 г. за информацията и документите, приложение 2; the choice of the book and its sections are
NEISPUO's (`ClassBook.GetClassBookType`, `book-tabs.ts`).
"""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q

from zvanets.schools.models import ClassGroup, YearGroup


class Section(StrEnum):
    """The parts of a book in their order."""

    TEACHERS = "teachers"
    STUDENTS = "students"
    TIMETABLE = "timetable"
    MEETINGS = "meetings"
    WORKS = "works"
    WEEKS = "weeks"
    GRADES = "grades"
    FINALS = "finals"
    FIRST_GRADE = "first-grade"
    RESULTS = "results"
    ABSENCES = "absences"
    REMARKS = "remarks"
    INDIVIDUAL_WORK = "individual-work"
    SANCTIONS = "sanctions"
    SUPPORT = "support"
    NOTES = "notes"


@dataclass(frozen=True, slots=True)
class Form:
    """An official form: its number, its title, its sections."""

    number: str
    title: str
    sections: tuple[Section, ...]


_EVERY_CLASS = (
    Section.TEACHERS,
    Section.STUDENTS,
    Section.TIMETABLE,
    Section.MEETINGS,
    Section.WORKS,
    Section.WEEKS,
    Section.GRADES,
    Section.FINALS,
)
_AFTER = (Section.ABSENCES, Section.REMARKS, Section.INDIVIDUAL_WORK, Section.SANCTIONS, Section.SUPPORT, Section.NOTES)

I_III = Form("3-14", "Дневник I–III клас", (*_EVERY_CLASS, Section.FIRST_GRADE, *_AFTER))
IV = Form("3-16", "Дневник IV клас", (*_EVERY_CLASS, *_AFTER))
V_XII = Form("3-87", "Дневник V–XII клас", (*_EVERY_CLASS, Section.RESULTS, *_AFTER))
GROUP = Form(
    "3-63",
    "Дневник на група за целодневна организация",
    (Section.TEACHERS, Section.STUDENTS, Section.TIMETABLE, Section.WEEKS, Section.ABSENCES, Section.NOTES),
)


def form_of(group: ClassGroup, levels: set[int]) -> Form | None:
    """Return the book's form by the levels taught in it; None for preschool groups (3-5 needs attendance by day)."""
    if group.kind == ClassGroup.Kind.ALL_DAY:
        return GROUP
    highest = max(levels, default=0)
    if highest < 1:
        return None
    if highest <= 3:
        return I_III
    return IV if highest == 4 else V_XII


def kept_sections(group: ClassGroup) -> frozenset[Section]:
    """Return the sections that are kept for a class: in I-III sanctions are printed alone (NEISPUO's `book-tabs.ts`)."""
    of_group = Q(class_groups=group.pk) | Q(class_groups__parent=group.pk)
    form = form_of(group, set(YearGroup.objects.filter(of_group).values_list("level", flat=True)))
    if form is None:
        return frozenset({Section.MEETINGS, Section.NOTES})
    return frozenset(form.sections) - ({Section.SANCTIONS} if form is I_III else set())
