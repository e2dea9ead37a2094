"""When and how often a guardian wishes to be told, by their own clock. Each call stands inside at_school()."""

from collections.abc import Collection
from datetime import time

from django.db import transaction

from zvanets.guardians.models import ChannelName, EventKind, Guardian, Guardianship, Subscription
from zvanets.history.record import Actor, Fact, Json, record
from zvanets.history.verbs import Verb
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.lib.zones import ZONES
from zvanets.rules.delivery import LONGEST_QUIET, QuietHours

_HALF_QUIET = gettext_noop("Напишете и началото, и края на тихите часове, или оставете и двете полета празни.")
_TOO_QUIET = gettext_noop(
    "Тихите часове могат да са най-много %(most)d: иначе новината стига до Вас, когато вече не е новина."
)
_NO_BUDGET = gettext_noop("Напишете число от 0 до %(most)d или оставете полето празно.")
_NO_ZONE = gettext_noop("Изберете град от списъка.")

MOST_SMS = 50


@transaction.atomic
def choose_quiet_hours(
    *, actor: Actor, guardian: Guardian, starts: time | None, ends: time | None, time_zone: str = ""
) -> None:
    """Hold what is not urgent from `starts` to `ends` by the clock of the zone, of the school's without one.

    Equal times are none. Raises Refusal `half_quiet`, `too_quiet`, `no_zone`.
    """
    if (starts is None) != (ends is None):
        raise Refusal("half_quiet", _HALF_QUIET)
    if starts == ends:
        starts = ends = None
    if starts and ends and QuietHours(starts, ends).length > LONGEST_QUIET:
        raise Refusal("too_quiet", _TOO_QUIET, {"most": int(LONGEST_QUIET.total_seconds() // 3600)})
    if time_zone and time_zone not in ZONES:
        raise Refusal("no_zone", _NO_ZONE)
    before = _quiet(guardian)
    guardian.quiet_from, guardian.quiet_to, guardian.time_zone = starts, ends, time_zone
    if _quiet(guardian) != before:
        guardian.save(update_fields=["quiet_from", "quiet_to", "time_zone"])
        _record(actor, guardian, "quiet", before, _quiet(guardian))


@transaction.atomic
def choose_digest(*, actor: Actor, guardian: Guardian, at: time, sms_a_day: int | None) -> None:
    """Say what waits for the digest at this time of each day, and how many SMS a day may go before the rest waits too.

    Raises Refusal `no_budget`.
    """
    if sms_a_day is not None and not 0 <= sms_a_day <= MOST_SMS:
        raise Refusal("no_budget", _NO_BUDGET, {"most": MOST_SMS})
    before = _digest(guardian)
    guardian.digest_at, guardian.sms_a_day = at, sms_a_day
    if _digest(guardian) != before:
        guardian.save(update_fields=["digest_at", "sms_a_day"])
        _record(actor, guardian, "digest", before, _digest(guardian))


@transaction.atomic
def choose_digest_kinds(*, actor: Actor, right: Guardianship, kinds: Collection[str]) -> None:
    """Tell of these kinds once a day, by letter and SMS alike; in the portal everything stands at once."""
    wanted = [kind for kind in EventKind.values if kind in set(kinds)]
    letters = Subscription.objects.filter(guardianship=right, ends_on__isnull=True).exclude(channel=ChannelName.PORTAL)
    others = [each for each in letters.select_for_update(no_key=True) if each.digest_kinds != wanted]
    if not others:
        return
    letters.update(digest_kinds=wanted)
    body: dict[str, Json] = {"guardian": right.guardian_id, "before": others[0].digest_kinds, "after": wanted}
    fact = Fact(
        Verb.SUBSCRIPTION_CHANGED, sub_verb="digest", student_id=right.student_id, object_id=right.pk, body=body
    )
    record([fact], actor=actor, tell=False)


def _record(actor: Actor, guardian: Guardian, what: str, before: str, after: str) -> None:
    body: dict[str, Json] = {"guardian": guardian.pk, "before": before, "after": after}
    record([Fact(Verb.SETTINGS_CHANGED, sub_verb=what, object_id=guardian.pk, body=body)], actor=actor, tell=False)


def _quiet(guardian: Guardian) -> str:
    """Return „21:00–07:00 Europe/Rome“ for the history."""
    if guardian.quiet_from is None or guardian.quiet_to is None:
        return guardian.time_zone
    return f"{guardian.quiet_from:%H:%M}–{guardian.quiet_to:%H:%M} {guardian.time_zone}".strip()


def _digest(guardian: Guardian) -> str:
    """Return „18:00, 3 SMS“ for the history."""
    most = "" if guardian.sms_a_day is None else f", {guardian.sms_a_day} SMS"
    return f"{guardian.digest_at:%H:%M}{most}"
