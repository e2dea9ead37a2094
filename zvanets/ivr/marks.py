"""The child's grades in words: by subject, those of the term and the year, and beside the class. Inside at_school()."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from zvanets.gradebook.models import Grade
from zvanets.ivr.phrases import said
from zvanets.ivr.reader import Reader
from zvanets.lib import speak
from zvanets.rules.comparison import Compared, compared
from zvanets.rules.ivr_menu import Item
from zvanets.rules.scales import GradeKind, Mark, Scale, in_words, kind_name, mark_of
from zvanets.schools.choices import counting_now
from zvanets.schools.models import Enrolment


def grades(reader: Reader, begins: date) -> Iterable[Item]:
    """Say each subject's current grades with their average, and the average of all."""
    rows = _standing(reader, begins).order_by("course__subject__name", "given_on", "id")
    counting = counting_now()
    everything: list[tuple[Mark, GradeKind]] = []
    for subject, own in groupby(rows, key=lambda row: row[0]):
        marks = [(mark_of(*row[2:5]), GradeKind(row[1])) for row in own if not GradeKind(row[1]).is_final]
        everything += marks
        if marks:
            yield _subject(reader, subject, marks, counting.mean(marks).result)
    if (mean := counting.mean(everything).result) is not None:
        yield reader.phrase("average_of_all", average=reader.figure(mean))


def finals(reader: Reader, begins: date) -> Iterable[Item]:
    """Say the grades that end a term or the year, as they stand."""
    for subject, kind, value, quality, special, term in _standing(reader, begins).order_by(
        "course__subject__name", "kind", "term", "id"
    ):
        mark = mark_of(value, quality, special)
        if not GradeKind(kind).is_final or mark.scale is Scale.SPECIAL_NEEDS:
            continue
        name = "final_of_term" if term else "final_of_year"
        yield reader.phrase(name, subject=subject, term=f"{term}", mark=_words(reader, mark))


def comparison(reader: Reader, begins: date) -> Iterable[Item]:
    """Say the child's averages beside the class's, of subjects in which enough of the class have grades."""
    on, counting = reader.today, counting_now()
    books = Enrolment.objects.standing(on=on).filter(student=reader.student).values("class_book")
    classmates = Enrolment.objects.standing(on=on).filter(class_book__in=books).values("student")
    rows = Grade.objects.standing().filter(student__in=classmates, given_on__gte=begins, value__isnull=False)
    by_subject: dict[str, dict[int, list[tuple[Mark, GradeKind]]]] = defaultdict(lambda: defaultdict(list))
    everything: dict[int, list[tuple[Mark, GradeKind]]] = defaultdict(list)
    for subject, student, kind, value in rows.values_list("course__subject__name", "student_id", "kind", "value"):
        if not GradeKind(kind).is_final:
            given = mark_of(value, None, None), GradeKind(kind)
            by_subject[subject][student].append(given)
            everything[student].append(given)
    if whole := compared(everything, reader.student.pk, counting):
        yield reader.phrase("compared_all", **_both(reader, whole))
    for subject in sorted(by_subject):
        if both := compared(by_subject[subject], reader.student.pk, counting):
            yield reader.phrase("compared", subject=subject, **_both(reader, both))


def _both(reader: Reader, both: Compared) -> dict[str, str]:
    return {"own": reader.figure(both.own), "others": reader.figure(both.others)}


def _standing(reader: Reader, begins: date) -> "QuerySet[Grade, Any]":
    own: QuerySet[Grade] = Grade.objects.standing().filter(student=reader.student, given_on__gte=begins)
    return own.values_list("course__subject__name", "kind", "value", "quality", "special", "term")


def _subject(reader: Reader, subject: str, marks: list[tuple[Mark, GradeKind]], mean: Decimal | None) -> Item:
    """A grade of the special-needs scale is not spoken: who listens at the other end is not known."""
    open_ones = [(mark, kind) for mark, kind in marks if mark.scale is not Scale.SPECIAL_NEEDS]
    words = []
    if open_ones:
        each = ", ".join(_mark(reader, mark, kind) for mark, kind in open_ones)
        words.append(said("grades_of", reader.language, {"subject": subject, "marks": each}))
    if mean is not None:
        words.append(said("average_of", reader.language, {"average": reader.figure(mean)}))
    if len(open_ones) < len(marks):
        words.append(said("special_of", reader.language, {"subject": subject}))
    return reader.item(". ".join(words))


def _mark(reader: Reader, mark: Mark, kind: GradeKind) -> str:
    words = _words(reader, mark)
    return words if kind is GradeKind.CURRENT else f"{kind_name(kind, reader.language)} {words}"


def _words(reader: Reader, mark: Mark) -> str:
    in_numbers = mark.scale is Scale.QUANTITATIVE
    return speak.mark(mark.value, reader.language) if in_numbers else in_words(mark, reader.language)
