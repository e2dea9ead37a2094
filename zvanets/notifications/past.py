"""What hearers were told before of the things at hand, and which of those messages can still be taken back."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import Q

from zvanets.history.models import Entry
from zvanets.notifications.models import Message, Told
from zvanets.notifications.outbox import EntryRow, fact_of
from zvanets.rules.delivery import Fact, Status, key_of

_TOLD = (
    *("guardian_id", "channel", "message__student_id", "entry"),
    *("noun", "object_id", "message_id", "message__status"),
)

HearerKey = tuple[int, str, int]  # guardian, channel, student
Thing = tuple[str, int]  # "grade" and its id; "absence" and "homework" with their lesson's


def thing_of(fact: Fact, object_id: int | None) -> Thing | None:
    noun, _, what, number = key_of(fact, object_id)
    return None if what == "entry" else (noun, number)


def things_of(fact: Fact) -> set[Thing]:
    """Return what the fact is about and what it replaces."""
    both = {thing_of(fact, fact.object_id), thing_of(fact, fact.replaces) if fact.replaces else None}
    return {thing for thing in both if thing}


@dataclass
class Past:
    """`things` were told by messages that went out or may have; `unsent` messages are locked and will not go out."""

    entries: set[tuple[int, int, str]] = field(default_factory=set)  # entry, guardian, channel
    things: dict[HearerKey, set[Thing]] = field(default_factory=lambda: defaultdict(set))
    unsent: dict[HearerKey, list[int]] = field(default_factory=lambda: defaultdict(list))
    retold: dict[HearerKey, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    moments: dict[int, datetime] = field(default_factory=dict)
    held: set[int] = field(default_factory=set)  # entries of messages that wait by their guardian's wish


def past_of(facts: Mapping[int, Iterable[Fact]]) -> Past:
    """Look up what was told of these students' facts, in one query when nothing has to be taken back."""
    each = [fact for several in facts.values() for fact in several]
    past = Past()
    rows, new = list(_told(each)), {fact.number for fact in each}
    unsent = _lock([row[6] for row in rows if row[7] == Status.QUEUED and row[3] not in new])
    for guardian, channel, student, entry, noun, object_id, message, _ in rows:
        hearer = (guardian, channel, student)
        if message not in unsent:
            past.entries.add((entry, guardian, channel))
            past.things[hearer] |= {(noun, object_id)} if object_id else set()
        elif message not in past.unsent[hearer]:
            past.unsent[hearer].append(message)
    if unsent:
        _read_again(unsent, past)
    return past


def open_digests(
    keys: Collection[HearerKey], past: Past, is_open: Callable[[HearerKey, datetime], bool]
) -> set[tuple[HearerKey, int]]:
    """Take back the digests that wait for these hearers, by the time they were made; return whose entries were in them."""
    guardians, channels, students = ({*each} for each in zip(*keys, strict=True))
    waiting = Told.objects.filter(
        guardian__in=guardians,
        message__guardian__in=guardians,
        message__channel__in=channels,
        message__student__in=students,
        message__is_digest=True,
        message__status=Status.QUEUED,
    )
    rows = [
        ((guardian, channel, student), entry, message)
        for guardian, channel, student, entry, message, made_at in waiting.values_list(
            *_TOLD[:4], "message_id", "message__created_at"
        )
        if (guardian, channel, student) in keys and is_open((guardian, channel, student), made_at)
    ]
    unsent = _lock(message for _, _, message in rows)
    known = {message for several in past.unsent.values() for message in several}
    for key, _, message in rows:
        if message in unsent and message not in past.unsent[key]:
            past.unsent[key].append(message)
    if unsent - known:
        _read_again(unsent - known, past)
    return {(key, entry) for key, entry, message in rows if message in unsent}


def _told(facts: Iterable[Fact]) -> Iterable[tuple[int, str, int, int, str, int | None, int, str]]:
    by_noun: dict[str, set[int]] = defaultdict(set)
    for noun, number in (thing for fact in facts for thing in things_of(fact)):
        by_noun[noun].add(number)
    about = Q(entry__in={fact.number for fact in facts})
    for noun, numbers in by_noun.items():
        about |= Q(noun=noun, object_id__in=numbers)
    told = Told.objects.filter(about).exclude(message__status=Status.CANCELLED)
    rows: Iterable[tuple[int, str, int, int, str, int | None, int, str]] = told.values_list(*_TOLD)
    return rows


def _lock(messages: Iterable[int]) -> set[int]:
    """Lock those that nobody has begun to send; who is just claiming one is ahead of us."""
    ids = set(messages)
    if not ids:
        return set()
    rows = Message.objects.filter(pk__in=ids, status=Status.QUEUED).select_for_update(skip_locked=True, of=("self",))
    return set(rows.values_list("pk", flat=True))


def _read_again(unsent: set[int], past: Past) -> None:
    """Read the entries of messages that are taken back, so that the new one tells what still stands of them."""
    told = Told.objects.filter(message__in=unsent).values_list(
        "entry", "guardian_id", "channel", "message__student_id", "message__held_until"
    )
    hearers = defaultdict(list)
    for entry, guardian, channel, student, held_until in told:
        hearers[entry].append((guardian, channel, student))
        past.held |= {entry} if held_until else set()
    entries = Entry.objects.filter(pk__in=hearers).values_list(
        "pk", "verb", "sub_verb", "student_id", "object_id", "lesson_id", "body__text", "at"
    )
    for *row, at in entries:
        fact = fact_of(EntryRow._make(row))
        past.moments[fact.number] = at
        for hearer in hearers[fact.number]:
            past.retold[hearer].append(replace(fact, student_id=hearer[2]))
