"""What people ask for by SMS, done: each returns its answer, which fits one SMS in Cyrillic.

Nobody hears anything of a child at a number that its owner has not confirmed; to all others a child's code sounds alike,
whether there is such a child or not.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from django.db import connections
from django.db.models import Q

from zvanets.attendance.models import AbsenceNotice, ExcuseReason
from zvanets.attendance.notices import Said, give_notice
from zvanets.guardians.actions import (
    Confirmation,
    choose_language,
    choose_script,
    confirm_contact,
    subscribe,
    unsubscribe,
)
from zvanets.guardians.models import ChannelName, Contact, EventKind, Guardian, Guardianship, SmsScript, Subscription
from zvanets.guardians.pins import issue_pin
from zvanets.history.record import Actor
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal
from zvanets.notifications.actions import send_code
from zvanets.rules.notices import Span
from zvanets.rules.sms import Asked, Command, is_named
from zvanets.schools.models import StudentCode
from zvanets.tenancy.school import at_school

WORKER = "worker"
JUST_NOW = timedelta(minutes=2)
NAMES_LENGTH = 160  # more children than a family has
# What is worth an SMS; the rest is read in the portal, where each kind is chosen.
KINDS = (
    EventKind.ABSENCE,
    EventKind.LATENESS,
    EventKind.GRADE,
    EventKind.REMARK,
    EventKind.PRAISE,
    EventKind.RESULT,
)

STOPPED = "Спряхме SMS-ите за детето. В портала ги пускате отново."
NOTHING = "Този номер не получава SMS от дневника."
CONFIRMED = "Номерът е потвърден. За SMS пратете кода на детето."
WRONG_CODE = "Кодът не е верен или е изтекъл. Поискайте нов в портала."
CODE_TAKEN = "Ако номерът е записан в училище, идва код. Или питайте класния."
HELP = "Не разбрахме. Пишете СТОП, ИНФО, ПИН или ОТСЪСТВА 21.11."
INFO = "SMS за: %s. Спиране: СТОП."
NO_SMS = "Номерът е потвърден, но няма избрани SMS. Вижте портала."
PIN = "ПИН код за телефона: %s. Предишният вече не важи."
PIN_ELSEWHERE = "Нов ПИН код получавате в портала или от класния ръководител."
CHOSEN = {
    Command.BULGARIAN: "Отсега пишем на български.",
    Command.ENGLISH: "We write to you in English from now on.",
    Command.CYRILLIC: "Отсега SMS-ите идват на кирилица.",
    Command.LATIN: "Otsega SMS-ite idvat na latinitsa.",
}
NO_DAY = "Кой ден? Пишете ОТСЪСТВА и деня, например ОТСЪСТВА 21.11"
WHICH_CHILD = "Кое дете? Пишете и името, например ОТСЪСТВА 21.11 АНИ"
NOTICED = "Приехме молбата: %s. Решава класният ръководител."
REFUSED = {
    "no_school_days": "Тогава детето няма учебни часове.",
    "too_many_days": "Няма толкова останали дни. Обадете се на класния.",
    "too_many_days_at_once": "Дните са твърде много наведнъж. Обадете се на класния.",
}
REFUSED_ELSE = "Не можем да приемем тези дни. Обадете се на класния ръководител."


def fulfil(address: str, asked: Asked) -> str:
    """Do what this number asks for, and return the answer."""
    return _DO[asked.command](address, asked)


def _stop(address: str, _asked: Asked) -> str:
    ended = 0
    for school_id in _schools_of(address):
        with at_school(school_id):
            mine = Q(guardianship__guardian__contacts__in=_contacts(address).usable())
            rows = Subscription.objects.filter(mine, channel=ChannelName.SMS, ends_on__isnull=True)
            for subscription in rows.select_related("guardianship__guardian").distinct():
                unsubscribe(actor=_actor(subscription.guardianship.guardian), subscription=subscription)
                ended += 1
    return STOPPED if ended else NOTHING


def _info(address: str, _asked: Asked) -> str:
    """Say to a confirmed number of whom it hears; to any other that it hears nothing."""
    names: list[str] = []
    is_known = False
    for school_id in _schools_of(address):
        with at_school(school_id):
            usable = _contacts(address).usable()
            is_known |= usable.exists()
            active = Subscription.objects.active(on=clock.today()).filter(
                guardianship__guardian__contacts__in=usable, channel=ChannelName.SMS
            )
            names += active.values_list("guardianship__student__first_name", flat=True)
    if not names:
        return NO_SMS if is_known else NOTHING
    return INFO % ", ".join(sorted(set(names)))[:NAMES_LENGTH]


def _confirm(address: str, asked: Asked) -> str:
    for school_id in _schools_of(address):
        with at_school(school_id):
            for contact in _contacts(address).select_related("guardian").filter(codes__isnull=False):
                done = confirm_contact(actor=_actor(contact.guardian), contact=contact, code=asked.digits)
                if done is Confirmation.DONE:
                    return CONFIRMED
            # The carrier may bring it again: a process was killed between the deed and its record.
            if _contacts(address).usable().filter(confirmed_at__gt=clock.now() - JUST_NOW).exists():
                return CONFIRMED
    return WRONG_CODE


def _by_code(address: str, asked: Asked) -> str:
    """Begin the SMS about a child whose guardian's number this is; a number that is not confirmed gets a code first."""
    found = StudentCode.objects.filter(code=asked.digits).first()
    if found is None:
        return CODE_TAKEN
    with at_school(found.school_id):
        own = Contact.objects.filter(kind=Contact.Kind.PHONE, address=address, disabled_at__isnull=True)
        rights = Guardianship.objects.active(on=clock.today()).filter(student=found.student_id)
        right = rights.filter(guardian__contacts__in=own).select_related("guardian", "student").first()
        if right is None:
            return CODE_TAKEN
        contact = own.select_related("guardian").get(guardian=right.guardian)
        if contact.confirmed_at is None:
            return _ask_to_confirm(contact)
        if not right.subscriptions.filter(channel=ChannelName.SMS, ends_on__isnull=True).exists():
            subscribe(actor=_actor(right.guardian), right=right, channel=ChannelName.SMS, kinds=KINDS)
        return INFO % right.student.first_name


def _ask_to_confirm(contact: Contact) -> str:
    with suppress(Refusal):  # the last code is on its way
        send_code(contact=contact)
    return CODE_TAKEN


def _pin(address: str, _asked: Asked) -> str:
    """Send a new PIN to the number of one guardian; whose of several on one number, nobody can tell."""
    found = _confirmed(address)
    if len(found) != 1:
        return PIN_ELSEWHERE if found else NOTHING
    ((school_id, guardian),) = found
    with at_school(school_id):
        pin = issue_pin(actor=_actor(guardian), guardian=guardian)
    return PIN % f"{pin[:3]} {pin[3:]}"


def _choose(address: str, asked: Asked) -> str:
    """Write to this number in another language, or in other letters, from now on."""
    found = _confirmed(address)
    for school_id, guardian in found:
        with at_school(school_id):
            if asked.command in SmsScript.values:
                choose_script(actor=_actor(guardian), guardian=guardian, script=asked.command.value)
            else:
                choose_language(actor=_actor(guardian), guardian=guardian, language=asked.command.value)
    return CHOSEN[asked.command] if found else NOTHING


def _absent(address: str, asked: Asked) -> str:
    """Take a notice on the parent's word, for the homeroom teacher to decide; no reason is asked and none is kept."""
    rights = [(school_id, right) for school_id, guardian in _confirmed(address) for right in _own(school_id, guardian)]
    if not rights:
        return NOTHING
    if asked.days is None:
        return NO_DAY
    named = [pair for pair in rights if is_named(pair[1].student.first_name, asked.names)]
    chosen = named or rights
    if len({right.student_id for _, right in chosen}) > 1:
        return WHICH_CHILD
    school_id, right = chosen[0]
    first, last = asked.days
    said = Said(Span(first, last), ExcuseReason.FAMILY)
    try:
        with at_school(school_id):
            give_notice(_actor(right.guardian), right.student, said, way=AbsenceNotice.Way.SMS, guardian=right.guardian)
    except Refusal as refused:
        return REFUSED.get(refused.code, REFUSED_ELSE)
    return NOTICED % _days(first, last)


def _own(school_id: int, guardian: Guardian) -> list[Guardianship]:
    """Return the rights by which this guardian may excuse somebody."""
    with at_school(school_id):
        active = Guardianship.objects.active(on=clock.today())
        own = active.filter(guardian=guardian, may_excuse=True)
        return list(own.select_related("guardian", "student").order_by("student__sort_name"))


def _days(first: date, last: date) -> str:
    return f"{first:%d.%m}" if first == last else f"{first:%d.%m}-{last:%d.%m}"


def _actor(guardian: Guardian) -> Actor:
    return Actor(guardian.user_id, "guardian", "sms")


def _contacts(address: str) -> Any:
    return Contact.objects.filter(kind=Contact.Kind.PHONE, address=address)


def _confirmed(address: str) -> list[tuple[int, Guardian]]:
    """Return who has confirmed this number as theirs, with the school of each."""
    found: list[tuple[int, Guardian]] = []
    for school_id in _schools_of(address):
        with at_school(school_id):
            usable = _contacts(address).usable().select_related("guardian")
            found += [(school_id, contact.guardian) for contact in usable]
    return found


def _schools_of(address: str) -> list[int]:
    with connections[WORKER].cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT school_id FROM guardians_contact WHERE kind = 'phone' AND address = %s", [address]
        )
        return sorted(school_id for (school_id,) in cursor.fetchall())


_DO: Mapping[Command, Callable[[str, Asked], str]] = {
    Command.STOP: _stop,
    Command.INFO: _info,
    Command.CONFIRM: _confirm,
    Command.CODE: _by_code,
    Command.PIN: _pin,
    **dict.fromkeys(CHOSEN, _choose),
    Command.ABSENT: _absent,
    Command.UNKNOWN: lambda _address, _asked: HELP,
}
