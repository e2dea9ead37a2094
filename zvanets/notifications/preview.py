"""Who would hear of something, by which channels, and what it would cost: asked before it is sent."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings

from zvanets.guardians.models import ChannelName
from zvanets.history.record import Json
from zvanets.history.verbs import Verb
from zvanets.lib.sms_length import PART_16, sms_length
from zvanets.notifications.catalogue import telling_of
from zvanets.notifications.composing import Composer
from zvanets.notifications.fanout import CHANNELS, told_elsewhere
from zvanets.notifications.hearers import hearers_of
from zvanets.rules.delivery import Fact


@dataclass(frozen=True, slots=True)
class Preview:
    students: int
    guardians: int
    unreached: int  # children of whom nobody would hear
    by_channel: Mapping[str, int]
    sms_parts: int
    cost: Decimal  # euro
    sms: str  # the longest of them


def preview(verb: Verb, body: Mapping[str, Json], students: Collection[int], *, on: date) -> Preview:
    fact = Fact(number=0, verb=verb, body=dict(body))
    telling = telling_of(verb, body)
    hearers = [
        each
        for each in hearers_of(students, on=on, channels=(*CHANNELS, *told_elsewhere()))
        if telling is not None and telling.is_wanted(each.kinds)
    ]
    composer = Composer()
    texts = [composer.compose([fact], each).text for each in hearers if each.channel == ChannelName.SMS]
    parts = sum(sms_length(text, PART_16).parts for text in texts)
    return Preview(
        students=len(students),
        guardians=len({each.guardian_id for each in hearers}),
        unreached=len(set(students) - {each.student_id for each in hearers}),
        by_channel=Counter(each.channel for each in hearers),
        sms_parts=parts,
        cost=parts * Decimal(settings.SMS_PRICE),
        sms=max(texts, key=len, default=""),
    )
