"""What a school's families are offered, and until when."""

from collections.abc import Collection
from datetime import date

from django.db import transaction

from zvanets.billing.models import PAID_CHANNELS, Plan
from zvanets.guardians.models import ChannelName
from zvanets.history.record import Actor, Fact, Json, record
from zvanets.history.verbs import Verb
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.pricing import MOST_MONTHS, Price, dearer_than_its_months

_DEAR = gettext_noop("%(months)s месеца за %(cents)s цента са по-скъпи от същите месеци поотделно.")
_MONTHS = gettext_noop("Тарифата е за 1 до 12 месеца.")
_PRICE = gettext_noop("Цената е поне 2 цента, а ДДС е от 0 до 99 %%.")
_FREE = gettext_noop("Платени могат да бъдат само SMS и обажданията; порталът, пощата и известията са безплатни.")
_BACKWARDS = gettext_noop("Тарифата свършва, преди да е започнала.")


@transaction.atomic
def offer_plan(
    *,
    actor: Actor,
    name: str,
    months: int,
    cents: int,
    starts_on: date,
    ends_on: date | None = None,
    channels: Collection[str] = PAID_CHANNELS,
    is_per_family: bool = False,
    vat_percent: int = 20,
) -> Plan:
    """Offer a plan from a day on. Raises Refusal `months`, `price`, `free_channel`, `dates`, `dear`."""
    _check(months, cents, vat_percent, channels)
    if ends_on and ends_on < starts_on:
        raise Refusal("dates", _BACKWARDS)
    sold = [channel.value for channel in ChannelName if channel in channels]
    like_it = Plan.objects.filter(channels=sold, is_per_family=is_per_family)
    prices = [Price(each.months, each.cents, each.starts_on, each.ends_on) for each in like_it]
    if dear := dearer_than_its_months([*prices, Price(months, cents, starts_on, ends_on)]):
        raise Refusal("dear", _DEAR, {"months": dear.months, "cents": dear.cents})
    plan = Plan.objects.create(
        name=name.strip(), months=months, cents=cents, vat_percent=vat_percent, channels=sold,
        is_per_family=is_per_family, starts_on=starts_on, ends_on=ends_on,
    )  # fmt: skip
    _record(actor, Verb.TARIFF_OFFERED, plan, {"name": plan.name, "months": months, "cents": cents, "channels": sold})
    return plan


@transaction.atomic
def close_plan(*, actor: Actor, plan: Plan, last_day: date) -> None:
    """Offer it no longer than to a day; what was ordered stays. Raises Refusal `dates`."""
    if last_day < plan.starts_on:
        raise Refusal("dates", _BACKWARDS)
    plan.ends_on = last_day
    plan.save(update_fields=["ends_on"])
    _record(actor, Verb.TARIFF_CLOSED, plan, {"name": plan.name, "last_day": last_day.isoformat()})


def _check(months: int, cents: int, vat_percent: int, channels: Collection[str]) -> None:
    if not 1 <= months <= MOST_MONTHS:
        raise Refusal("months", _MONTHS)
    if cents < 2 or not 0 <= vat_percent < 100:
        raise Refusal("price", _PRICE)
    if not channels or not set(channels) <= set(PAID_CHANNELS):
        raise Refusal("free_channel", _FREE)


def _record(actor: Actor, verb: Verb, plan: Plan, body: dict[str, Json]) -> None:
    record([Fact(verb, object_id=plan.pk, body=body)], actor=actor, tell=False)
