"""What the short code answers, and what a command does. Each message is stored before the carrier hears that we have it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connections
from django.db.models import Q

from zvanets.guardians.actions import Confirmation, confirm_contact, unsubscribe
from zvanets.guardians.models import ChannelName, Contact, Subscription
from zvanets.history.record import Actor
from zvanets.lib import clock
from zvanets.lib.transliterate import to_gsm
from zvanets.notifications.channels.sms.incoming import Command, Incoming, Understood, understand
from zvanets.notifications.channels.sms.receipts import e164, number_of
from zvanets.notifications.channels.sms.series import next_series
from zvanets.notifications.channels.sms.texts import is_long
from zvanets.notifications.models import IncomingSms
from zvanets.tenancy.school import at_school

SAME_WITHIN = timedelta(minutes=2)  # a carrier brings it again when our acknowledgement was lost
HELP_AFTER, HELPS_A_DAY, ANSWERS_A_DAY = timedelta(minutes=10), 3, 20
NAMES_LENGTH = 160  # more children than a family has
WORKER = "worker"

# Each fits one SMS in Cyrillic: 70 signs.
STOPPED = "Спряхме SMS-ите за детето. В портала ги пускате отново."
NOTHING = "Този номер не получава SMS от дневника."
CONFIRMED = "Номерът е потвърден. Кои SMS да идват, избирате в портала."
WRONG_CODE = "Кодът не е верен или е изтекъл. Поискайте нов в портала."
BY_PORTAL = "Абонирайте се в портала или при класния ръководител."
HELP = "Не разбрахме. Пишете СТОП, ИНФО или кода за потвърждение."
INFO = "SMS за: %s. Спиране: СТОП."
NO_SMS = "Номерът е потвърден, но няма избрани SMS. Вижте портала."


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
    said = understand(message.text)
    before = IncomingSms.objects.using(WORKER).filter(number=number, at__gt=now - timedelta(days=1))
    if before.filter(at__gt=now - SAME_WITHIN, command=said.command, text=said.text).exists():
        return
    answer = _DO[said.command](address, said)
    is_answered = _may_answer(before.values_list("command", "at", "answer"), said.command, now)
    IncomingSms.objects.using(WORKER).create(
        number=number,
        at=now,
        command=said.command,
        text=said.text,
        answer=(to_gsm(answer) if said.is_latin else answer) if is_answered else "",
        reply_to=address if is_answered else "",
    )


def _may_answer(before: Iterable[tuple[str, datetime, str]], command: Command, now: datetime) -> bool:
    """Two machines that answer each other must not talk all night."""
    answered = [(old, at) for old, at, answer in before if answer]
    helps = [at for old, at in answered if old in {Command.UNKNOWN, Command.CODE}]
    if len(answered) >= ANSWERS_A_DAY:
        return False
    if command in {Command.UNKNOWN, Command.CODE}:
        return len(helps) < HELPS_A_DAY and all(now - at > HELP_AFTER for at in helps)
    return True


def _stop(address: str, _said: Understood) -> str:
    ended = 0
    for school_id in _schools_of(address):
        with at_school(school_id):
            mine = Q(guardianship__guardian__contacts__in=_contacts(address).usable())
            rows = Subscription.objects.filter(mine, channel=ChannelName.SMS, ends_on__isnull=True)
            for subscription in rows.select_related("guardianship__guardian").distinct():
                actor = Actor(subscription.guardianship.guardian.user_id, "guardian", "sms")
                unsubscribe(actor=actor, subscription=subscription)
                ended += 1
    return STOPPED if ended else NOTHING


def _info(address: str, _said: Understood) -> str:
    """Say to a confirmed number of whom it hears; to any other that it hears nothing."""
    names: list[str] = []
    known = False
    for school_id in _schools_of(address):
        with at_school(school_id):
            usable = _contacts(address).usable()
            known |= usable.exists()
            active = Subscription.objects.active(on=clock.today()).filter(
                guardianship__guardian__contacts__in=usable, channel=ChannelName.SMS
            )
            names += active.values_list("guardianship__student__first_name", flat=True)
    if not names:
        return NO_SMS if known else NOTHING
    return INFO % ", ".join(sorted(set(names)))[:NAMES_LENGTH]


def _confirm(address: str, said: Understood) -> str:
    for school_id in _schools_of(address):
        with at_school(school_id):
            for contact in _contacts(address).select_related("guardian").filter(codes__isnull=False):
                actor = Actor(contact.guardian.user_id, "guardian", "sms")
                if confirm_contact(actor=actor, contact=contact, code=said.argument) is Confirmation.DONE:
                    return CONFIRMED
            # The carrier may bring it again: a process was killed between the deed and its record.
            if _contacts(address).usable().filter(confirmed_at__gt=clock.now() - SAME_WITHIN).exists():
                return CONFIRMED
    return WRONG_CODE


def _contacts(address: str) -> Any:
    return Contact.objects.filter(kind=Contact.Kind.PHONE, address=address)


def _schools_of(address: str) -> list[int]:
    with connections[WORKER].cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT school_id FROM guardians_contact WHERE kind = 'phone' AND address = %s", [address]
        )
        return sorted(school_id for (school_id,) in cursor.fetchall())


_DO: Mapping[Command, Callable[[str, Understood], str]] = {
    Command.STOP: _stop,
    Command.INFO: _info,
    Command.CONFIRM: _confirm,
    Command.CODE: lambda _address, _said: BY_PORTAL,
    Command.UNKNOWN: lambda _address, _said: HELP,
}


def waiting_replies(limit: int, *, now: datetime) -> list[Reply]:
    """Return answers to send, each once: a lost one is not worth a second. The number is forgotten here."""
    with connections[WORKER].cursor() as cursor:
        cursor.execute(
            "WITH due AS (SELECT id, reply_to, answer FROM notifications_incomingsms WHERE reply_to <> ''"
            " ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED)"
            " UPDATE notifications_incomingsms i SET reply_to = '', answered_at = %s FROM due WHERE i.id = due.id"
            " RETURNING due.reply_to, due.answer",
            [limit, now],
        )
        due = cursor.fetchall()
        series = next_series(cursor, [number_of(number) for number, text in due if is_long(text)], now=now)
    numbers = iter(series)
    return [Reply(number, text, next(numbers) if is_long(text) else 0) for number, text in due]
