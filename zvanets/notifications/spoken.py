"""What a family was told in the portal, once more in words for the telephone: by the same facts, each said once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from zvanets.guardians.models import ChannelName
from zvanets.history.models import Entry
from zvanets.lib import speak
from zvanets.notifications import wording
from zvanets.notifications.catalogue import telling_of
from zvanets.notifications.models import Message, Told
from zvanets.notifications.outbox import EntryRow, fact_of
from zvanets.rules.delivery import Fact, Status, collapse


@dataclass(frozen=True, slots=True)
class Spoken:
    """One portal message as it is read aloud."""

    message_id: int
    at: datetime
    verbs: frozenset[str]
    text: str


def told_since(
    guardian_id: int, student_id: int, *, since: datetime, language: str, most: int, verbs: Iterable[str] = ()
) -> list[Spoken]:
    """Return the portal's messages about the child since that moment, the newest first; with `verbs` only those that tell such."""
    messages = Message.objects.filter(
        guardian_id=guardian_id,
        student_id=student_id,
        channel=ChannelName.PORTAL,
        status=Status.DELIVERED,
        created_at__gt=since,
    )
    if wanted := list(verbs):
        named = Entry.objects.filter(verb__in=wanted, student_id=student_id).values("pk")
        shared = Entry.objects.filter(verb__in=wanted, student_id__isnull=True).values("pk")
        messages = messages.filter(tells__entry__in=named.union(shared)).distinct()
    rows = list(messages.newest_first().values_list("id", "entered_at")[:most])
    facts = _facts([number for number, _ in rows])
    return [_spoken(number, at, facts.get(number, []), language) for number, at in rows]


def _facts(messages: list[int]) -> Mapping[int, list[Fact]]:
    message_of = dict(Told.objects.filter(message__in=messages).values_list("entry", "message_id"))
    entries = Entry.objects.filter(pk__in=message_of).values_list(
        "pk", "verb", "sub_verb", "student_id", "object_id", "lesson_id", "body__text"
    )
    found: dict[int, list[Fact]] = defaultdict(list)
    for row in entries:
        fact = fact_of(EntryRow._make(row))
        if fact.body:  # erased bodies are not told again
            found[message_of[fact.number]].append(fact)
    return found


def _spoken(number: int, at: datetime, facts: list[Fact], language: str) -> Spoken:
    """A withdrawal leaves nothing of what it withdrew in the same message, and is itself still said alone."""
    truths = collapse(facts) or sorted(facts, key=lambda fact: fact.number)[-1:]
    said = [line for fact in truths for line in _lines(fact, language)]
    return Spoken(number, at, frozenset(fact.verb for fact in truths), speak.spoken("\n".join(said), language))


def _lines(fact: Fact, language: str) -> tuple[str, ...]:
    telling = telling_of(fact.verb, fact.body)
    is_private = telling is None or telling.is_private
    return wording.words(
        fact.verb, fact.body, channel=ChannelName.VOICE, language=language, is_private=is_private
    ).lines
