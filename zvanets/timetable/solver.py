"""Place the blocks of a school's week by OR-tools' CP-SAT. It knows no database: values in, values out.

The solver is an optional extra (`pip install zvanets[timetable]`): 30 MB that only the office needs.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any, TypeVar

from zvanets.rules.programme import CLASS, EVERY_WEEK, SIDES, TEACHER, WEEKDAYS, Block, Placed, Slot, open_slots

# What is worse than what: an hour that stands nowhere, a course twice more a day than it must, a late or a zeroth hour,
# a day longer than another, a teacher's free hour between two lessons.
K = TypeVar("K")
V = TypeVar("V")

UNPLACED, CROWDED, LATE, UNEVEN, GAP = 1000, 4, 3, 1, 1
FIRST_TRY_SHARE = 0.5  # of the time, for a programme that places everything; then one that leaves out what it must

Var = Any  # an OR-tools variable: the library has no types


@dataclass(frozen=True, slots=True)
class Found:
    """Where everything stands, and the cost of what could be better; `is_complete` when nothing was left out."""

    placed: Sequence[Placed]
    cost: int
    is_complete: bool


Watch = Callable[[Found], bool]  # called at each better programme; True: enough


@dataclass
class _Week:
    """The variables of one block."""

    block: Block
    whole: dict[Slot, Var] = field(default_factory=dict)
    half: dict[tuple[Slot, str], Var] = field(default_factory=dict)


def solve(
    blocks: Sequence[Block], slots: Collection[Slot], *, seconds: float, watch: Watch, workers: int = 2, seed: int = 1
) -> Found | None:
    """Return the best programme found in the time given, None when there was none or `watch` stopped it before one."""
    began = monotonic()
    first = _Attempt(blocks, slots, may_leave_out=False)
    found = first.run(seconds * FIRST_TRY_SHARE, watch, workers, seed)
    if first.stopped:
        return found
    then = _Attempt(blocks, slots, may_leave_out=found is None)
    if found:
        then.begin_with(found)
    then.wish()
    return then.run(max(1.0, seconds - (monotonic() - began)), watch, workers, seed) or found


def work(blocks: Sequence[Block], slots: Collection[Slot], seconds: float, pipe: Connection) -> None:
    """Solve in a process of one's own: send better programmes as they come, one a second, and the best at the end."""
    sent = 0.0

    def watch(found: Found) -> bool:
        nonlocal sent
        if monotonic() - sent > 1:
            pipe.send(found)
            sent = monotonic()
        return False

    if found := solve(blocks, slots, seconds=seconds, watch=watch):
        pipe.send(found)


class _Attempt:
    def __init__(self, blocks: Sequence[Block], slots: Collection[Slot], *, may_leave_out: bool) -> None:
        from ortools.sat.python import cp_model

        self.cp = cp_model
        self.model = cp_model.CpModel()
        self.slots = sorted(slots)
        self.costs: list[Any] = []
        self.shorts: list[Var] = []
        self.stopped = False
        self.weeks = [self._week(block, may_leave_out=may_leave_out) for block in blocks]
        self._class_days()
        self._nobody_twice()

    def _week(self, block: Block, *, may_leave_out: bool) -> _Week:
        week, model = _Week(block), self.model
        for slot in open_slots(block, self.slots):
            week.whole[slot] = model.new_bool_var("")
            if block.half_hours % 2:
                week.half.update({(slot, side): model.new_bool_var("") for side in SIDES})
        asked = 2 * sum(week.whole.values()) + sum(week.half.values())
        if may_leave_out:
            short = model.new_int_var(0, block.half_hours, "")
            self.shorts.append(short)
            model.add(asked + short == block.half_hours)
        else:
            model.add(asked == block.half_hours)
        if week.half:
            model.add(sum(week.half.values()) <= 1)
        for weekday in WEEKDAYS:
            today = _on(week, weekday)
            if today:
                model.add(sum(today) <= block.most_a_day + 1)
        return week

    def _class_days(self) -> None:
        """No free hour before a class's last one, on either side of the week."""
        for weeks in self._of(CLASS):
            slots = sorted({slot for week in weeks for slot in week.whole})
            for one, after in _neighbours(slots):
                first, then = (one, after) if one.hour_no else (after, one)  # a zeroth hour leads to the first
                for side in SIDES:
                    self.model.add(sum(_busy(weeks, then, side)) <= sum(_busy(weeks, first, side)))

    def _nobody_twice(self) -> None:
        """A class, a teacher and a room are at one place at a time.

        Bells of two shifts may overlap in a chain, so each pair of slots is set apart, not all of them at once.
        """
        for weeks in _grouped((owner, week) for week in self.weeks for owner in week.block.owners):
            slots = sorted({slot for week in weeks for slot in week.whole})
            for slot, side in product(slots, SIDES):
                here = _busy(weeks, slot, side)
                elsewhere = [other for other in slots if other > slot and other.overlaps(slot)]
                for there in [_busy(weeks, other, side) for other in elsewhere] or [[]]:
                    if len(here) + len(there) > 1:
                        self.model.add_at_most_one([*here, *there])

    def _of(self, kind: str) -> Iterator[list[_Week]]:
        owned = ((owner, week) for week in self.weeks for owner in week.block.owners)
        return _grouped((number, week) for (one, number), week in owned if one == kind)

    def begin_with(self, found: Found) -> None:
        standing = {(each.block, each.slot, each.week) for each in found.placed}
        for week in self.weeks:
            for slot, var in week.whole.items():
                self.model.add_hint(var, (week.block.key, slot, EVERY_WEEK) in standing)
            for (slot, side), var in week.half.items():
                self.model.add_hint(var, (week.block.key, slot, side) in standing)

    def wish(self) -> None:
        for weeks in self._of(CLASS):
            shortest, over = divmod(sum(week.block.half_hours for week in weeks), 2 * len(WEEKDAYS))
            longest = shortest + bool(over)
            for week in weeks:
                late = [var for slot, var in week.whole.items() if slot.hour_no > longest or slot.hour_no == 0]
                self.costs += [LATE * var for var in late]
                self.costs += [UNEVEN * var for slot, var in week.whole.items() if slot.hour_no > shortest]
                self._spread(week)
        for weeks in self._of(TEACHER):
            self._gaps(weeks)

    def _spread(self, week: _Week) -> None:
        for weekday in WEEKDAYS:
            crowded = self.model.new_bool_var("")
            self.model.add(sum(_on(week, weekday)) <= week.block.most_a_day + crowded)
            self.costs.append(CROWDED * crowded)

    def _gaps(self, weeks: Sequence[_Week]) -> None:
        """A free hour costs when something stands before and after it; hours of one shift are in a row."""
        slots = sorted({slot for week in weeks for slot in week.whole})
        for day in _grouped(((slot.shift, slot.weekday), slot) for slot in slots):
            started = self.model.new_constant(0)
            taken = [self._any(weeks, slot) for slot in day]
            afters = [self.model.new_bool_var("") for _ in day]
            for busy, after in zip(taken, afters, strict=True):
                self.model.add_implication(busy, after)
            for after, later in pairwise(afters):
                self.model.add_implication(later, after)
            for busy, after in zip(taken, afters, strict=True):
                begun, gap = self.model.new_bool_var(""), self.model.new_bool_var("")
                self.model.add_implication(started, begun)
                self.model.add_implication(busy, begun)
                self.model.add_bool_or([busy, gap, begun.negated(), after.negated()])
                self.costs.append(GAP * gap)
                started = begun

    def _any(self, weeks: Sequence[_Week], slot: Slot) -> Var:
        """Whether something stands here on either side."""
        taken = self.model.new_bool_var("")
        here = [week.whole[slot] for week in weeks if slot in week.whole]
        here += [var for week in weeks for (at, _side), var in week.half.items() if at == slot]
        self.model.add_max_equality(taken, here)
        return taken

    def run(self, seconds: float, watch: Watch, workers: int, seed: int) -> Found | None:
        if self.shorts or self.costs:
            self.model.minimize(sum(UNPLACED * short for short in self.shorts) + sum(self.costs))
        solver = self.cp.CpSolver()
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.num_workers = workers
        solver.parameters.random_seed = seed
        status = solver.solve(self.model, self._reporter(watch))
        if status not in (self.cp.OPTIMAL, self.cp.FEASIBLE):
            return None
        return self._read(solver.boolean_value, round(solver.objective_value) if self.costs or self.shorts else 0)

    def _reporter(self, watch: Watch) -> Any:
        attempt = self

        class Reporter(self.cp.CpSolverSolutionCallback):  # type: ignore[misc,name-defined]
            def on_solution_callback(self) -> None:
                cost = round(self.objective_value) if attempt.costs or attempt.shorts else 0
                if watch(attempt._read(self.boolean_value, cost)):
                    attempt.stopped = True
                    self.stop_search()

        return Reporter()

    def _read(self, value: Callable[[Var], bool], cost: int) -> Found:
        placed = []
        for week in self.weeks:
            placed += [Placed(week.block.key, slot, EVERY_WEEK) for slot, var in week.whole.items() if value(var)]
            placed += [Placed(week.block.key, slot, side) for (slot, side), var in week.half.items() if value(var)]
        return Found(sorted(placed), cost, is_complete=cost < UNPLACED)


def _busy(weeks: Iterable[_Week], slot: Slot, side: str) -> list[Var]:
    whole = [week.whole[slot] for week in weeks if slot in week.whole]
    return whole + [week.half[slot, side] for week in weeks if (slot, side) in week.half]


def _on(week: _Week, weekday: int) -> list[Var]:
    whole = [var for slot, var in week.whole.items() if slot.weekday == weekday]
    return whole + [var for (slot, _), var in week.half.items() if slot.weekday == weekday]


def _grouped(pairs: Iterable[tuple[K, V]]) -> Iterator[list[V]]:
    groups: dict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return iter(groups.values())


def _neighbours(slots: Sequence[Slot]) -> Iterator[tuple[Slot, Slot]]:
    for one, after in pairwise(slots):
        if (one.shift, one.weekday) == (after.shift, after.weekday):
            yield one, after
