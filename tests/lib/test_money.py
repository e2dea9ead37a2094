from decimal import Decimal

import pytest

from zvanets.lib.money import bgn_of_eur, eur_of_bgn, shown_money


@pytest.mark.parametrize(("leva", "euro"), [("1.20", "0.61"), ("6.00", "3.07"), ("1.95583", "1.00"), ("0.00", "0.00")])
def test_leva_become_euro_by_the_whole_rate(leva, euro):
    assert eur_of_bgn(Decimal(leva)) == Decimal(euro)


def test_the_third_decimal_decides():
    assert eur_of_bgn(Decimal("0.00977915")) == Decimal("0.01")
    assert eur_of_bgn(Decimal("0.0097")) == Decimal("0.00")


def test_five_single_months_are_not_the_price_of_a_term():
    assert 5 * eur_of_bgn(Decimal("1.20")) != eur_of_bgn(Decimal("6.00"))


def test_euro_can_be_shown_in_leva():
    assert bgn_of_eur(Decimal("0.61")) == Decimal("1.19")


def test_money_is_shown_with_its_sign():
    assert shown_money(Decimal("0.61")) == "0,61\u00a0€"
    assert shown_money(Decimal("1.2"), "BGN") == "1,20\u00a0лв."
    assert shown_money(Decimal("0.61"), lang="en") == "0.61\u00a0€"
