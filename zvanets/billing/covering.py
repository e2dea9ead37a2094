"""Whose messages a paid order covers, and until when; every date of a subscription that money decides is set here."""

from collections.abc import Collection
from datetime import date

from django.db.models import Max

from zvanets.billing.models import Coverage, Invoice, Silenced, Warned
from zvanets.guardians.models import Guardianship
from zvanets.guardians.subscriptions import resubscribe
from zvanets.history.record import Actor
from zvanets.lib import clock
from zvanets.rules.pricing import next_period
from zvanets.schools.models import Student


def cover(actor: Actor, invoice: Invoice) -> None:
    """Write the days that were bought, for one child or the family, and open again what silence had ended."""
    children = _children(invoice)
    # Two payments for one child at a moment: the second begins where the first ends.
    list(Student.objects.select_for_update(no_key=True).filter(pk__in=children).order_by("pk"))
    until, today = paid_until(children, invoice.plan.channels), clock.today()
    Coverage.objects.bulk_create(
        Coverage(invoice=invoice, student_id=child, starts_on=bought.starts_on, ends_on=bought.ends_on)
        for child in sorted(children)
        for bought in [next_period(until.get(child), invoice.plan.months, today=today)]
    )
    silenced = Silenced.objects.filter(student__in=children, subscription__channel__in=invoice.plan.channels)
    resubscribe(
        actor=actor, ended=[each.subscription for each in silenced.select_related("subscription__guardianship")]
    )
    silenced.delete()


def uncover(invoice: Invoice) -> None:
    """Take the days back. The warnings of before go too: what is paid ends sooner now, and that is to be told anew."""
    Warned.objects.filter(student__in=invoice.covers.values("student")).delete()
    invoice.covers.all().delete()


def paid_until(students: Collection[int], channels: Collection[str]) -> dict[int, date]:
    """Return for each child who has some days the last day on which any of the channels is paid."""
    own = Coverage.objects.filter(student__in=students, invoice__plan__channels__overlap=list(channels))
    return dict(own.values_list("student").annotate(last=Max("ends_on")))


def _children(invoice: Invoice) -> set[int]:
    """The child; of a plan for the family also whoever has a legal guardian in common with the child."""
    own = {invoice.student_id} if invoice.student_id else set()
    if not invoice.plan.is_per_family:
        return own
    standing = Guardianship.objects.active(on=clock.today()).filter(is_legal=True)
    parents = standing.filter(student=invoice.student_id)
    if invoice.guardian_id:
        parents = parents.filter(guardian=invoice.guardian_id)
    return own | set(standing.filter(guardian__in=parents.values("guardian")).values_list("student", flat=True))
