"""Term and annual grades, the result of a year and its resits: what is asked for, what is proposed, what may follow.

Nothing here sets a grade: a proposal is for a teacher's eye (docs/algorithms/finals.md). What an ordinance may change is
data with the day from which it is valid.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum

from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.averages import (
    Explained,
    Method,
    Rounding,
    Rule,
    explain_annual_grade,
    explain_minimum,
    explain_profiling_grade,
    explain_term_grade,
)
from zvanets.rules.scales import GradeKind, Mark, Scale, kind_name, scale_of

TERMS = (1, 2)
SESSIONS = (1, 2, 3)  # I, II, and the additional one


class Period(IntEnum):
    """What a grade ends, and what is closed: a term, or the year."""

    TERM_1 = 1
    TERM_2 = 2
    YEAR = 3

    @property
    def term(self) -> int | None:
        return None if self is Period.YEAR else int(self)

    @property
    def kind(self) -> GradeKind:
        return GradeKind.ANNUAL if self is Period.YEAR else GradeKind.TERM


class Outcome(IntEnum):
    """The result of a year in V-XII, by NEISPUO's numbers."""

    PASSES = 1
    EXAMS = 2
    REPEATS = 3


_ROMAN = {1: "I", 2: "II", 3: "III"}
_OUTCOMES = {
    "bg": {Outcome.PASSES: "завършва", Outcome.EXAMS: "полага изпити", Outcome.REPEATS: "повтаря"},
    "en": {Outcome.PASSES: "passes the year", Outcome.EXAMS: "sits resits", Outcome.REPEATS: "repeats the year"},
}


def _is_bulgarian(lang: str) -> bool:
    return lang.startswith("bg")


def period_name(period: Period, lang: str = "bg") -> str:
    """Return „I срок“, „годината“ or "term 1", "the year"."""
    if period is Period.YEAR:
        return "годината" if _is_bulgarian(lang) else "the year"
    return f"{_ROMAN[period]} срок" if _is_bulgarian(lang) else f"term {period:d}"


def ended_by(kind: GradeKind, term: int | None, lang: str = "bg") -> str:
    """Return „оценка за I срок“, „годишна оценка“ or "grade for term 1", "annual grade"."""
    if kind is GradeKind.ANNUAL or term is None:
        name = "годишна" if kind is GradeKind.ANNUAL else "срочна"
        return f"{name} оценка" if _is_bulgarian(lang) else kind_name(kind, lang)
    return f"{'оценка за' if _is_bulgarian(lang) else 'grade for'} {period_name(Period(term), lang)}"


def session_name(session: int, lang: str = "bg") -> str:
    """Return „I сесия“, the third „допълнителна сесия“."""
    if session == SESSIONS[-1]:
        return "допълнителна сесия" if _is_bulgarian(lang) else "additional session"
    return f"{_ROMAN[session]} сесия" if _is_bulgarian(lang) else f"session {session}"


def outcome_name(outcome: Outcome, lang: str = "bg") -> str:
    return _OUTCOMES["bg" if _is_bulgarian(lang) else "en"][outcome]


def is_asked(period: Period, level: int, *, is_exempt: bool = False) -> bool:
    """Tell whether a student of this year group gets a grade of a subject at the end of this period.

    No term grades in I-III, no annual grade by subject in I; an exemption counts for its own period alone.
    """
    if is_exempt or scale_of(level) is None:
        return False
    return level >= (2 if period is Period.YEAR else 4)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the diary proposes and how that came about; `missing`: terms without a grade that an annual one lacks."""

    mark: Mark | None
    why: Explained[Decimal | None]
    missing: tuple[int, ...] = ()


def propose_term(marks: Iterable[Mark], scale: Scale, method: Method = Method.EXACT) -> Proposal:
    """Propose a term grade out of the current grades on the student's scale; those on another scale do not count."""
    values = [mark.value for mark in marks if mark.scale is scale]
    if scale is Scale.QUANTITATIVE:
        why = explain_term_grade(values, method)
    else:
        why = explain_middle(values)
    return Proposal(_mark(scale, why.result), why)


def propose_year(
    terms: Mapping[int, Mark | None], current: Iterable[Mark], scale: Scale, *, wanted: Sequence[int] = TERMS
) -> Proposal:
    """Propose an annual grade: by numbers out of the grades of the terms, by words out of the year's current grades.

    `wanted` are the terms in which the subject is studied and the student not exempt. A missing term is named and the
    other one proposed; without any there is nothing to propose.
    """
    if scale is Scale.QUALITATIVE:  # I-III have no terms
        return propose_term(current, scale)
    standing = [terms.get(term) for term in wanted]
    missing = tuple(term for term, mark in zip(wanted, standing, strict=True) if mark is None)
    values = [mark.value for mark in standing if mark is not None and mark.scale is scale]
    why = explain_annual_grade(values) if scale is Scale.QUANTITATIVE else explain_middle(values)
    return Proposal(_mark(scale, why.result), why, missing)


def propose_profiling(modules: Iterable[Mark]) -> Proposal:
    """Propose the annual grade of a profiling subject out of its modules' annual grades."""
    why = explain_profiling_grade(mark.value for mark in modules if mark.scale is Scale.QUANTITATIVE)
    return Proposal(_mark(Scale.QUANTITATIVE, why.result), why)


def explain_middle(values: Iterable[Decimal]) -> Explained[Decimal | None]:
    """Explain the middle one of grades in words, of two in the middle the better: words have no mean."""
    inputs = tuple(sorted(values))
    result = inputs[len(inputs) // 2] if inputs else None
    return Explained(result, inputs, Rule.MIDDLE_WORD, Rounding.NONE)


def _mark(scale: Scale, value: Decimal | None) -> Mark | None:
    return None if value is None else Mark(scale, value)


@dataclass(frozen=True, slots=True)
class Shortage:
    """A student has fewer current grades in a term than the ordinance asks for."""

    grades: int
    minimum: Explained[int]


def shortage(grades: int, scale: Scale | None, weekly_lessons: Decimal, on: date) -> Shortage | None:
    """Return what is short; grades by the special-needs scale and of I-III are not counted against the minimum."""
    if scale is not Scale.QUANTITATIVE:
        return None
    minimum = explain_minimum(weekly_lessons, on)
    return Shortage(grades, minimum) if grades < minimum.result else None


@dataclass(frozen=True, slots=True)
class Resit:
    """One session of a resit: a whole grade, or None for who did not come."""

    session: int
    value: Decimal | None

    @property
    def is_passed(self) -> bool:
        return self.value is not None and self.value >= 3


def propose_outcome(annual: Mapping[int, Mark]) -> tuple[Outcome | None, tuple[int, ...]]:
    """Return the result to propose and the courses with a poor annual grade; None where there is no annual grade.

    Only numbers can be poor: who is assessed by the special-needs scale in a subject is not examined in it.
    """
    failed = tuple(course for course, mark in annual.items() if mark.scale is Scale.QUANTITATIVE and mark.value < 3)
    if not annual:
        return None, ()
    return (Outcome.EXAMS if failed else Outcome.PASSES), failed


def check_outcome(outcome: Outcome, exams: Sequence[int]) -> None:
    """Refuse resits without a subject, and a subject without resits."""
    if outcome is Outcome.EXAMS and not exams:
        raise Refusal("no_exams", gettext_noop("Изберете поне един предмет, по който ученикът полага изпит."))
    if outcome is not Outcome.EXAMS and exams:
        raise Refusal("exams_unwanted", gettext_noop("Предмети за изпит се избират само при „Полага изпити“."))


def check_resit(before: Sequence[Resit], new: Resit) -> None:
    """Refuse a session out of turn, one after a passed exam, and a grade that is not a whole one."""
    if any(each.is_passed for each in before):
        raise Refusal("resit_passed", gettext_noop("Изпитът вече е издържан: следваща сесия няма."))
    if new.session not in SESSIONS or new.session != len(before) + 1:
        raise Refusal("resit_out_of_turn", gettext_noop("Първо впишете предишната поправителна сесия."))
    if new.value is not None and new.value not in {Decimal(whole) for whole in range(2, 7)}:
        raise Refusal("grade_not_whole", gettext_noop("Оценката от изпита е цяло число: 2, 3, 4, 5 или 6."))


def final_outcome(exams: Mapping[int, Sequence[Resit]]) -> Outcome | None:
    """Return how a year with resits ends; None while a session is still to come."""
    if exams and all(any(each.is_passed for each in sessions) for sessions in exams.values()):
        return Outcome.PASSES
    lost = any(len(tried) == len(SESSIONS) and not any(each.is_passed for each in tried) for tried in exams.values())
    return Outcome.REPEATS if lost else None


@dataclass(frozen=True, slots=True)
class ExamChange:
    """How often, and in how many subjects, an annual grade may be changed by an exam."""

    valid_from: date
    times: int
    subjects: int
    source: str


EXAM_CHANGES = (ExamChange(date(2016, 9, 20), 1, 3, "Наредба № 11/2016, чл. 35, по текста в правилник на училище"),)


def exam_change_on(day: date) -> ExamChange:
    return next((each for each in reversed(EXAM_CHANGES) if day >= each.valid_from), EXAM_CHANGES[0])


def check_exam_change(course: int, changed: Iterable[int], on: date) -> None:
    """Refuse a second exam for one annual grade and a fourth subject; `changed`: courses examined so this year."""
    rule, before = exam_change_on(on), list(changed)
    if before.count(course) >= rule.times:
        text = gettext_noop("Годишната оценка по този предмет вече е променяна с изпит; това става само веднъж.")
        raise Refusal("exam_once", text)
    if len({*before, course}) > rule.subjects:
        text = gettext_noop("С изпит се променят годишните оценки най-много по %(subjects)s предмета.")
        raise Refusal("exam_subjects", text, {"subjects": rule.subjects})
