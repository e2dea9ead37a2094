"""What comes to the short code, kept with its answer. Each message is stored before the carrier hears that we have it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connections

from zvanets.lib import clock
from zvanets.lib.transliterate import to_gsm
from zvanets.notifications.channels.sms.incoming import Incoming, kept_text
from zvanets.notifications.channels.sms.receipts import e164, number_of
from zvanets.notifications.channels.sms.series import next_series
from zvanets.notifications.channels.sms.texts import is_long
from zvanets.notifications.channels.sms.wishes import fulfil
from zvanets.notifications.models import IncomingSms
from zvanets.rules.sms import Command, understand

SAME_WITHIN = timedelta(minutes=2)  # a carrier brings it again when our acknowledgement was lost
HELP_AFTER, HELPS_A_DAY, ANSWERS_A_DAY = timedelta(minutes=10), 3, 20
PINS_A_DAY = 2  # a sender can be forged: whoever writes in another's name must not change the PIN all day
WORKER = "worker"
_CYRILLIC = re.compile("[а-яА-Я]")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer on its way to a number."""

    number: str
    text: str
    series: int  # if it is long


def take(message: Incoming, now: datetime | None = None) -> None:
    """Do what it asks, and keep it with its answer. The same message again within two minutes changes nothing."""
    now = now or clock.now()
    address, number = e164(message.number), number_of(message.number)
    asked = understand(message.text, today=clock.today())
    text = kept_text(message.text, asked)
    before = IncomingSms.objects.using(WORKER).filter(number=number, at__gt=now - timedelta(days=1))
    if before.filter(at__gt=now - SAME_WITHIN, command=asked.command, text=text).exists():
        return
    is_answered = _may_answer(before.values_list("command", "at", "answer"), asked.command, now)
    answer = "" if asked.command is Command.PIN and not is_answered else fulfil(address, asked)
    IncomingSms.objects.using(WORKER).create(
        number=number,
        at=now,
        command=asked.command,
        text=text,
        answer=(answer if _CYRILLIC.search(message.text) else to_gsm(answer)) if is_answered else "",
        reply_to=address if is_answered else "",
    )


def _may_answer(before: Iterable[tuple[str, datetime, str]], command: Command, now: datetime) -> bool:
    """Two machines that answer each other must not talk all night."""
    answered = [(old, at) for old, at, answer in before if answer]
    helps = [at for old, at in answered if old == Command.UNKNOWN]
    if len(answered) >= ANSWERS_A_DAY:
        return False
    if command is Command.UNKNOWN:
        return len(helps) < HELPS_A_DAY and all(now - at > HELP_AFTER for at in helps)
    return command is not Command.PIN or [old for old, _ in answered].count(Command.PIN) < PINS_A_DAY


def waiting_replies(limit: int, *, now: datetime) -> list[Reply]:
    """Return answers to send, each once: a lost one is not worth a second. The number is forgotten here, and a PIN."""
    with connections[WORKER].cursor() as cursor:
        cursor.execute(
            "WITH due AS (SELECT id, reply_to, answer FROM notifications_incomingsms WHERE reply_to <> ''"
            " ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED)"
            " UPDATE notifications_incomingsms i SET reply_to = '', answered_at = %s,"
            " answer = CASE WHEN i.command = 'pin' THEN 'pin' ELSE i.answer END FROM due WHERE i.id = due.id"
            " RETURNING due.reply_to, due.answer",
            [limit, now],
        )
        due = cursor.fetchall()
        series = next_series(cursor, [number_of(number) for number, text in due if is_long(text)], now=now)
    numbers = iter(series)
    return [Reply(number, text, next(numbers) if is_long(text) else 0) for number, text in due]
