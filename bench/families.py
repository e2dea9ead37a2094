"""Guardians for the children of a school to measure in: 19 for ten children, who hear of everything in the portal and by e-mail."""

from datetime import timedelta

from zvanets.guardians.models import ChannelName, Contact, EventKind, Guardian, Guardianship, Relation, Subscription
from zvanets.history.models import Grace
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.schools.models import Student
from zvanets.tenancy.school import at_school


def give_families(school_id: int, *, grace_seconds: int, by_sms: bool = False) -> None:
    """With `by_sms` every second guardian has a telephone in the place of a mailbox."""
    start = clock.today() - timedelta(days=30)
    with at_school(school_id):
        Grace.objects.create(verb=Verb.GRADE_GIVEN, seconds=grace_seconds)
        children = list(Student.objects.order_by("pk"))
        pairs = [(child, relation) for n, child in enumerate(children) for relation in _relations(n)]
        guardians = Guardian.objects.bulk_create(
            Guardian(first_name="Родител", last_name=child.last_name, sort_name=f"родител {child.last_name}".casefold())
            for child, _ in pairs
        )
        Contact.objects.bulk_create(
            Contact(
                guardian=each,
                kind=Contact.Kind.PHONE if by_sms and place % 2 else Contact.Kind.EMAIL,
                address=f"+359990{each.pk:06}" if by_sms and place % 2 else f"g{each.pk}@example.org",
                confirmed_at=clock.now(),
            )
            for place, each in enumerate(guardians)
        )
        rights = Guardianship.objects.bulk_create(
            Guardianship(guardian=guardian, student=child, relation=relation, starts_on=start)
            for guardian, (child, relation) in zip(guardians, pairs, strict=True)
        )
        Subscription.objects.bulk_create(
            Subscription(guardianship=right, channel=channel, kinds=EventKind.values, starts_on=start)
            for place, right in enumerate(rights)
            for channel in (ChannelName.PORTAL, ChannelName.SMS if by_sms and place % 2 else ChannelName.EMAIL)
        )


def _relations(n: int) -> tuple[Relation, ...]:
    return (Relation.MOTHER,) if n % 10 == 9 else (Relation.MOTHER, Relation.FATHER)
