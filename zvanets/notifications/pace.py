"""At what pace a guardian hears: at once, when the quiet hours are over, or once a day with all else that waits."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from zvanets.guardians.models import ChannelName
from zvanets.notifications.catalogue import telling_of
from zvanets.notifications.hearers import Hearer
from zvanets.notifications.models import Message
from zvanets.notifications.past import HearerKey, Past, open_digests
from zvanets.rules.delivery import Fact, Status, goes_at, next_digest
from zvanets.schools.models import School
from zvanets.tenancy.school import school_now

AMPLE = 10**6


@cache
def zone_of_school(school_id: int) -> ZoneInfo:
    return ZoneInfo(School.objects.values_list("time_zone", flat=True).get(pk=school_id))


def zone_of(hearer: Hearer) -> ZoneInfo:
    return ZoneInfo(hearer.time_zone) if hearer.time_zone else zone_of_school(school_now())


def is_urgent(fact: Fact) -> bool:
    telling = telling_of(fact.verb, fact.body)
    return telling is not None and telling.is_urgent


def is_for_the_digest(fact: Fact, hearer: Hearer) -> bool:
    """Whether the guardian asked to hear of each kind that it is of once a day."""
    telling = telling_of(fact.verb, fact.body)
    if telling is None or telling.is_urgent or not telling.kinds or hearer.channel == ChannelName.PORTAL:
        return False
    return {kind for kind in telling.kinds if kind in hearer.kinds} <= set(hearer.digest_kinds)


def due(hearer: Hearer, now: datetime, *, is_urgent: bool, is_digest: bool) -> tuple[datetime, datetime | None]:
    """Return when a message made now is due, and until when its guardian's wishes hold it."""
    wait = timedelta(minutes=hearer.wait_minutes)
    if is_urgent or not (is_digest or hearer.quiet):
        return now + wait, None
    zone = zone_of(hearer)
    start = next_digest(now, hearer.digest_at, zone) if is_digest else now
    free, due_at = (goes_at(start, hearer.quiet, zone, wait=each) for each in (timedelta(0), wait))
    if due_at > free + wait:
        return due_at, due_at
    return due_at, free if free > now else None


@dataclass
class Pace:
    """What the digests of these hearers hold already, and how many SMS each may still get today."""

    now: datetime
    digested: set[tuple[HearerKey, int]] = field(default_factory=set)
    left: dict[int, int] = field(default_factory=dict)

    def split(self, facts: Sequence[Fact], hearer: Hearer) -> tuple[list[Fact], list[Fact]]:
        """Return what is told at once and what goes into the digest; beside what is urgent nothing else waits for a budget."""
        later = [fact for fact in facts if self._is_later(fact, hearer)]
        at_once = [fact for fact in facts if fact not in later]
        if self.is_spent(hearer) and not any(map(is_urgent, at_once)):
            return [], list(facts)
        if at_once and hearer.guardian_id in self.left and hearer.channel == ChannelName.SMS:
            self.left[hearer.guardian_id] -= 1
        return at_once, later

    def _is_later(self, fact: Fact, hearer: Hearer) -> bool:
        waits = any((hearer.key, number) in self.digested for number in fact.covers)
        return waits or is_for_the_digest(fact, hearer)

    def is_spent(self, hearer: Hearer) -> bool:
        """Whether the family's budget leaves no SMS for today."""
        return hearer.channel == ChannelName.SMS and self.left.get(hearer.guardian_id, AMPLE) <= 0


def pace_of(facts: Mapping[int, Sequence[Fact]], hearers: Collection[Hearer], past: Past, now: datetime) -> Pace:
    """Ask nothing of the database unless somebody has a digest or a budget."""
    pace = Pace(now)
    _count(pace, [hearer for hearer in hearers if hearer.channel == ChannelName.SMS and hearer.sms_a_day is not None])
    own = Counter(hearer.guardian_id for hearer in hearers if hearer.channel == ChannelName.SMS)
    merging = {hearer.key: hearer for hearer in hearers if _may_wait(hearer, facts[hearer.student_id], pace, own)}
    if merging:
        # One whose hour has passed only waits for the end of the quiet hours: what comes now is for the next.
        pace.digested = open_digests(
            merging,
            past,
            lambda key, made_at: next_digest(made_at, merging[key].digest_at, zone_of(merging[key])) > now,
        )
    return pace


def _may_wait(hearer: Hearer, facts: Sequence[Fact], pace: Pace, own: Mapping[int, int]) -> bool:
    """Whether the digest takes something of these, or may: of several children one may spend the budget of the other."""
    if hearer.channel == ChannelName.SMS and pace.left.get(hearer.guardian_id, AMPLE) < own[hearer.guardian_id]:
        return True
    return bool(hearer.digest_kinds) and any(is_for_the_digest(fact, hearer) for fact in facts)


def _count(pace: Pace, hearers: Collection[Hearer]) -> None:
    """Count today's SMS of each, by the day of their own clock; what was withdrawn or waits in a digest cost nothing."""
    if not hearers:
        return
    midnight = {hearer.guardian_id: _midnight(hearer, pace.now) for hearer in hearers}
    sent = Message.objects.filter(
        guardian__in=midnight,
        channel=ChannelName.SMS,
        guardianship__isnull=False,
        is_digest=False,
        created_at__gte=min(midnight.values()),
    ).exclude(status=Status.CANCELLED)
    pace.left = {hearer.guardian_id: hearer.sms_a_day or 0 for hearer in hearers}
    for guardian_id, created_at in sent.values_list("guardian_id", "created_at"):
        pace.left[guardian_id] -= created_at >= midnight[guardian_id]


def _midnight(hearer: Hearer, now: datetime) -> datetime:
    return datetime.combine(now.astimezone(zone_of(hearer)).date(), time(0), zone_of(hearer))
