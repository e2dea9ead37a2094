"""When a guardian wishes to be told: quiet hours by their own clock. Each call stands inside at_school()."""

from datetime import time

from django.db import transaction

from zvanets.guardians.models import Guardian
from zvanets.history.record import Actor, Fact, Json, record
from zvanets.history.verbs import Verb
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.lib.zones import ZONES
from zvanets.rules.delivery import LONGEST_QUIET, QuietHours

_HALF_QUIET = gettext_noop("Напишете и началото, и края на тихите часове, или оставете и двете полета празни.")
_TOO_QUIET = gettext_noop(
    "Тихите часове могат да са най-много %(most)d: иначе новината стига до Вас, когато вече не е новина."
)
_NO_ZONE = gettext_noop("Изберете град от списъка.")


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
    before = _said(guardian)
    guardian.quiet_from, guardian.quiet_to, guardian.time_zone = starts, ends, time_zone
    if _said(guardian) == before:
        return
    guardian.save(update_fields=["quiet_from", "quiet_to", "time_zone"])
    body: dict[str, Json] = {"guardian": guardian.pk, "before": before, "after": _said(guardian)}
    record([Fact(Verb.SETTINGS_CHANGED, sub_verb="quiet", object_id=guardian.pk, body=body)], actor=actor, tell=False)


def _said(guardian: Guardian) -> str:
    """Return „21:00–07:00 Europe/Rome“ for the history."""
    if guardian.quiet_from is None or guardian.quiet_to is None:
        return guardian.time_zone
    return f"{guardian.quiet_from:%H:%M}–{guardian.quiet_to:%H:%M} {guardian.time_zone}".strip()
