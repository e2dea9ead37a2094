"""May this be sent, and how much may one person send? Pure; the numbers are the product's own (docs/adr/0030)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from zvanets.lib.refusals import Refusal, gettext_noop

# A homeroom teacher writes to each of 26 families one by one in an hour; more is no longer writing.
AN_HOUR, A_DAY = 30, 60
# Each of these rings a whole school's telephones.
LARGE_A_DAY = 6


def too_many(sent: Iterable[tuple[datetime, bool]], *, now: datetime, is_large: bool) -> Refusal | None:
    """Return why this sender waits, or None; `sent`: when they sent before, and whether to a year group or more."""
    day = [(at, large) for at, large in sent if now - at < timedelta(days=1)]
    hour = [at for at, _ in day if now - at < timedelta(hours=1)]
    if is_large and sum(large for _, large in day) >= LARGE_A_DAY:
        text = gettext_noop(
            "За едно денонощие изпратихте %(most)s съобщения до випуск или до цялото училище."
            " Изчакайте или пишете на отделни паралелки."
        )
        return Refusal("too_many_large", text, {"most": LARGE_A_DAY})
    if len(hour) >= AN_HOUR or len(day) >= A_DAY:
        text = gettext_noop(
            "Изпратихте %(hour)s съобщения за час и %(day)s за денонощие: толкова са най-много."
            " Изчакайте или напишете едно съобщение до няколко деца."
        )
        return Refusal("too_many", text, {"hour": len(hour), "day": len(day)})
    return None


def urgent_needs(*, is_urgent: bool, may_be_urgent: bool, reason: str) -> Refusal | None:
    """An urgent message rings at night: it has a homeroom teacher or head behind it, and a reason in history."""
    if not is_urgent:
        return None
    if not may_be_urgent:
        text = gettext_noop("Спешно съобщение изпраща класният ръководител до своята паралелка или директорът.")
        return Refusal("not_urgent", text)
    if not reason.strip():
        return Refusal("reason_missing", gettext_noop("Напишете защо е спешно: причината остава в историята."))
    return None
