"""Once a day: warn of what ends, and end the SMS and calls of which somebody was warned and nobody paid."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Min

from zvanets.billing.covering import paid_until
from zvanets.billing.models import Plan, Silenced, Warned
from zvanets.guardians.models import Subscription
from zvanets.guardians.subscriptions import end_subscriptions
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.rules.pricing import DAY, is_warning_due, silent_from
from zvanets.schools.models import Student
from zvanets.tenancy.school import at_school

_ITSELF = Actor(None, "system", "")
Key = tuple[int, str]  # a child, a channel


@dataclass
class Expiry:
    """The step of a worker that asks each minute and works once a day."""

    _done: date | None = field(default=None)

    def run(self) -> None:
        today = clock.today()
        if self._done != today:
            for school_id in schools_with_plans():
                with at_school(school_id):
                    expire(today=today)
            self._done = today


def schools_with_plans() -> list[int]:
    """Ask as the worker, who sees the plans of all schools."""
    return sorted(Plan.objects.using("worker").values_list("school_id", flat=True).distinct())


def expire(*, today: date) -> None:
    """Warn and silence in one school; twice on a day is as good as once."""
    plans = list(Plan.objects.offered(on=today))
    channels = sorted({channel for plan in plans for channel in plan.channels})
    if not channels:
        return
    open_now = _open(channels, today)
    ends = _ends({(each.guardianship.student_id, each.channel) for each in open_now}, channels, plans)
    warned = _warned(ends)
    _silence([each for each in open_now if _is_over(_key(each), ends, warned, today)])
    _warn({key: end for key, end in ends.items() if key not in warned and is_warning_due(end, today=today)}, today)


def _open(channels: list[str], today: date) -> list[Subscription]:
    own = Subscription.objects.active(on=today).filter(ends_on=None, channel__in=channels)
    return list(own.select_related("guardianship"))


def _key(subscription: Subscription) -> Key:
    return subscription.guardianship.student_id, subscription.channel


def _ends(keys: set[Key], channels: list[str], plans: Iterable[Plan]) -> dict[Key, date]:
    """Return the last paid day of each child and channel; where nothing was ever paid the eve of the first SMS or plan."""
    began = min(plan.starts_on for plan in plans)
    students = {student for student, _ in keys}
    asked = Subscription.objects.filter(guardianship__student__in=students, channel__in=channels)
    first = {
        (student, channel): at
        for student, channel, at in asked.values_list("guardianship__student", "channel").annotate(at=Min("starts_on"))
    }
    paid = {channel: paid_until(students, [channel]) for channel in channels}
    return {key: paid[key[1]].get(key[0]) or max(began, first[key]) - DAY for key in keys}


def _warned(ends: dict[Key, date]) -> dict[Key, date]:
    rows = Warned.objects.filter(student__in={student for student, _ in ends})
    return {
        (student, channel): on
        for student, channel, until, on in rows.values_list("student_id", "channel", "paid_until", "warned_on")
        if ends.get((student, channel)) == until
    }


def _is_over(key: Key, ends: dict[Key, date], warned: dict[Key, date], today: date) -> bool:
    return key in warned and today >= silent_from(ends[key], warned[key])


def _silence(subscriptions: list[Subscription]) -> None:
    if not subscriptions:
        return
    Silenced.objects.bulk_create(
        Silenced(subscription=each, student_id=each.guardianship.student_id) for each in subscriptions
    )
    end_subscriptions(actor=_ITSELF, subscriptions=subscriptions)
    _tell(Verb.PURSE_ENDED, {each.guardianship.student_id: {} for each in subscriptions})


def _warn(ends: dict[Key, date], today: date) -> None:
    if not ends:
        return
    Warned.objects.bulk_create(
        Warned(student_id=student, channel=channel, paid_until=end, warned_on=today)
        for (student, channel), end in ends.items()
    )
    sooner = sorted(ends.items(), key=lambda each: each[1], reverse=True)  # the sooner of two ends is told
    last_days = {student: (silent_from(end, today) - DAY).isoformat() for (student, _), end in sooner}
    _tell(Verb.PURSE_ENDING, {student: {"date": day} for student, day in last_days.items()})


def _tell(verb: Verb, said: dict[int, dict[str, str]]) -> None:
    """Tell the guardians of each child once, whatever channels it is about; a fact needs a body to be told."""
    names = Student.objects.in_bulk(said)
    facts = [
        Fact(verb, student_id=student, body={"student": names[student].short_name, **body})
        for student, body in sorted(said.items())
    ]
    record(facts, actor=_ITSELF, tell=True)
