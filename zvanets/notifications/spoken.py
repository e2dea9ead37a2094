"""What a family was told in the portal, once more in words for the telephone: the same facts by templates of its own."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from zvanets.guardians.models import ChannelName
from zvanets.history.models import Entry
from zvanets.lib import speak
from zvanets.notifications import wording
from zvanets.notifications.catalogue import telling_of
from zvanets.notifications.models import Message, Told
from zvanets.notifications.outbox import EntryRow, fact_of
from zvanets.rules.delivery import Fact, Status, collapse, key_of

MOST = 200


@dataclass(frozen=True, slots=True)
class Heard:
    """One portal message that can be read aloud."""

    message_id: int
    told_at: datetime
    is_read: bool
    facts: Sequence[Fact]

    @property
    def verbs(self) -> frozenset[str]:
        return frozenset(fact.verb for fact in self.facts)

    def text(self, language: str) -> str:
        """Return the words; what is private is only hinted at, the portal says it."""
        said = [line for fact in self.facts for line in _lines(fact, language)]
        return speak.spoken("\n".join(dict.fromkeys(said)), language)


def told_since(guardian_id: int, student_id: int, since: datetime) -> list[Heard]:
    """Return what the portal told of the child since that moment, the newest first."""
    messages = Message.objects.filter(
        guardian_id=guardian_id,
        student_id=student_id,
        channel=ChannelName.PORTAL,
        status=Status.DELIVERED,
        created_at__gt=since,
    )
    rows = list(messages.newest_first().values_list("id", "created_at", "read_at")[:MOST])
    facts = _facts([row[0] for row in rows])
    return [Heard(number, at, read is not None, facts[number]) for number, at, read in rows if facts.get(number)]


def _facts(messages: Iterable[int]) -> Mapping[int, Sequence[Fact]]:
    message_of = dict(Told.objects.filter(message__in=list(messages)).values_list("entry", "message_id"))
    entries = Entry.objects.filter(pk__in=list(message_of)).values_list(
        "pk", "verb", "sub_verb", "student_id", "object_id", "lesson_id", "body__text"
    )
    found: dict[int, list[Fact]] = defaultdict(list)
    for row in entries:
        fact = fact_of(EntryRow._make(row))
        if fact.body:  # an erased body is not told again
            found[message_of[fact.number]].append(fact)
    return {number: collapse(_as_told(facts)) for number, facts in found.items()}


def _as_told(facts: Sequence[Fact]) -> list[Fact]:
    """A withdrawal of what an earlier message told is news by itself."""
    made = {key_of(fact, fact.object_id) for fact in facts if fact.participle != "withdrawn"}
    return [
        replace(fact, told=fact.participle == "withdrawn" and key_of(fact, fact.object_id) not in made)
        for fact in facts
    ]


def _lines(fact: Fact, language: str) -> tuple[str, ...]:
    telling = telling_of(fact.verb, fact.body)
    is_private = telling is None or telling.is_private
    return wording.words(
        fact.verb, fact.body, channel=ChannelName.VOICE, language=language, is_private=is_private
    ).lines
