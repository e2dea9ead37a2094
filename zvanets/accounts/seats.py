"""All places of one person: the schools they work in, their children, the national service."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from zvanets.accounts.models import FAMILY, STAFF, Membership, Role, User
from zvanets.lib import clock
from zvanets.tenancy.school import as_user

FAMILY_URL = "/p/"
OPERATOR_URL = "/o/"
PLACES = "places"  # in the session: how many places its holder may choose from, so that the header asks nothing


@dataclass(frozen=True, slots=True)
class Place:
    """A front that a person may enter, as the menu shows it."""

    url: str
    title: str
    is_here: bool = False


def seats_of(user: User) -> list[Membership]:
    """Every seat in force, in all schools, with the schools' names: one query through the policy `mine`."""
    with as_user(user.pk):
        seats = Membership.objects.of(user).active(on=clock.today()).select_related("school")
        return list(seats.order_by("school__name", "school_id", "id"))


def has_staff_seat(user: User, seats: Iterable[Membership]) -> bool:
    return user.is_operator or any(seat.role in STAFF for seat in seats)


def places(user: User, seats: Sequence[Membership], *, here: str = "") -> list[Place]:
    """Return a place for each school where the user works, one for all their children, one for the operator."""
    works: dict[int, list[Membership]] = {}
    for seat in seats:
        if seat.role in STAFF:
            works.setdefault(seat.school_id or 0, []).append(seat)
    found = [(f"/s/{school}/", f"{own[0].school}: {_roles(own)}") for school, own in works.items()]
    if any(seat.role in FAMILY for seat in seats):
        found.append((FAMILY_URL, _family_title(seats)))
    if user.is_operator:
        found.append((OPERATOR_URL, gettext("Националната услуга")))
    return [Place(url, title, is_here=bool(here) and here.startswith(url)) for url, title in found]


def _roles(seats: Iterable[Membership]) -> str:
    return ", ".join(gettext(str(Role(seat.role).label)) for seat in seats)


def _family_title(seats: Iterable[Membership]) -> str:
    roles = {seat.role for seat in seats}
    if Role.GUARDIAN in roles:
        return gettext("Моите деца")
    return gettext("Моят дневник") if Role.STUDENT in roles else gettext("Портал за семейството")
