"""The numbers of long messages: one after the other for each telephone, whoever counts."""

from datetime import timedelta

from django.db import connections, transaction

from tests.marks import committed
from zvanets.lib import clock
from zvanets.notifications.channels.sms import series
from zvanets.notifications.models import SmsSeries

pytestmark = committed


def count(*numbers: int) -> list[int]:
    with transaction.atomic(using="worker"), connections["worker"].cursor() as cursor:
        return series.next_series(cursor, numbers, now=clock.now())


def test_each_telephone_has_a_count_of_its_own():
    first, other, second, third = count(1, 2, 1, 1)
    assert [second, third] == [(first + 1) % 65_536, (first + 2) % 65_536]
    assert count(2, 1) == [(other + 1) % 65_536, (first + 3) % 65_536]
    assert count() == []


def test_after_the_last_number_comes_the_first():
    count(1)
    SmsSeries.objects.using("worker").update(last=65_534)
    assert count(1, 1, 1) == [65_535, 0, 1]


def test_a_count_is_forgotten_after_a_quarter():
    count(1)
    series.forget(now=clock.now() + timedelta(days=89))
    assert SmsSeries.objects.using("worker").exists()
    series.forget(now=clock.now() + timedelta(days=91))
    assert not SmsSeries.objects.using("worker").exists()
