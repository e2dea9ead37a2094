"""What a school decides for itself: how long parents are not yet told, what is locked, how averages count."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from zvanets.history.models import Grace
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.rules.averages import Counting
from zvanets.schools.models import SchoolSettings
from zvanets.tenancy.school import school_now

# A school sets one window for each family; its verbs share it.
FAMILIES: Mapping[str, tuple[Verb, ...]] = {
    "grades": (Verb.GRADE_GIVEN, Verb.GRADE_CORRECTED, Verb.GRADE_WITHDRAWN),
    "remarks": (Verb.REMARK_WRITTEN, Verb.PRAISE_WRITTEN, Verb.REMARK_WITHDRAWN),
    "homework": (Verb.HOMEWORK_GIVEN, Verb.HOMEWORK_CHANGED, Verb.HOMEWORK_WITHDRAWN),
    "absences": (
        Verb.ABSENCE_RECORDED,
        Verb.LATENESS_RECORDED,
        Verb.ABSENCE_CHANGED,
        Verb.ABSENCE_EXCUSED,
        Verb.ABSENCE_WITHDRAWN,
    ),
}


@dataclass(frozen=True, slots=True)
class Choices:
    graces: Mapping[str, int]  # seconds by family
    future_entries_locked: bool = True
    past_month_lock_day: int | None = None
    averages_of_rounded_grades: bool = False
    grade_weights: tuple[int, ...] = ()  # by NEISPUO's number of the kind; none: all grades count once

    def as_json(self) -> dict[str, Any]:
        return {
            **{f"grace_{family}": seconds for family, seconds in sorted(self.graces.items())},
            "future_entries_locked": self.future_entries_locked,
            "past_month_lock_day": self.past_month_lock_day,
            "averages_of_rounded_grades": self.averages_of_rounded_grades,
            "grade_weights": list(self.grade_weights),
        }


def choices_now() -> Choices:
    """Return what is in force, the defaults where the school said nothing."""
    chosen = dict(Grace.objects.values_list("verb", "seconds"))
    graces = {family: chosen.get(verbs[0], verbs[0].grace_seconds) for family, verbs in FAMILIES.items()}
    row = SchoolSettings.objects.first()
    if row is None:
        return Choices(graces)
    return Choices(
        graces,
        row.future_entries_locked,
        row.past_month_lock_day,
        row.averages_of_rounded_grades,
        tuple(row.grade_weights),
    )


def counting_now() -> Counting:
    """Return how the school that is open counts averages."""
    chosen = SchoolSettings.objects.values_list("averages_of_rounded_grades", "grade_weights").first()
    return Counting.of(*chosen) if chosen else Counting()


@transaction.atomic
def change_choices(actor: Actor, wanted: Choices) -> bool:
    """Put the choices in force and record both states; False when nothing changed."""
    before = choices_now()
    if before == wanted:
        return False
    SchoolSettings.objects.update_or_create(
        school_id=school_now(),
        defaults={
            "future_entries_locked": wanted.future_entries_locked,
            "past_month_lock_day": wanted.past_month_lock_day,
            "averages_of_rounded_grades": wanted.averages_of_rounded_grades,
            "grade_weights": list(wanted.grade_weights),
        },
    )
    changed = {family: seconds for family, seconds in wanted.graces.items() if before.graces[family] != seconds}
    verbs = [verb for family in changed for verb in FAMILIES[family]]
    Grace.objects.filter(verb__in=verbs).delete()
    Grace.objects.bulk_create(
        Grace(verb=verb, seconds=seconds) for family, seconds in changed.items() for verb in FAMILIES[family]
    )
    body = {"before": before.as_json(), "after": wanted.as_json()}
    record([Fact(Verb.SETTINGS_CHANGED, body=body)], actor=actor, tell=False)
    return True
