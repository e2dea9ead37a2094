"""From the outbox to messages: one transaction a school takes what is due, writes who is told what, and empties the outbox."""

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from zvanets.guardians.models import ChannelName
from zvanets.lib import clock
from zvanets.lib.logs import note
from zvanets.notifications import outbox
from zvanets.notifications.catalogue import telling_of
from zvanets.notifications.colleagues import write_to_colleagues
from zvanets.notifications.composing import Composer, Text
from zvanets.notifications.hearers import Hearer, facts_by_student, hearers_of
from zvanets.notifications.models import Message, Told
from zvanets.notifications.outbox import Waiting
from zvanets.notifications.pace import Pace, due, is_urgent, pace_of, zone_of_school
from zvanets.notifications.past import Past, Thing, past_of, thing_of, things_of
from zvanets.rules.delivery import Fact, Status, collapse, is_stale
from zvanets.tenancy.school import at_school, school_now

CHANNELS = (ChannelName.PORTAL, ChannelName.EMAIL)
ELSEWHERE = (ChannelName.SMS,)  # sent by a process of its own, which is woken
AT_ONCE = 1000  # entries of one school in one transaction
PUT_OFF = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Draft:
    """One message to be: what it tells to whom.

    `things` are the entries that it links, `replaces` the unsent messages that it takes the place of.
    """

    hearer: Hearer
    facts: Sequence[Fact]
    things: Mapping[int, Thing | None]
    entered_at: datetime
    is_stale: bool = False
    is_digest: bool = False
    replaces: Sequence[int] = ()

    @property
    def covered(self) -> set[int]:
        return {number for fact in self.facts for number in fact.covers}


@dataclass(frozen=True, slots=True)
class Times:
    now: datetime
    entered: Mapping[int, datetime]  # when each entry was saved
    held: Collection[int] = ()  # what a guardian wished to hear later is not late

    def is_late(self, fact: Fact) -> bool:
        return fact.number not in self.held and is_stale(self.entered[fact.number], self.now)


@dataclass
class Round:
    """What was done: how many entries were taken, and how many messages were made by channel."""

    entries: int = 0
    messages: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: Self) -> Self:
        self.entries += other.entries
        self.messages += other.messages
        return self


def told_elsewhere() -> tuple[str, ...]:
    """Return the channels that other processes send by: SMS where a carrier is configured."""
    return (ChannelName.SMS,) if settings.SMPP_URL else ()


def fan_out(channels: Collection[str] = CHANNELS, *, now: datetime | None = None) -> Round:
    """Tell everything that is due, school by school."""
    now = now or clock.now()
    done = Round()
    for school_id in outbox.schools_due(now):
        done += tell_school(school_id, channels, now=now)
    return done


def tell_school(school_id: int, channels: Collection[str] = CHANNELS, *, now: datetime) -> Round:
    """Tell what is due in one school; an entry that cannot be told is put off and does not keep back the others."""
    try:
        with at_school(school_id):
            return _tell(outbox.take(now, limit=AT_ONCE), channels, now) if outbox.take_turn() else Round()
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # noqa: BLE001  (one bad entry must not silence a school)
        note("A school's entries could not be told together", level=logging.ERROR, error=True, school=school_id)
    with at_school(school_id):
        return _tell_one_by_one(channels, now) if outbox.take_turn() else Round()


def _tell_one_by_one(channels: Collection[str], now: datetime) -> Round:
    together: dict[tuple[int | None, int | None], list[Waiting]] = defaultdict(list)
    for each in outbox.take(now, limit=AT_ONCE):
        together[each.fact.student_id, each.fact.lesson_id].append(each)
    made = Round()
    for group in together.values():
        try:
            with transaction.atomic():
                made += _tell(group, channels, now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # noqa: BLE001
            first = group[0].fact
            note("An entry cannot be told", level=logging.ERROR, error=True, entry=first.number, verb=first.verb)
            outbox.put_off(group, until=now + PUT_OFF)
    return made


def _tell(waiting: Sequence[Waiting], channels: Collection[str], now: datetime) -> Round:
    if not waiting:
        return Round()
    today = now.astimezone(zone_of_school(school_now())).date()
    facts = facts_by_student(waiting, on=today)
    hearers = hearers_of(facts, on=today, channels=channels) if facts else []
    drafts = _drafts(facts, hearers, {each.fact.number: each.at for each in waiting}, now) if hearers else []
    _write(drafts, now)
    write_to_colleagues(waiting, on=today, now=now)
    outbox.empty(waiting)
    return Round(len(waiting), Counter(draft.hearer.channel for draft in drafts if draft.facts and not draft.is_stale))


def _drafts(
    facts: Mapping[int, Sequence[Fact]], hearers: Collection[Hearer], moments: dict[int, datetime], now: datetime
) -> list[Draft]:
    past = past_of(facts)
    pace = pace_of(facts, hearers, past, now)
    moments |= past.moments
    drafts = []
    for hearer in hearers:
        new = [fact for fact in facts[hearer.student_id] if _entry(fact.number, hearer) not in past.entries]
        truths = [truth for truth in _truths(new, hearer, past) if _is_chosen(truth, hearer)]
        things = {fact.number: thing_of(fact, fact.object_id) for fact in new}
        times, replaces = Times(now, moments, past.held), past.unsent.get(hearer.key, [])
        for draft in _of_hearer(hearer, things, truths, times, pace=pace, replaces=replaces):
            past.entries |= {_entry(number, hearer) for number in draft.things}  # twins hear of their class once
            drafts.append(draft)
    return drafts


def _entry(number: int, hearer: Hearer) -> tuple[int, int, str]:
    return number, hearer.guardian_id, hearer.channel


def _truths(new: Iterable[Fact], hearer: Hearer, past: Past) -> list[Fact]:
    """Return what this hearer is still to be told, with what still stands of messages that are taken back."""
    told = past.things.get(hearer.key, set())
    facts = (*past.retold.get(hearer.key, []), *new)
    return collapse(replace(fact, told=True) if told & things_of(fact) else fact for fact in facts)


def _of_hearer(
    hearer: Hearer,
    things: Mapping[int, Thing | None],
    truths: Sequence[Fact],
    times: Times,
    *,
    pace: Pace,
    replaces: Sequence[int],
) -> Iterator[Draft]:
    """Yield the message that goes at once, the one that waits for the digest, and the one that says what came too late."""
    fresh = [truth for truth in truths if not times.is_late(truth)]
    late = [truth for truth in truths if times.is_late(truth) and things.keys() & set(truth.covers)]
    at_once, later = pace.split(fresh, hearer)
    for told, is_too_late, is_digest in ((at_once, False, False), (later, False, True), (late, True, False)):
        covered = {number for truth in told for number in truth.covers}
        if told:
            yield Draft(
                hearer,
                told,
                things={number: thing for number, thing in things.items() if number in covered},
                entered_at=min(times.entered[number] for number in covered),
                is_stale=is_too_late,
                is_digest=is_digest,
                replaces=() if is_too_late else replaces,
            )
    if replaces and not fresh:
        yield Draft(hearer, (), {}, times.now, replaces=replaces)


def _is_chosen(fact: Fact, hearer: Hearer) -> bool:
    telling = telling_of(fact.verb, fact.body)
    return telling is not None and telling.is_wanted(hearer.kinds) and (hearer.is_close or not telling.is_private)


def _write(drafts: Sequence[Draft], now: datetime) -> None:
    """Insert the messages and the links to their entries, in one statement each; cancel what they take the place of."""
    composer = Composer()
    made = [draft for draft in drafts if draft.facts]
    messages = Message.objects.bulk_create([_message(draft, composer, now) for draft in made])
    for channel in {draft.hearer.channel for draft in made}.intersection(ELSEWHERE):
        outbox.ring(channel)
    Told.objects.bulk_create(
        [
            Told(
                school_id=school_now(),
                entry=number,
                guardian_id=draft.hearer.guardian_id,
                channel=draft.hearer.channel,
                message_id=message.pk,
                noun=thing[0] if thing else "",
                object_id=thing[1] if thing else None,
            )
            for draft, message in zip(made, messages, strict=True)
            for number, thing in draft.things.items()
        ]
    )
    _take_back([draft for draft in drafts if draft.replaces], zip(made, messages, strict=True))


def _take_back(replacing: Sequence[Draft], made: Iterable[tuple[Draft, Message]]) -> None:
    if not replacing:
        return
    for draft, message in made:
        if draft.replaces:
            Told.objects.filter(message__in=draft.replaces, entry__in=draft.covered).update(message=message)
    old = [number for draft in replacing for number in draft.replaces]
    Message.objects.filter(pk__in=old, status=Status.QUEUED).update(status=Status.CANCELLED, error="replaced")


def _message(draft: Draft, composer: Composer, now: datetime) -> Message:
    hearer, is_read_there = draft.hearer, draft.hearer.channel == ChannelName.PORTAL
    urgent = any(map(is_urgent, draft.facts))
    due_at, held_until = due(hearer, now, is_urgent=urgent, is_digest=draft.is_digest)
    message = Message(
        school_id=school_now(),
        guardian_id=hearer.guardian_id,
        guardianship_id=hearer.guardianship_id,
        student_id=hearer.student_id,
        contact_id=hearer.contact_id,
        channel=hearer.channel,
        language=hearer.language,
        is_urgent=urgent,
        is_digest=draft.is_digest,
        group=min(draft.covered),
        wait_minutes=hearer.wait_minutes,
        entered_at=draft.entered_at,
        created_at=now,
        due_at=due_at,
        held_until=held_until,
    )
    if draft.is_stale:
        message.status, message.error = Status.CANCELLED, "stale"
        return message
    said: Text = composer.compose(draft.facts, hearer)
    message.subject, message.text = said
    if is_read_there:
        message.status, message.accepted_at, message.delivered_at = Status.DELIVERED, now, now
    return message
