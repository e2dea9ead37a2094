"""Many subscriptions at once, whose dates somebody else decides: ended for want of money, and opened again."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from zvanets.guardians.actions import subscription_changed
from zvanets.guardians.models import Subscription
from zvanets.history.record import Actor, record
from zvanets.lib import clock


@transaction.atomic
def end_subscriptions(*, actor: Actor, subscriptions: Sequence[Subscription]) -> None:
    """End several open ones with yesterday, those begun today too; the rows stay, for `resubscribe` to read."""
    today = clock.today()
    own = Subscription.objects.filter(pk__in=[each.pk for each in subscriptions])
    own.update(ends_on=Greatest(F("starts_on"), today - timedelta(days=1)))
    record([subscription_changed(each, each.kinds, []) for each in subscriptions], actor=actor, tell=False)


@transaction.atomic
def resubscribe(*, actor: Actor, ended: Sequence[Subscription]) -> None:
    """Open again what `end_subscriptions` ended, unless the guardian opened one since."""
    rights = [each.guardianship_id for each in ended]
    open_now = set(
        Subscription.objects.filter(guardianship__in=rights, ends_on=None).values_list("guardianship_id", "channel")
    )
    wanted = {(each.guardianship_id, each.channel): each for each in ended}
    missing = [each for key, each in wanted.items() if key not in open_now]
    if not missing:
        return
    Subscription.objects.bulk_create(
        Subscription(
            guardianship_id=each.guardianship_id,
            channel=each.channel,
            kinds=each.kinds,
            digest_kinds=each.digest_kinds,
            wait_minutes=each.wait_minutes,
            starts_on=clock.today(),
        )
        for each in missing
    )
    record([subscription_changed(each, [], each.kinds) for each in missing], actor=actor, tell=False)
