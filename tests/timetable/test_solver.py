"""The solver: whatever it answers is checked by arithmetic that knows nothing of it."""

from datetime import time

from hypothesis import given, settings
from hypothesis import strategies as st

from zvanets.rules.programme import CLASS, WEEKDAYS, Block, Slot, clashes, gaps, too_much, unplaced
from zvanets.timetable.solver import Found, solve

MORNING = [Slot(1, day, n, time(7 + n), time(7 + n, 40)) for day in WEEKDAYS for n in range(1, 6)]
AFTERNOON = [Slot(2, day, n, time(11 + n, 30), time(12 + n, 10)) for day in WEEKDAYS for n in range(1, 4)]


def found_by(blocks: list[Block], slots: list[Slot] = MORNING, seconds: float = 6) -> Found | None:
    return solve(blocks, slots, seconds=seconds, watch=lambda _: False)


def block(key: int, half_hours: int, *, class_group: int = 1, teachers: tuple[int, ...] = (), **more: object) -> Block:
    return Block(key, class_group, (key,), frozenset(teachers), half_hours, 1, **more)  # type: ignore[arg-type]


def test_halves_of_one_class_take_turns_in_an_hour() -> None:
    blocks = [block(1, 49, teachers=(1,)), block(2, 1, teachers=(2,))]
    found = found_by(blocks)
    assert found is not None
    assert found.is_complete
    assert not clashes(found.placed, {each.key: each for each in blocks})
    (half,) = (each for each in found.placed if each.block == 2)
    assert half.week in "AB"
    assert {each.slot for each in found.placed if each.week not in ("all", half.week)} == {half.slot}


def test_what_cannot_stand_is_left_out_and_counted() -> None:
    """Each class and each teacher fits on its own, but both classes want the teacher's only open hour."""
    closed = frozenset((slot.weekday, slot.hour_no) for slot in MORNING if slot.hour_no > 1 or slot.weekday > 1)
    blocks = [block(1, 2, teachers=(1,), closed=closed), block(2, 2, class_group=2, teachers=(1,), closed=closed)]
    found = found_by(blocks, seconds=3)
    assert found is not None
    assert not found.is_complete
    assert sum(unplaced(found.placed, blocks).values()) == 2


def test_it_stops_when_told() -> None:
    seen: list[Found] = []

    def enough(found: Found) -> bool:
        seen.append(found)
        return True

    assert solve([block(1, 10, teachers=(1,))], MORNING, seconds=30, watch=enough) is not None
    assert len(seen) == 1


@st.composite
def schools(draw: st.DrawFn) -> list[Block]:
    teachers, keys = draw(st.integers(2, 4)), iter(range(1, 100))
    blocks = []
    for class_group in range(1, draw(st.integers(2, 4))):
        for _ in range(draw(st.integers(1, 6))):
            some = draw(st.frozensets(st.integers(1, teachers), max_size=2))
            key, room = next(keys), draw(st.integers(0, 1))
            shift = 2 if class_group == 3 else 1
            blocks.append(Block(key, class_group, (key,), some, draw(st.integers(1, 8)), shift, room))
    return blocks


@settings(max_examples=15, deadline=None)
@given(schools())
def test_no_programme_has_a_clash_or_a_hole_in_a_class(blocks: list[Block]) -> None:
    slots = MORNING + AFTERNOON
    if too_much(blocks, slots):
        return
    found = found_by(blocks, slots, seconds=2)
    assert found is not None
    by_key = {each.key: each for each in blocks}
    assert not clashes(found.placed, by_key)
    assert gaps(found.placed, by_key, CLASS) == 0
    assert found.is_complete == (not unplaced(found.placed, blocks))
