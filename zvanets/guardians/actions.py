"""Rights to know of a student, contacts with their confirmation, subscriptions. Each call stands inside at_school()."""

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from zvanets.accounts.actions import grant_role, withdraw_role
from zvanets.accounts.models import FAMILY, Membership, Role, User
from zvanets.guardians.models import (
    ChannelName,
    Contact,
    ContactCode,
    EventKind,
    Guardian,
    Guardianship,
    Relation,
    Subscription,
)
from zvanets.history.record import Actor, Fact, Json, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock, emails, names, phones
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.schools.models import Student
from zvanets.tenancy.school import school_now

_NO_NAME = gettext_noop("Напишете поне собствено име и фамилия на родителя.")
_NO_REASON = gettext_noop("Напишете защо отнемате достъпа: причината остава в историята.")
_HAS_RIGHT = gettext_noop("Този родител вече има достъп до ученика.")
_ENDS_BEFORE = gettext_noop("Последният ден не може да е преди първия, нито в миналото.")
RAN_OUT = "изтекъл срок"  # why a right was withdrawn whose last day had passed when a new one was given
_TOO_SOON = gettext_noop("Кодът беше изпратен преди по-малко от минута. Проверете и спама, после поискайте нов.")

_NO_PHONE = gettext_noop("За SMS първо потвърдете мобилен телефон по-долу.")

CODE_LASTS = timedelta(minutes=15)
CODE_TRIES = 5
CODE_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a student somebody may know and do, and from when to when."""

    is_legal: bool = True
    may_excuse: bool = True
    starts_on: date | None = None  # today
    ends_on: date | None = None


@transaction.atomic
def add_guardian(
    *,
    actor: Actor,
    student: Student,
    relation: Relation,
    first_name: str,
    last_name: str,
    middle_name: str = "",
    user: User | None = None,
    language: str = "bg",
    extent: Extent | None = None,
) -> Guardianship:
    """Make a new guardian of the student; nobody is found by name, two of one name are two people."""
    if not (first_name.strip() and last_name.strip()):
        raise Refusal("name_missing", _NO_NAME)
    guardian = Guardian.objects.create(
        user=user,
        first_name=first_name.strip(),
        middle_name=middle_name.strip(),
        last_name=last_name.strip(),
        sort_name=names.sort_key(first_name, middle_name, last_name),
        language=language,
    )
    return grant_right(actor=actor, guardian=guardian, student=student, relation=relation, extent=extent)


@transaction.atomic
def grant_right(
    *, actor: Actor, guardian: Guardian, student: Student, relation: Relation, extent: Extent | None = None
) -> Guardianship:
    """Let the guardian know of the student, all of it in the portal; raises Refusal `has_right`, `dates`."""
    extent, today = extent or Extent(), clock.today()
    start = extent.starts_on or today
    if extent.ends_on and extent.ends_on < max(start, today):
        raise Refusal("dates", _ENDS_BEFORE)
    own = Guardianship.objects.filter(guardian=guardian, student=student)
    if own.not_ended(on=today).exists():
        raise Refusal("has_right", _HAS_RIGHT)
    own.filter(withdrawn_at__isnull=True).update(withdrawn_at=clock.now(), withdrawn_why=RAN_OUT)
    right = Guardianship.objects.create(
        guardian=guardian,
        student=student,
        relation=relation,
        is_legal=extent.is_legal and relation != Relation.SELF,
        may_excuse=extent.may_excuse and relation != Relation.SELF,
        starts_on=start,
        ends_on=extent.ends_on,
    )
    Subscription.objects.create(guardianship=right, channel=ChannelName.PORTAL, kinds=EventKind.values, starts_on=start)
    if guardian.user:
        grant_role(actor=actor, user=guardian.user, role=seat_for(right))
    until = extent.ends_on.isoformat() if extent.ends_on else ""
    _record(actor, Verb.RIGHT_GRANTED, right, **{"from": start.isoformat(), "until": until})
    return right


@transaction.atomic
def withdraw_right(*, actor: Actor, right: Guardianship, why: str) -> None:
    """End everything at once: the page, the PIN, what waits to be sent (delivery asks again before each sending).

    With the guardian's last right in the school their seat goes too, and with the last seat every session.
    Raises Refusal `reason_missing`; a right that was withdrawn before stays as it was.
    """
    if not why.strip():
        raise Refusal("reason_missing", _NO_REASON)
    now = clock.now()
    standing = Guardianship.objects.filter(pk=right.pk, withdrawn_at__isnull=True)
    if not standing.update(withdrawn_at=now, withdrawn_why=why.strip()):
        return
    _end(Subscription.objects.filter(guardianship=right))
    _end_seat_without_children(actor, right.guardian)
    # Whom somebody let in as a parent goes with them; the child stays.
    let_in = Guardianship.objects.not_ended(on=clock.today()).filter(invitations_taken__invited_by=right)
    for each in let_in.exclude(relation=Relation.SELF).select_related("guardian__user", "student"):
        withdraw_right(actor=actor, right=each, why=why)
    _record(actor, Verb.RIGHT_WITHDRAWN, right, reason=why.strip())


def _end_seat_without_children(actor: Actor, guardian: Guardian) -> None:
    own = Guardianship.objects.active(on=clock.today())
    if not own.filter(guardian=guardian).exists():
        Guardian.objects.filter(pk=guardian.pk).update(pin_hash="", pin_issued_at=None)
    if guardian.user is None:
        return
    left = set(own.held_by(guardian.user).values_list("relation", flat=True))
    keeps = {Role.STUDENT} if Relation.SELF in left else set()
    keeps |= {Role.GUARDIAN, Role.GUEST} if left - {Relation.SELF} else set()
    for seat in Membership.objects.of(guardian.user).filter(role__in=set(FAMILY) - keeps, ends_on=None):
        withdraw_role(actor=actor, seat=seat)


def seat_for(right: Guardianship) -> Role:
    """Return the place that a right gives its holder: relatives and tutors, whom a parent lets in, are guests."""
    if right.relation == Relation.SELF:
        return Role.STUDENT
    return Role.GUARDIAN if right.is_legal else Role.GUEST


def _record(actor: Actor, verb: Verb, right: Guardianship, **said: str) -> None:
    body = {"student": right.student.short_name, "guardian": right.guardian.full_name, **said}
    fact = Fact(verb, sub_verb=right.relation, student_id=right.student_id, object_id=right.pk, body=body)
    record([fact], actor=actor, tell=False)


@transaction.atomic
def add_contact(*, actor: Actor, guardian: Guardian, kind: Contact.Kind, address: str) -> Contact:
    """Keep an address or a number; nothing of a child goes there until its owner has confirmed it.

    One that was switched off comes back unconfirmed. Raises Refusal `email`, `email_cyrillic`, `phone`.
    """
    normal = emails.normalise(address) if kind == Contact.Kind.EMAIL else phones.parse(address)
    contact, is_new = Contact.objects.get_or_create(guardian=guardian, kind=kind, address=normal)
    if not is_new and contact.disabled_at is None:
        return contact
    if not is_new:
        contact.confirmed_at, contact.disabled_at, contact.disabled_why = None, None, ""
        contact.save(update_fields=["confirmed_at", "disabled_at", "disabled_why"])
    _record_contact(actor, Verb.CONTACT_ADDED, contact)
    return contact


@transaction.atomic
def start_confirmation(*, contact: Contact) -> str:
    """Return a new code of six digits for the caller to send; only its digest is kept. Raises Refusal `too_soon`."""
    now = clock.now()
    if ContactCode.objects.filter(contact=contact, sent_at__gt=now - CODE_AGAIN_AFTER).exists():
        raise Refusal("too_soon", _TOO_SOON)
    code = f"{secrets.randbelow(10**6):06}"
    ContactCode.objects.update_or_create(
        contact=contact,
        defaults={"code_hash": _digest(contact, code), "sent_at": now, "expires_at": now + CODE_LASTS, "tries": 0},
    )
    return code


class Confirmation(Enum):
    """What came of a typed code. Not a Refusal: a raised one would take the counted try back with the transaction."""

    DONE = auto()
    WRONG = auto()
    OVER = auto()  # expired, used up, or never sent: a new one is needed


@transaction.atomic
def confirm_contact(*, actor: Actor, contact: Contact, code: str) -> Confirmation:
    now = clock.now()
    kept = ContactCode.objects.select_for_update(no_key=True).filter(contact=contact).first()
    if kept is None or kept.expires_at < now or kept.tries >= CODE_TRIES:
        return Confirmation.OVER
    typed = "".join(code.split())
    if not hmac.compare_digest(_digest(contact, typed).encode(), kept.code_hash.encode()):
        ContactCode.objects.filter(pk=kept.pk).update(tries=F("tries") + 1)
        return Confirmation.WRONG
    kept.delete()
    contact.confirmed_at, contact.disabled_at, contact.disabled_why = now, None, ""
    contact.save(update_fields=["confirmed_at", "disabled_at", "disabled_why"])
    _record_contact(actor, Verb.CONTACT_CONFIRMED, contact)
    return Confirmation.DONE


@transaction.atomic
def disable_contact(*, actor: Actor, contact: Contact, why: str) -> None:
    """Send nothing there any more, until it is added and confirmed anew."""
    if Contact.objects.filter(pk=contact.pk, disabled_at__isnull=True).update(
        disabled_at=clock.now(), disabled_why=why
    ):
        _record_contact(actor, Verb.CONTACT_DISABLED, contact, reason=why)


@transaction.atomic
def subscribe(
    *, actor: Actor, right: Guardianship, channel: ChannelName, kinds: Collection[str], wait_minutes: int = 0
) -> Subscription | None:
    """Tell this guardian of these kinds by this channel from now on, of no others; no kinds end the subscription."""
    wanted = [kind for kind in EventKind.values if kind in set(kinds)]
    own = Subscription.objects.filter(guardianship=right, channel=channel, ends_on__isnull=True)
    open_one: Subscription | None = own.select_for_update(no_key=True).first()
    if open_one and (open_one.kinds, open_one.wait_minutes) == (wanted, wait_minutes):
        return open_one
    if not wanted:
        if open_one:
            unsubscribe(actor=actor, subscription=open_one)
        return None
    if channel == ChannelName.SMS and not _phones(right.guardian).exists():
        raise Refusal("no_phone", _NO_PHONE)
    before = open_one.kinds if open_one else []
    if open_one:
        open_one.kinds, open_one.wait_minutes = wanted, wait_minutes
        open_one.save(update_fields=["kinds", "wait_minutes"])
    else:
        open_one = Subscription.objects.create(
            guardianship=right, channel=channel, kinds=wanted, wait_minutes=wait_minutes, starts_on=clock.today()
        )
    _record_subscription(actor, open_one, before, wanted)
    return open_one


@transaction.atomic
def unsubscribe(*, actor: Actor, subscription: Subscription) -> None:
    """End it at once; one that has ended stays as it was."""
    if subscription.ends_on is None and _end(Subscription.objects.filter(pk=subscription.pk)):
        _record_subscription(actor, subscription, subscription.kinds, [])


@transaction.atomic
def choose_language(*, actor: Actor, guardian: Guardian, language: str) -> None:
    """Write to this guardian in another language from now on."""
    before = guardian.language
    if before == language:
        return
    guardian.language = language
    guardian.save(update_fields=["language"])
    body: dict[str, Json] = {"guardian": guardian.pk, "before": before, "after": language}
    record(
        [Fact(Verb.SETTINGS_CHANGED, sub_verb="language", object_id=guardian.pk, body=body)], actor=actor, tell=False
    )


@transaction.atomic
def choose_script(*, actor: Actor, guardian: Guardian, script: str) -> None:
    """Write SMS to this guardian in other letters from now on."""
    before = guardian.sms_script
    if before == script:
        return
    guardian.sms_script = script
    guardian.save(update_fields=["sms_script"])
    body: dict[str, Json] = {"guardian": guardian.pk, "before": before, "after": script}
    record([Fact(Verb.SETTINGS_CHANGED, sub_verb="script", object_id=guardian.pk, body=body)], actor=actor, tell=False)


def _phones(guardian: Guardian) -> QuerySet[Contact]:
    usable: QuerySet[Contact] = Contact.objects.usable().filter(guardian=guardian, kind=Contact.Kind.PHONE)
    return usable


def _end(subscriptions: QuerySet[Subscription]) -> int:
    """End those in force with yesterday, so that today is silent; one begun today leaves no trace but history's."""
    today = clock.today()
    in_force = subscriptions.filter(ends_on__isnull=True)
    begun_today, _ = in_force.filter(starts_on__gte=today).delete()
    return begun_today + in_force.update(ends_on=today - timedelta(days=1))


def _digest(contact: Contact, code: str) -> str:
    said = f"contact {school_now()}/{contact.pk} {code}"
    return hmac.new(settings.PIN_KEY, said.encode(), sha256).hexdigest()


def _record_contact(actor: Actor, verb: Verb, contact: Contact, **said: str) -> None:
    # The address itself stays out of history, which cannot forget it.
    fact = Fact(verb, sub_verb=contact.kind, object_id=contact.pk, body={"guardian": contact.guardian_id, **said})
    record([fact], actor=actor, tell=False)


def _record_subscription(actor: Actor, subscription: Subscription, before: list[str], after: list[str]) -> None:
    record([subscription_changed(subscription, before, after)], actor=actor, tell=False)


def subscription_changed(subscription: Subscription, before: list[str], after: list[str]) -> Fact:
    right = subscription.guardianship
    body: dict[str, Json] = {"guardian": right.guardian_id, "before": before, "after": after}
    return Fact(
        Verb.SUBSCRIPTION_CHANGED,
        sub_verb=subscription.channel,
        student_id=right.student_id,
        object_id=right.pk,
        body=body,
    )
