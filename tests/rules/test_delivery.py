from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.rules.delivery import (
    ENDS,
    LONGEST_WAIT,
    MAX_ATTEMPTS,
    MOVES,
    Fact,
    QuietHours,
    Status,
    collapse,
    deliver_at,
    is_stale,
    may_move,
    next_try,
    resend_at,
    sources_of,
    wait_after,
)

SOFIA = ZoneInfo("Europe/Sofia")
NOW = datetime(2026, 9, 21, 7, 31, tzinfo=UTC)
NIGHT = QuietHours(time(21, 0), time(7, 0))


# States


def test_states_are_the_seven_of_the_ledger():
    assert {*Status} == {"queued", "sending", "accepted", "delivered", "failed", "unknown", "cancelled"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("queued", "sending"),
        ("sending", "accepted"),
        ("accepted", "delivered"),
        ("sending", "queued"),
        ("sending", "unknown"),
        ("unknown", "delivered"),
        ("unknown", "queued"),
        ("sending", "delivered"),
        ("accepted", "failed"),
        ("queued", "cancelled"),
    ],
)
def test_a_message_moves_on(old, new):
    assert may_move(old, new)
    assert Status(old) in sources_of(new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("delivered", "failed"),
        ("delivered", "accepted"),
        ("failed", "delivered"),
        ("cancelled", "sending"),
        ("accepted", "sending"),
        ("accepted", "cancelled"),
        ("queued", "accepted"),
        ("queued", "delivered"),
    ],
)
def test_a_receipt_that_comes_late_or_twice_changes_nothing(old, new):
    assert not may_move(old, new)


def test_nothing_moves_to_itself_and_three_states_are_ends():
    assert not [status for status in Status if may_move(status, status)]
    assert {Status.DELIVERED, Status.FAILED, Status.CANCELLED} == ENDS


def test_every_state_is_reached_from_queued():
    reached = {Status.QUEUED}
    for _ in Status:
        reached |= {new for old, new in MOVES if old in reached}
    assert reached == {*Status}


# Waiting


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 10), (2, 20), (3, 40), (4, 80), (8, 1280), (9, 2560), (10, 3600), (99, 3600)]
)
def test_waits_double_up_to_an_hour(attempt, seconds):
    assert wait_after(attempt, 0.5) == timedelta(seconds=seconds)


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_wait_is_a_fifth_shorter_or_longer_at_most(attempt, draw):
    middle = wait_after(attempt, 0.5)
    assert 0.79 * middle <= wait_after(attempt, draw) <= 1.21 * middle
    assert wait_after(attempt, draw) <= 1.21 * LONGEST_WAIT


@given(st.floats(0, 1, exclude_max=True))
def test_waits_never_shrink_for_one_draw(draw):
    waits = [wait_after(attempt, draw) for attempt in range(1, 30)]
    assert all(a <= b for a, b in pairwise(waits))


@pytest.mark.parametrize(("attempt", "draw"), [(0, 0.5), (-1, 0.5), (1, 1.0), (1, -0.1)])
def test_a_wait_needs_an_attempt_and_a_draw(attempt, draw):
    with pytest.raises(ValueError, match="attempts"):
        wait_after(attempt, draw)


def failed(channel="email", attempt=1, *, permanent=False, age=timedelta(0)):
    return next_try(channel, attempt, permanent=permanent, entered_at=NOW - age, now=NOW, draw=0.5)


def test_a_passing_error_is_tried_again_and_a_permanent_one_is_not():
    assert failed() == NOW + timedelta(seconds=10)
    assert failed(permanent=True) is None


@pytest.mark.parametrize("channel", [*MAX_ATTEMPTS, "carrier pigeon"])
def test_every_channel_gives_up_some_time(channel):
    last = MAX_ATTEMPTS.get(channel, 8)
    assert failed(channel, last) is None
    assert failed(channel, last - 1) is not None


def test_email_outlasts_greylisting_and_a_nights_repair():
    waited = sum((wait_after(attempt, 0.5) for attempt in range(1, MAX_ATTEMPTS["email"])), timedelta(0))
    assert timedelta(hours=8) < waited < timedelta(hours=24)


def test_what_would_be_stale_by_then_is_given_up():
    assert failed(attempt=12, age=timedelta(hours=23, minutes=30)) is None
    assert failed(attempt=1, age=timedelta(hours=23, minutes=30)) is not None


def test_after_a_day_it_is_no_news():
    assert not is_stale(NOW - timedelta(hours=24), NOW)
    assert is_stale(NOW - timedelta(hours=24, seconds=1), NOW)


# Quiet hours


@pytest.mark.parametrize(
    ("due", "goes"),
    [
        ("2026-09-21 20:59", "2026-09-21 20:59"),
        ("2026-09-21 21:00", "2026-09-22 07:00"),
        ("2026-09-21 23:30", "2026-09-22 07:00"),
        ("2026-09-22 06:59", "2026-09-22 07:00"),
        ("2026-09-22 07:00", "2026-09-22 07:00"),
        ("2026-10-25 03:30", "2026-10-25 07:00"),
        ("2026-03-29 02:30", "2026-03-29 07:00"),
    ],
)
def test_a_message_waits_for_the_morning(due, goes):
    moment = datetime.fromisoformat(due).replace(tzinfo=SOFIA).astimezone(UTC)
    assert deliver_at(moment, NIGHT, SOFIA).astimezone(SOFIA) == datetime.fromisoformat(goes).replace(tzinfo=SOFIA)


def test_a_child_who_is_not_at_school_is_told_of_at_night_too():
    late = datetime(2026, 9, 21, 22, 0, tzinfo=SOFIA)
    assert deliver_at(late, NIGHT, SOFIA, urgent=True) == late


def test_who_has_no_quiet_hours_waits_for_nothing():
    late = datetime(2026, 9, 21, 22, 0, tzinfo=SOFIA)
    assert deliver_at(late, None, SOFIA) == late
    assert deliver_at(late, QuietHours(time(8, 0), time(8, 0)), SOFIA) == late


@given(st.integers(0, 365 * 24 * 60), st.times(), st.times())
def test_nobody_is_woken_and_nothing_waits_more_than_a_day(minutes, starts, ends):
    due, quiet = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes), QuietHours(starts, ends)
    goes = deliver_at(due, quiet, SOFIA)
    assert due <= goes <= due + timedelta(hours=25)
    assert not quiet.hold(goes.astimezone(SOFIA).time())


def test_the_hour_that_comes_twice_is_quiet_twice():
    quiet = QuietHours(time(2, 0), time(3, 15))
    first, second = (datetime(2026, 10, 25, hour, 10, tzinfo=UTC) for hour in (0, 1))
    assert [deliver_at(due, quiet, SOFIA).hour for due in (first, second)] == [0, 1]
    assert all(deliver_at(due, quiet, SOFIA).minute == 15 for due in (first, second))


# An answer that was lost


@pytest.mark.parametrize(
    ("lost", "urgent", "wait"),
    [(1, True, 0), (2, True, 10), (3, True, 20), (1, False, 300), (2, False, None)],
)
def test_an_absence_is_worth_a_duplicate_and_a_grade_one_more_try(lost, urgent, wait):
    again = resend_at(lost, urgent=urgent, entered_at=NOW, now=NOW)
    assert again == (None if wait is None else NOW + timedelta(seconds=wait))


def test_an_old_message_without_an_answer_is_let_go():
    assert resend_at(1, urgent=False, entered_at=NOW - timedelta(hours=24), now=NOW) is None


# What is still to be told


def given_grade(number=1, object_id=7, grade="5.00", **more):
    return Fact(number, "grade.given", object_id=object_id, lesson_id=3, student_id=1, body={"grade": grade}, **more)


def corrected(number=2, object_id=8, replaces=7, grade="6.00", **more):
    about = {"lesson_id": 3, "student_id": 1, "body": {"grade": grade}}
    return Fact(number, "grade.corrected", object_id=object_id, replaces=replaces, **about, **more)


def withdrawn(number=3, object_id=7, **more):
    return Fact(number, "grade.withdrawn", object_id=object_id, lesson_id=3, student_id=1, **more)


def attended(number, verb, sub_verb="UNEXCUSED", object_id=11, lesson_id=3, student_id=1, **more):
    return Fact(
        number, verb, sub_verb=sub_verb, object_id=object_id, lesson_id=lesson_id, student_id=student_id, **more
    )


def verbs(facts):
    return [(fact.number, fact.verb) for fact in collapse(facts)]


def test_what_nothing_happened_to_is_told_as_it_is():
    fact = given_grade()
    assert collapse([fact]) == [replace(fact, covers=(1,))]


def test_a_slip_corrected_in_time_is_told_as_if_it_had_been_right():
    [fact] = collapse([given_grade(), corrected()])
    assert (fact.number, fact.verb, fact.body, fact.told) == (2, "grade.given", {"grade": "6.00"}, False)


def test_a_grade_corrected_twice_is_told_once_with_its_last_value():
    [fact] = collapse([given_grade(), corrected(), corrected(number=4, object_id=9, replaces=8, grade="4.00")])
    assert (fact.verb, fact.body) == ("grade.given", {"grade": "4.00"})


def test_a_grade_withdrawn_in_time_frightens_nobody():
    assert collapse([given_grade(), withdrawn()]) == []
    assert collapse([given_grade(), corrected(), withdrawn(object_id=8)]) == []


def test_a_correction_of_what_was_told_is_told_as_a_correction():
    [fact] = collapse([corrected(told=True)])
    assert (fact.verb, fact.told) == ("grade.corrected", True)
    [fact] = collapse([given_grade(told=True), corrected()])
    assert (fact.verb, fact.told) == ("grade.corrected", True)


def test_a_withdrawal_of_what_was_told_is_told():
    assert verbs([withdrawn(told=True)]) == [(3, "grade.withdrawn")]
    assert verbs([corrected(told=True), withdrawn(object_id=8)]) == [(3, "grade.withdrawn")]


def test_a_correction_of_an_imported_grade_is_told_as_a_correction():
    assert verbs([corrected()]) == [(2, "grade.corrected")]


def test_absent_then_late_is_late():
    changed = attended(2, "absence.changed", "LATE")
    assert verbs([attended(1, "absence.recorded"), changed]) == [(2, "lateness.recorded")]
    again = attended(3, "lateness.recorded", "LATE", object_id=12)
    assert verbs([attended(1, "absence.recorded"), attended(2, "absence.withdrawn"), again]) == [
        (3, "lateness.recorded")
    ]


def test_late_then_absent_is_absent():
    changed = attended(2, "absence.changed")
    assert verbs([attended(1, "lateness.recorded", "LATE"), changed]) == [(2, "absence.recorded")]


def test_absent_was_told_and_then_late_is_told_as_a_change():
    [fact] = collapse([attended(2, "absence.changed", "LATE", told=True)])
    assert (fact.verb, fact.sub_verb, fact.told) == ("absence.changed", "LATE", True)


def test_absent_and_excused_in_time_is_told_as_excused():
    assert verbs([attended(1, "absence.recorded"), attended(2, "absence.excused", "EXCUSED")]) == [
        (2, "absence.excused")
    ]


def test_a_lateness_withdrawn_in_time_is_nothing():
    assert verbs([attended(1, "lateness.recorded", "LATE"), attended(2, "absence.withdrawn", "LATE")]) == []


def test_another_lesson_or_child_is_another_absence():
    facts = [
        attended(1, "absence.recorded"),
        attended(2, "absence.recorded", lesson_id=4, object_id=12),
        attended(3, "absence.withdrawn", lesson_id=4, object_id=12),
        attended(4, "absence.recorded", student_id=2, object_id=13),
    ]
    assert verbs(facts) == [(1, "absence.recorded"), (4, "absence.recorded")]


def test_praise_withdrawn_in_time_is_nothing():
    praise = Fact(1, "praise.written", object_id=5, student_id=1)
    assert collapse([praise, Fact(2, "remark.withdrawn", object_id=5, student_id=1)]) == []


def test_homework_changed_in_time_is_told_once():
    facts = [
        Fact(1, "homework.given", object_id=5, lesson_id=3, body={"text": "зад. 1"}),
        Fact(2, "homework.changed", object_id=5, lesson_id=3, body={"text": "зад. 2"}),
    ]
    [fact] = collapse(facts)
    assert (fact.verb, fact.body) == ("homework.given", {"text": "зад. 2"})
    assert collapse([*facts, Fact(3, "homework.withdrawn", lesson_id=3)]) == []


def test_facts_about_no_object_are_told_each():
    meetings = [Fact(1, "meeting.called"), Fact(2, "meeting.called")]
    assert verbs(meetings) == [(1, "meeting.called"), (2, "meeting.called")]


def test_what_is_told_names_the_entries_it_stands_for():
    [absence, grade] = collapse([given_grade(), attended(2, "absence.recorded"), corrected(number=3)])
    assert (absence.covers, grade.covers) == ((2,), (1, 3))


def test_a_grade_and_an_absence_with_one_number_are_two():
    assert len(collapse([given_grade(object_id=11), attended(2, "absence.recorded", object_id=11)])) == 2


facts = st.lists(
    st.builds(
        Fact,
        number=st.integers(1, 1000),
        verb=st.sampled_from(
            [
                *("grade.given", "grade.corrected", "grade.withdrawn", "remark.written", "remark.withdrawn"),
                *("absence.recorded", "absence.changed", "absence.excused", "absence.withdrawn", "lateness.recorded"),
            ]
        ),
        sub_verb=st.sampled_from(["LATE", "UNEXCUSED"]),
        object_id=st.none() | st.integers(1, 4),
        replaces=st.none() | st.integers(1, 4),
        lesson_id=st.none() | st.integers(1, 2),
        told=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda fact: fact.number,
)


@given(facts)
def test_what_is_told_was_entered_is_in_order_and_is_not_told_twice(waiting):
    kept = collapse(waiting)
    numbers = [fact.number for fact in kept]
    assert numbers == sorted(set(numbers))
    assert set(numbers) <= {fact.number for fact in waiting}
    covered = [number for fact in kept for number in fact.covers]
    assert len(covered) == len(set(covered))
    assert all(fact.number == max(fact.covers) for fact in kept)


@given(facts, st.randoms())
def test_the_order_in_which_facts_are_read_does_not_matter(waiting, random):
    shuffled = list(waiting)
    random.shuffle(shuffled)
    assert collapse(shuffled) == collapse(waiting)


@given(facts)
def test_collapsing_again_changes_nothing_to_tell(waiting):
    once = collapse(waiting)
    assert {fact.number for fact in collapse(once)} <= {fact.number for fact in once}


@given(facts)
def test_nothing_withdrawn_is_told_unless_it_had_been_told(waiting):
    for fact in collapse(waiting):
        assert fact.participle != "withdrawn" or fact.told
