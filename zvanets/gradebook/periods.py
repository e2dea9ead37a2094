"""The days of a class's terms, and which of them a grade belongs to."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.db.models import Q

from zvanets.rules.finals import Period
from zvanets.schools.models import ClassGroup, Term

Days = tuple[date, date]


def days_of(group: ClassGroup) -> Mapping[Period, Days]:
    """Return the first and last day of each term and of the year, as far as the school has set them.

    The days between two terms belong to the first. In a combined class the widest dates count.
    """
    own = Q(year_group=group.year_group_id) | Q(year_group__class_groups__parent=group.pk)
    terms: dict[int, Days] = {}
    for number, starts, ends in Term.objects.filter(own).values_list("number", "starts_on", "ends_on").distinct():
        known = terms.get(number, (starts, ends))
        terms[number] = min(starts, known[0]), max(ends, known[1])
    found = {Period(number): days for number, days in sorted(terms.items())}
    if {Period.TERM_1, Period.TERM_2} <= found.keys():
        found[Period.TERM_1] = found[Period.TERM_1][0], found[Period.TERM_2][0] - timedelta(days=1)
    if found:
        found[Period.YEAR] = min(days[0] for days in found.values()), max(days[1] for days in found.values())
    return found


def period_now(days: Mapping[Period, Days], today: date) -> Period:
    """Return the term that runs, before the first the first, after the last the year."""
    terms = [period for period in days if period is not Period.YEAR]
    return next((period for period in terms if today <= days[period][1]), Period.YEAR if days else Period.TERM_1)
