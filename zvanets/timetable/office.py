"""The office's process: it takes the drafts that wait, one at a time, and lets the solver work in a child of its own.

The child holds no database connection: killing it is how a draft is stopped. What it finds is kept at once, so a
process that dies leaves the best programme so far, and the next one takes the draft up from its beginning.
"""

import logging
import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from threading import Event

from django.db import connections

from zvanets.lib import clock
from zvanets.lib.logs import note
from zvanets.rules.programme import Placed, too_much, unplaced
from zvanets.tenancy.school import at_school
from zvanets.timetable.actions import keep_best
from zvanets.timetable.models import Draft, DraftHour
from zvanets.timetable.needs import Needs, read_needs
from zvanets.timetable.solver import Found, work

LOOK_SECONDS = 1.0  # how soon a new draft, or a stop, is seen
SILENT = timedelta(seconds=60)  # a draft at which nobody has been for so long has lost its process
LAST_WORDS_SECONDS = 30  # beyond its time, for the model's building and its last answer

_NEXT = """
SELECT school_id, id FROM timetable_draft
WHERE state = 'waiting' OR (state = 'solving' AND beat_at < %s)
ORDER BY asked_at LIMIT 1
"""


def run(stop: Event) -> None:
    """Work off drafts until the stop is set."""
    note("office started", worker="office")
    while not stop.is_set():
        try:
            found = work_off_next(stop)
        except Exception:  # noqa: BLE001  (whatever it was, the draft stays and is taken up again)
            note("the office's step failed", level=logging.ERROR, error=True, worker="office")
            connections.close_all()
            found = False
        if not found:
            stop.wait(LOOK_SECONDS)


def work_off_next(stop: Event) -> bool:
    """Take the draft that waits longest and see it to its end; False when none waits."""
    with connections["worker"].cursor() as cursor:
        cursor.execute(_NEXT, [clock.now() - SILENT])
        row = cursor.fetchone()
    if row is None:
        return False
    school, number = row
    with at_school(school):
        needs = _begin(number)
    if needs is not None:
        _Work(school, number, needs).go_on(stop)
    return True


def _begin(number: int) -> Needs | None:
    """Mark the draft as ours and read its needs; None when somebody else has it, or it cannot be solved at all."""
    now = clock.now()
    draft = Draft.objects.select_for_update(skip_locked=True).running().filter(pk=number).first()
    if draft is None or (draft.beat_at and draft.beat_at > now - SILENT):
        return None
    needs = read_needs(draft.school_year, draft.term)
    impossible = not needs.blocks or too_much(needs.blocks.values(), needs.slots)
    state = Draft.State.FAILED if impossible else Draft.State.SOLVING
    Draft.objects.filter(pk=number).update(
        state=state, began_at=now, beat_at=now, improved=0, cost=None, ended_at=now if impossible else None
    )
    return None if impossible else needs


@dataclass
class _Work:
    school: int
    number: int
    needs: Needs
    is_stopped: bool = False

    def go_on(self, stop: Event) -> None:
        with at_school(self.school):
            seconds = Draft.objects.get(pk=self.number).seconds
        spawning = multiprocessing.get_context("spawn")
        ours, theirs = spawning.Pipe(duplex=False)
        blocks = list(self.needs.blocks.values())
        child = spawning.Process(target=work, args=(blocks, self.needs.slots, seconds, theirs), daemon=True)
        child.start()
        theirs.close()
        try:
            self._listen(ours, clock.now() + timedelta(seconds=seconds + LAST_WORDS_SECONDS), stop)
        finally:
            child.kill()
            child.join()
        if not stop.is_set():
            self._end()

    def _listen(self, ours: Connection, until: datetime, stop: Event) -> None:
        while clock.now() < until and not stop.is_set() and not self.is_stopped:
            try:
                found = ours.recv() if ours.poll(LOOK_SECONDS) else None
            except EOFError:
                return
            with at_school(self.school):
                self._keep(found) if found else self._beat()

    def _keep(self, found: Found) -> None:
        short = unplaced(found.placed, self.needs.blocks.values())
        shortages = {course: n for block, n in short.items() for course in self.needs.courses(block)}
        self.is_stopped = not keep_best(self.number, self._hours(found.placed), shortages, cost=found.cost)

    def _hours(self, placed: Sequence[Placed]) -> list[DraftHour]:
        return [
            DraftHour(
                draft_id=self.number,
                course_id=course,
                shift_id=each.slot.shift,
                week=each.week,
                weekday=each.slot.weekday,
                hour_no=each.slot.hour_no,
                room=self.needs.rooms.get(self.needs.blocks[each.block].room, ""),
            )
            for each in placed
            for course in self.needs.courses(each.block)
        ]

    def _beat(self) -> None:
        at_work = Draft.objects.filter(pk=self.number, state=Draft.State.SOLVING)
        self.is_stopped = not at_work.update(beat_at=clock.now())

    def _end(self) -> None:
        with at_school(self.school):
            at_work = Draft.objects.filter(pk=self.number, state=Draft.State.SOLVING)
            state = Draft.State.READY if DraftHour.objects.filter(draft=self.number).exists() else Draft.State.FAILED
            at_work.update(state=state, ended_at=clock.now())
