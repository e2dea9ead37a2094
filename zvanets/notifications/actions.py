"""What others may ask of telling: end e-mails by one click, send a code to a new address, mark messages as read."""

from collections.abc import Collection

from django.db import transaction

from zvanets.guardians.actions import start_confirmation, unsubscribe
from zvanets.guardians.models import ChannelName, Contact, Guardian, Guardianship, Subscription
from zvanets.history.record import Actor
from zvanets.lib import clock
from zvanets.notifications import outbox, wording
from zvanets.notifications.composing import as_sms
from zvanets.notifications.models import Message
from zvanets.notifications.tokens import Unsubscribing, read_unsubscribe_token
from zvanets.rules.delivery import Status
from zvanets.tenancy.school import at_school

__all__ = ["end_emails", "mark_read", "send_code"]


def end_emails(token: str, *, address: str = "") -> Unsubscribing | None:
    """End the e-mails that a signed token names and return what it named, None for a token that is not ours.

    Opens the school itself: who clicks in a mail program has not signed in. Calling it again changes nothing (RFC 8058).
    """
    named = read_unsubscribe_token(token)
    if named is None:
        return None
    with at_school(named.school_id):
        right = Guardianship.objects.select_related("guardian").filter(pk=named.guardianship_id).first()
        if right is None:
            return None
        actor = Actor(right.guardian.user_id, "guardian", address)
        open_ones = Subscription.objects.filter(guardianship=right, channel=ChannelName.EMAIL, ends_on__isnull=True)
        for subscription in open_ones.select_related("guardianship"):
            unsubscribe(actor=actor, subscription=subscription)
    return named


@transaction.atomic
def send_code(*, contact: Contact) -> Message:
    """Send a new code to an address or a number that is to be confirmed. Raises Refusal `too_soon`."""
    code, now = start_confirmation(contact=contact), clock.now()
    guardian: Guardian = contact.guardian
    language = wording.language_of(guardian.language)
    channel = ChannelName.EMAIL if contact.kind == Contact.Kind.EMAIL else ChannelName.SMS
    said = wording.words("contact.code", {"title": code}, channel=channel, language=language, is_private=False)
    text = "\n".join(said.lines)
    message: Message = Message.objects.create(
        guardian=guardian,
        contact=contact,
        channel=channel,
        language=language,
        subject=said.subject,
        text=as_sms(text, script=guardian.sms_script, language=language) if channel == ChannelName.SMS else text,
        is_urgent=True,
        entered_at=now,
        created_at=now,
        due_at=now,
    )
    if channel == ChannelName.SMS:
        outbox.ring(channel)
    return message


def mark_read(messages: Collection[int]) -> int:
    """Note that a guardian has seen these messages of theirs in the portal."""
    unread = Message.objects.filter(pk__in=messages, channel=ChannelName.PORTAL, read_at__isnull=True)
    return unread.filter(status=Status.DELIVERED).update(read_at=clock.now())
