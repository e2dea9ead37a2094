"""One message out of several facts about one child: rendered once for all who hear the same in the same language."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from zvanets.guardians.models import ChannelName, SmsScript
from zvanets.history.verbs import Verb
from zvanets.lib import bg
from zvanets.lib.sms_length import PART_16, sms_length, split
from zvanets.lib.transliterate import to_gsm
from zvanets.notifications import wording
from zvanets.notifications.catalogue import telling_of
from zvanets.notifications.hearers import Hearer
from zvanets.notifications.wording import Words
from zvanets.rules.delivery import Fact

SMS_PARTS = 3  # of an SMS; the rest of a long text is in the portal
# Their texts name the day, which is not the day they were written.
WITH_A_DAY_OF_THEIR_OWN = ("event.", "meeting.", "work.")


class Text(NamedTuple):
    subject: str
    text: str


@dataclass
class Composer:
    """Remembers what it rendered for as long as one batch of the fan-out lasts."""

    _words: dict[tuple[int, str, str, str], Words] = field(default_factory=dict)
    _texts: dict[tuple[tuple[int, ...], tuple[str, ...], str, str, str, str], Text] = field(default_factory=dict)

    def compose(self, facts: Sequence[Fact], hearer: Hearer) -> Text:
        """Return the subject and text; what is urgent stands first."""
        numbers, verbs = tuple(fact.number for fact in facts), tuple(fact.verb for fact in facts)
        key = (numbers, verbs, hearer.child, hearer.channel, hearer.language, hearer.sms_script)
        if key not in self._texts:
            self._texts[key] = self._compose(facts, hearer)
        return self._texts[key]

    def _compose(self, facts: Sequence[Fact], hearer: Hearer) -> Text:
        facts = sorted(facts, key=_urgent_first)
        parts = [self._say(fact, hearer) for fact in facts]
        if hearer.channel == ChannelName.SMS:
            said = _said_shortly(hearer, facts, parts)
            return Text("", as_sms(said, script=hearer.sms_script, language=hearer.language))
        if hearer.channel != ChannelName.EMAIL:
            return Text("", "\n\n".join("\n".join(part.lines) for part in parts))
        subject = _within(facts[0], parts[0].subject)
        if len(parts) > 1:
            subject = wording.and_more(subject, len(parts) - 1, hearer.language)
        return Text(f"{hearer.child}: {subject}", "\n\n".join(map("\n".join, _unrepeated(parts))))

    def _say(self, fact: Fact, hearer: Hearer) -> Words:
        key = (fact.number, fact.verb, hearer.channel, hearer.language)
        if key not in self._words:
            telling = telling_of(fact.verb, fact.body)
            self._words[key] = wording.words(
                fact.verb,
                fact.body,
                channel=hearer.channel,
                language=hearer.language,
                is_private=telling is None or telling.is_private,
            )
        return self._words[key]


def _unrepeated(parts: Sequence[Words]) -> list[list[str]]:
    """Return the lines of each entry without those that the one before has just said: the day, the teacher."""
    rest = [
        [part.lines[0], *(line for line in part.lines[1:] if not _has_said(last, line))]
        for last, part in pairwise(parts)
    ]
    return [list(parts[0].lines), *rest]


def _has_said(part: Words, line: str) -> bool:
    """Whether it stands there alone or with more behind: „неделя, 22 ноември, тема „…““."""
    return any(each == line or each.startswith(f"{line},") for each in part.lines)


def _said_shortly(hearer: Hearer, facts: Sequence[Fact], parts: Sequence[Words]) -> str:
    """Return „Борис (22.11.): отсъства от 3-тия час (музика); слаб 2 по музика“: it may arrive, or be read, on another day."""
    days = [_short_day(fact, hearer.language) for fact in facts]
    texts = [_within(fact, "; ".join(part.lines)) for fact, part in zip(facts, parts, strict=True)]
    if len({*days}) == 1:
        return f"{hearer.child}{days[0]}: {'; '.join(texts)}"
    return f"{hearer.child}: {'; '.join(f'{text}{day}' for text, day in zip(texts, days, strict=True))}"


def _short_day(fact: Fact, language: str) -> str:
    telling = telling_of(fact.verb, fact.body)
    if telling is None or telling.is_private or fact.verb.startswith(WITH_A_DAY_OF_THEIR_OWN):
        return ""
    day = wording.day_of(fact.body)
    return f" ({bg.short_day(day, language)})" if day else ""


def _within(fact: Fact, text: str) -> str:
    """Return it as it stands after the child's name; an event begins with what somebody typed."""
    return text if fact.verb == Verb.EVENT_ANNOUNCED else bg.within(text)


def as_sms(text: str, *, script: str, language: str) -> str:
    """Return the text in the letters that the family chose, in no more parts than are worth their price.

    Who reads English gets Latin letters: one Cyrillic name would double the price.
    """
    is_latin = script == SmsScript.LATIN or language != "bg"
    text = to_gsm(text) if is_latin else text
    if sms_length(text, PART_16).parts <= SMS_PARTS:
        return text
    end = "..." if is_latin else "…"
    whole = "".join(split(text, PART_16)[:SMS_PARTS])
    return whole[: -2 * len(end)].rstrip() + end


def _urgent_first(fact: Fact) -> tuple[bool, int]:
    telling = telling_of(fact.verb, fact.body)
    return not (telling and telling.is_urgent), fact.number
