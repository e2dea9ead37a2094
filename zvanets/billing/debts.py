"""What a child's code owes at a desk: an order that waits, or the next period of somebody who has or had SMS."""

from dataclasses import dataclass
from datetime import timedelta

from zvanets.billing.covering import paid_until
from zvanets.billing.models import Invoice, Plan, Silenced
from zvanets.guardians.models import Subscription
from zvanets.lib import clock
from zvanets.schools.models import Student

DUE_BEFORE = timedelta(days=14)  # of the end of what is paid; sooner a desk has nothing to ask for


@dataclass(frozen=True, slots=True)
class Debt:
    plan: Plan
    invoice: Invoice | None = None  # one that waits, with the price of its day

    @property
    def cents(self) -> int:
        return self.invoice.cents if self.invoice else self.plan.cents


def debt_of(student: Student) -> Debt | None:
    """Return what the child's code owes today, None when nothing; the school of the child is open."""
    waiting = Invoice.objects.payable(at=clock.now()).filter(student=student).select_related("plan").newest_first()
    if invoice := waiting.first():
        return Debt(invoice.plan, invoice)
    plan = _next_plan(student)
    return Debt(plan) if plan and _is_due(student, plan) else None


def _next_plan(student: Student) -> Plan | None:
    """The plan of the last payment where it is still offered, else the shortest one."""
    offered = list(Plan.objects.offered(on=clock.today()).shortest_first())
    last = Invoice.objects.filter(student=student, paid_at__isnull=False).newest_first().values_list("plan", flat=True)
    before = last.first()
    return next((plan for plan in offered if plan.pk == before), offered[0] if offered else None)


def _is_due(student: Student, plan: Plan) -> bool:
    today = clock.today()
    until = paid_until([student.pk], plan.channels).get(student.pk)
    if until and until - DUE_BEFORE > today:
        return False
    own = Subscription.objects.active(on=today).filter(guardianship__student=student, channel__in=plan.channels)
    return own.exists() or Silenced.objects.filter(student=student).exists()
