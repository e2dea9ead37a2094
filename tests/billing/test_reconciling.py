import pytest
from click.testing import CliRunner
from django.core.checks import run_checks

from tests.billing.test_purse import ordered, paid
from tests.marks import committed
from tests.small_school import build
from zvanets.billing.commands import offer_plan as offer_plan_command
from zvanets.billing.commands import reconcile
from zvanets.billing.models import Coverage, Notice, Plan, Provider
from zvanets.billing.plans import offer_plan
from zvanets.billing.providers.epay.packet import sign
from zvanets.billing.providers.epay.webhook import receive
from zvanets.billing.reconciling import BadList, differences, read_list
from zvanets.lib import clock
from zvanets.tenancy.school import at_school

SECRET = "x" * 64


@pytest.fixture
def invoice(school, settings):
    """A paid order, told of by ePay.bg."""
    settings.EPAY_MIN, settings.EPAY_SECRET = "1", SECRET
    small = build(school.pk)
    with at_school(small.id):
        plan = offer_plan(actor=small.head, name="Месец", months=1, cents=61, starts_on=clock.today())
        invoice = ordered(small, plan)
    tell(f"INVOICE={invoice.number}:STATUS=PAID:PAY_TIME=20261121203000")
    return invoice


def tell(text: str) -> None:
    signed = sign(text, secret=SECRET)
    receive(signed.encoded, signed.checksum)


@committed
def test_where_all_agrees_there_is_nothing_to_say(invoice, tmp_path):
    assert list(differences("epay", {str(invoice.number): 61})) == []

    theirs = tmp_path / "list.csv"
    theirs.write_text(f"\ufeff{invoice.number};0,61\n")
    done = CliRunner().invoke(reconcile, ["--list", str(theirs)])
    assert (done.exit_code, done.output) == (0, "0 differences.\n")


@committed
def test_every_difference_is_named(invoice, school):
    number = invoice.number
    tell(f"INVOICE={number}:STATUS=PAID:PAY_TIME=20261121999999")
    Notice.objects.create(provider=Provider.EPAY, digest=b"1", text="INVOICE=5", received_at=clock.now())
    Notice.objects.create(provider=Provider.DESK, digest=b"2", text="TID=7", received_at=clock.now(), answer="13")
    Notice.objects.create(
        provider=Provider.EPAY,
        digest=b"3",
        text="INVOICE=999777:STATUS=PAID",
        invoice=999777,
        received_at=clock.now(),
        answer="OK",
    )
    with at_school(school.pk):
        paid(invoice, provider=Provider.DESK, reference="T1")
        paid(invoice, cents=5, reference="odd")
        Coverage.objects.all().delete()

    found = "\n".join(differences("epay", {str(number): 60, "999": 305}))
    for text in (
        f"invoice {number} is paid and covers nobody",
        "0.61\u00a0€ of payment desk T1 is to be given back (twice)",
        f"invoice {number} was told as paid in 2 different ways",
        "of epay was not settled: INVOICE=5",
        "refused with 13: TID=7",
        "invoice 999777 was told as paid and is not booked",
        "payment epay odd was never told of",
        f"{number}: we have 0.61\u00a0€, they have 0.60\u00a0€",
        "999: they have 3.05\u00a0€, we have nothing",
        "odd: we have 0.05\u00a0€, they have nothing",
    ):
        assert text in found
    assert CliRunner().invoke(reconcile).exit_code == 1


def test_a_list_is_read_and_what_is_none_is_named():
    assert read_list(["1;0,61", "", "2; 3.05", "1;0.61"]) == {"1": 122, "2": 305}
    with pytest.raises(BadList, match="line 2"):
        read_list(["1;0.61", "2"])
    with pytest.raises(BadList):
        read_list(["1;x"])


@pytest.mark.django_db
def test_a_plan_is_offered_by_command_and_a_dear_one_refused(school):
    build(school.pk)
    month = [str(school.pk), "--name", "Месец", "--months", "1", "--cents", "61", "--from", "2026-09-15"]
    dear = [str(school.pk), "--name", "Срок", "--months", "5", "--cents", "307", "--from", "2026-09-15"]

    assert CliRunner().invoke(offer_plan_command, month).exit_code == 0
    refused = CliRunner().invoke(offer_plan_command, dear)
    assert refused.exit_code == 1
    assert "по-скъпи" in refused.output
    with at_school(school.pk):
        assert Plan.objects.get().cents == 61


@pytest.mark.parametrize(
    ("wrong", "number"),
    [({"EPAY_MIN": "1"}, "E020"), ({"EPAY_BILLING_SECRET": "x"}, "E021"), ({"EPAY_URL": "http://epay.bg"}, "E022")],
)
def test_half_an_account_stops_the_start(settings, wrong, number):
    for name, value in wrong.items():
        setattr(settings, name, value)

    assert f"zvanets.{number}" in {error.id for error in run_checks(tags=["zvanets"])}
