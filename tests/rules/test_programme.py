"""The weekly programme's arithmetic: what fits, what clashes, what is left over."""

from datetime import time

from zvanets.rules.programme import (
    EVERY_WEEK,
    TEACHER,
    Block,
    Placed,
    Slot,
    TooMuch,
    clashes,
    gaps,
    open_slots,
    too_much,
    unplaced,
)


def slot(weekday: int, hour_no: int, *, shift: int = 1, start: int | None = None) -> Slot:
    hour = 7 + hour_no if start is None else start
    return Slot(shift, weekday, hour_no, time(hour), time(hour, 40))


WEEK = [slot(day, hour) for day in range(1, 6) for hour in range(1, 8)]


def block(key: int, *, class_group: int = 1, teacher: int = 10, half_hours: int = 2, **more: object) -> Block:
    return Block(key, class_group, (key,), frozenset({teacher}), half_hours, 1, **more)  # type: ignore[arg-type]


def test_a_class_with_more_hours_than_the_week_has_is_named() -> None:
    blocks = [block(n, teacher=n, half_hours=8) for n in range(9)]
    assert too_much(blocks, WEEK) == [TooMuch("class", 1, needed=72, free=70)]


def test_a_teacher_in_two_shifts_cannot_use_hours_that_overlap_twice() -> None:
    afternoon = [slot(day, 1, shift=2, start=14) for day in range(1, 6)]  # beside the seventh hour, 14:00
    blocks = [block(1, half_hours=70), Block(2, 2, (2,), frozenset({10}), 2, 2)]
    assert too_much(blocks, [*WEEK, *afternoon]) == [TooMuch("teacher", 10, needed=72, free=70)]


def test_closed_hours_are_not_open() -> None:
    closed = frozenset({(1, 1), (5, 7)})
    assert len(open_slots(block(1, closed=closed), WEEK)) == len(WEEK) - 2


def test_one_room_holds_one_lesson_at_a_time() -> None:
    blocks = {1: block(1, room=3), 2: block(2, class_group=2, teacher=11, room=3)}
    both = [Placed(1, slot(1, 1), EVERY_WEEK), Placed(2, slot(1, 1), EVERY_WEEK)]
    assert [(each.kind, each.number) for each in clashes(both, blocks)] == [("room", 3)]


def test_weeks_a_and_b_share_an_hour() -> None:
    blocks = {1: block(1, half_hours=1), 2: block(2, half_hours=1)}
    assert not clashes([Placed(1, slot(1, 1), "A"), Placed(2, slot(1, 1), "B")], blocks)
    twice = clashes([Placed(1, slot(1, 1), "A"), Placed(2, slot(1, 1), EVERY_WEEK)], blocks)
    assert {each.kind for each in twice} == {"class", "teacher"}


def test_bells_of_two_shifts_that_overlap_clash() -> None:
    blocks = {1: block(1), 2: Block(2, 2, (2,), frozenset({10}), 2, 2)}
    late = Slot(2, 1, 1, time(8, 30), time(9, 10))
    assert [
        each.kind for each in clashes([Placed(1, slot(1, 1), EVERY_WEEK), Placed(2, late, EVERY_WEEK)], blocks)
    ] == [TEACHER]


def test_what_stands_nowhere_is_counted_in_half_hours() -> None:
    blocks = [block(1, half_hours=5), block(2, half_hours=1)]
    placed = [Placed(1, slot(1, 1), EVERY_WEEK), Placed(1, slot(2, 1), "B"), Placed(2, slot(3, 1), "A")]
    assert unplaced(placed, blocks) == {1: 2}


def test_a_free_hour_between_two_lessons_is_a_gap_on_each_side() -> None:
    blocks = {1: block(1, half_hours=4)}
    placed = [Placed(1, slot(1, 1), EVERY_WEEK), Placed(1, slot(1, 4), "A")]
    assert gaps(placed, blocks, TEACHER) == 2  # hours 2 and 3 of week A; week B has one lesson
