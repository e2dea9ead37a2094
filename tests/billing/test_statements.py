import csv

import pytest
from click.testing import CliRunner

from tests.billing.test_purse import ordered, paid
from zvanets.billing import ledger
from zvanets.billing.actions import pay_out, withdraw
from zvanets.billing.commands import purse_statement, refund_paid
from zvanets.billing.models import Plan, Provider
from zvanets.lib import clock
from zvanets.lib.csvsafe import BOM
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


def statement(school) -> list[dict[str, str]]:
    today = clock.today().isoformat()
    done = CliRunner().invoke(purse_statement, [str(school.pk), "--from", today, "--to", today])
    assert done.exit_code == 0, done.output
    assert done.output.startswith(BOM)
    return list(csv.DictReader(done.output.removeprefix(BOM).splitlines(), delimiter=";"))


def test_a_statement_tells_each_payment_and_what_went_back(small, school, month):
    with at_school(small.id):
        Plan.objects.update(name="=1+1")
        first, second = ordered(small, month), ordered(small, month, 1)
        paid(first)
        paid(second)
        paid(second, provider=Provider.DESK, reference="T1")
        pay_out(actor=small.head, refund=withdraw(actor=small.actor, invoice=first))

    left, kept, twice = statement(school)
    assert (kept["Сума"], kept["Без ДДС"], kept["ДДС"], kept["За връщане"]) == ("0,61", "0,51", "0,10", "")
    assert (left["За връщане"], left["Защо"], left["Върнато"]) == ("0,61", "отказ от поръчката", left["Дата"])
    assert (twice["ДДС"], twice["Референция"], twice["Защо"]) == ("", "T1", "платено повторно")
    assert kept["Тарифа"] == "'=1+1"
    assert "Желева" not in str((left, kept, twice))


def test_days_without_payments_have_a_header_alone(small, school):
    assert statement(school) == []


def test_that_money_went_back_is_noted_once_by_command(small, school, month):
    with at_school(small.id):
        invoice = ordered(small, month)
        paid(invoice)
        withdraw(actor=small.actor, invoice=invoice)
    named = [str(school.pk), "epay", str(invoice.number)]

    assert [CliRunner().invoke(refund_paid, named).output for _ in range(2)] == ["Noted.\n"] * 2
    with at_school(small.id):
        assert ledger.balances()["bank"] == -61
    assert CliRunner().invoke(refund_paid, [*named[:2], "none"]).exit_code == 1
