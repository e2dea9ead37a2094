"""Put a class book together and print it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zvanets.books import entries, grades, people, weeks
from zvanets.books.forms import Form, Section, form_of
from zvanets.books.pages import Book, Chapter
from zvanets.history.models import ChainHead
from zvanets.lib import bg, clock
from zvanets.schools.models import ClassGroup, School
from zvanets.tenancy.school import school_now

TEMPLATE = Path(__file__).with_name("book.typ")
# Archives keep it (PDF/A), and who cannot see can have it read aloud (PDF/UA).
STANDARDS: list[Any] = ["a-2a", "ua-1"]

SECTIONS: Mapping[Section, Callable[[Book], Chapter]] = {
    Section.TEACHERS: people.teachers,
    Section.STUDENTS: people.students,
    Section.TIMETABLE: people.timetable,
    Section.MEETINGS: entries.meetings,
    Section.WORKS: entries.works,
    Section.WEEKS: weeks.weeks,
    Section.GRADES: grades.grades,
    Section.FINALS: grades.finals,
    Section.FIRST_GRADE: grades.first_grade,
    Section.RESULTS: grades.results,
    Section.ABSENCES: weeks.absences,
    Section.REMARKS: entries.remarks,
    Section.INDIVIDUAL_WORK: entries.individual_work,
    Section.SANCTIONS: entries.sanctions,
    Section.SUPPORT: entries.support,
    Section.NOTES: entries.notes,
}


@dataclass(frozen=True, slots=True)
class Contents:
    """A book as it is handed to the typesetter, and the SHA-256 of what is in it (without the print's own date)."""

    data: Mapping[str, Any]
    digest: str


class NoOfficialBook(LookupError):
    """The ordinance has no such book for this group, or we cannot fill it."""


def gather(group: ClassGroup, *, is_final: bool) -> Contents:
    """Read the whole book of a top-level class group. Call inside at_school(); it reads special-category data."""
    book = Book(group, group.school_year)
    form = form_of(group, book.levels)
    if form is None:
        raise NoOfficialBook(group.name)
    chapters = [SECTIONS[section](book).as_json() for section in form.sections]
    digest = hashlib.sha256(_as_json(chapters)).hexdigest()
    return Contents({**_cover(book, form, digest), "is_final": is_final, "chapters": chapters}, digest)


def _as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()


def _cover(book: Book, form: Form, digest: str) -> dict[str, Any]:
    school = School.objects.get(pk=school_now())
    head = ChainHead.objects.first()
    place = ", ".join(filter(None, (school.town, f"община {school.municipality}" * bool(school.municipality),
                                    f"област {school.region}" * bool(school.region))))  # fmt: skip
    facts = [
        ["Ученици", str(len(book.students))],
        ["Отпечатан на", bg.written_date(clock.today())],
        ["Отпечатък на съдържанието (SHA-256)", digest],
    ]
    if head is not None:
        facts.append(["Край на историята", f"№ {head.number}, {bytes(head.chain).hex()}"])
    return {
        "title": form.title,
        "form": form.number,
        "school": school.name,
        "place": place,
        "class_group": book.group.name,
        "year": str(book.year),
        "facts": facts,
        "seal": digest[:16],
    }


def typeset(contents: Contents) -> bytes:
    """Return the book as PDF/A-2a and PDF/UA-1; typst needs about a second and 150 MB for a year's book."""
    import typst

    data = json.dumps(contents.data, ensure_ascii=False)
    pdf: bytes = typst.compile(
        TEMPLATE.read_bytes(), format="pdf", sys_inputs={"book": data}, pdf_standards=STANDARDS, timestamp=_moment()
    )
    return pdf


def _moment() -> int:
    return int(clock.now().timestamp())
