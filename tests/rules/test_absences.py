from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.lib.refusals import Refusal
from zvanets.rules.absences import (
    PARENT_DAYS,
    AbsenceKind,
    SanctionKind,
    SanctionThreshold,
    Totals,
    check_parent_days,
    in_lessons,
    is_at_risk,
    is_quarter_missed,
    kind_for_minutes,
    may_become,
    parent_days,
    parent_days_left,
    sanction_due,
    shown_halves,
    totals,
    warnings_reached,
)

LATE, UNEXCUSED, EXCUSED = AbsenceKind
TODAY = date(2026, 11, 21)

absences = st.lists(st.tuples(st.sampled_from(AbsenceKind), st.booleans()))


def test_kinds_are_those_of_the_state():
    assert (LATE, UNEXCUSED, EXCUSED) == (1, 2, 3)


def test_a_lateness_is_half_an_absence():
    counted = totals([(UNEXCUSED, False)] * 14 + [(LATE, False)])
    assert counted.halves == 29
    assert in_lessons(counted.halves) == Decimal("14.5")
    assert shown_halves(counted.halves) == "14,5"


def test_an_excused_lateness_adds_nothing():
    assert totals([(LATE, True), (LATE, True)]) == Totals(excused_late=2)
    assert totals([(LATE, True), (LATE, True)]).halves == 0


def test_excused_absences_stand_apart():
    assert totals([(EXCUSED, True), (EXCUSED, False), (UNEXCUSED, False)]) == Totals(unexcused=1, excused=2)


def test_carried_absences_are_added():
    assert (Totals(unexcused=3, late=1) + Totals(unexcused=1, late=2, excused=4)).halves == 11


@given(absences, absences)
def test_sums_of_parts_are_the_sum_of_all(first, second):
    assert totals(first) + totals(second) == totals([*first, *second])


@given(absences)
def test_two_latenesses_are_one_absence_in_sums_and_are_never_turned_into_one(each):
    counted = totals(each)
    assert counted.halves == totals([*each, (LATE, False), (LATE, False)]).halves - 2
    assert counted.late == sum(kind is LATE and not excused for kind, excused in each)


@pytest.mark.parametrize(("halves", "text"), [(0, "0"), (1, "0,5"), (2, "1"), (9, "4,5"), (10, "5"), (29, "14,5")])
def test_half_units_are_shown_as_lessons(halves, text):
    assert shown_halves(halves) == text
    assert shown_halves(halves, "en") == text.replace(",", ".")


@pytest.mark.parametrize(
    ("minutes", "kind"), [(0, None), (-5, None), (1, LATE), (20, LATE), (21, UNEXCUSED), (40, UNEXCUSED)]
)
def test_over_twenty_minutes_is_a_whole_absence(minutes, kind):
    assert kind_for_minutes(minutes, TODAY) is kind


@pytest.mark.parametrize(
    ("before", "after", "reached"),
    [
        (0, 5, ()),
        (4, 6, (6,)),
        (5, 6, (6,)),
        (6, 8, ()),
        (8, 9, (9,)),
        (8, 10, (9, 10)),
        (0, 30, (6, 9, 10)),
        (10, 12, ()),
        (10, 8, ()),
    ],
)
def test_parents_are_warned_at_three_and_four_and_a_half_before_the_five(before, after, reached):
    assert warnings_reached(before, after) == reached


@given(st.lists(st.integers(0, 2), max_size=20))
def test_each_warning_is_given_once_while_a_sum_grows(steps):
    sums = [sum(steps[:n]) for n in range(len(steps) + 1)]
    given_warnings = [warning for before, after in pairwise(sums) for warning in warnings_reached(before, after)]
    assert given_warnings == sorted(set(given_warnings))
    assert list(warnings_reached(0, sums[-1])) == given_warnings


def test_exactly_five_lessons_are_not_yet_in_the_states_report():
    assert not is_at_risk(10)
    assert is_at_risk(11)
    assert not is_at_risk(6, preschool=True)
    assert is_at_risk(8, preschool=True)


@pytest.mark.parametrize(
    ("halves", "kind"),
    [
        (9, None),
        (10, SanctionKind.REMARK),
        (19, SanctionKind.REMARK),
        (20, SanctionKind.WARNING),
        (30, SanctionKind.SELF_STUDY),
        (99, SanctionKind.SELF_STUDY),
    ],
)
def test_sanctions_come_at_five_ten_and_fifteen(halves, kind):
    due = sanction_due(halves)
    assert (due.kind if due else None) is kind


def test_a_school_may_set_its_own_thresholds():
    assert sanction_due(12, [SanctionThreshold(6, SanctionKind.REMARK)]).lessons == 6
    assert sanction_due(11, [SanctionThreshold(6, SanctionKind.REMARK)]) is None


def test_a_quarter_of_the_lessons_asks_for_an_exam():
    assert not is_quarter_missed(8, 36)
    assert is_quarter_missed(9, 36)
    assert not is_quarter_missed(0, 0)


def test_only_an_unexcused_absence_changes():
    allowed = {(old, new) for old in AbsenceKind for new in AbsenceKind if may_become(old, new)}
    assert allowed == {(UNEXCUSED, EXCUSED), (UNEXCUSED, LATE)}


def test_the_days_a_parent_may_excuse_depend_on_the_date():
    assert (parent_days(TODAY).a_year, parent_days(TODAY).at_once) == (15, 5)
    assert (parent_days(date(2024, 3, 18)).a_year, parent_days(date(2024, 3, 18)).at_once) == (10, 7)
    assert parent_days(date(2024, 3, 19)).a_year == 15
    assert parent_days(date(2000, 1, 1)) is PARENT_DAYS[-1]


def test_rules_stand_from_the_newest():
    assert [rule.valid_from for rule in PARENT_DAYS] == sorted((rule.valid_from for rule in PARENT_DAYS), reverse=True)


def test_days_used_before_the_change_are_deducted():
    assert parent_days_left(4, date(2024, 4, 1)) == 11
    assert parent_days_left(16, TODAY) == 0


@pytest.mark.parametrize(
    ("asked", "used", "code"),
    [(0, 0, "no_days"), (6, 0, "too_many_days_at_once"), (3, 13, "too_many_days"), (1, 15, "too_many_days")],
)
def test_a_note_for_too_many_days_is_refused(asked, used, code):
    with pytest.raises(Refusal) as refusal:
        check_parent_days(asked, used=used, on=TODAY)
    assert refusal.value.code == code


def test_a_note_for_few_days_is_taken():
    check_parent_days(5, used=0, on=TODAY)
    check_parent_days(2, used=13, on=TODAY)
