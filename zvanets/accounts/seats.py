"""All places of one person: the schools they work in, their children, the national service."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext

from zvanets.accounts.models import FAMILY, STAFF, Role, User
from zvanets.lib import clock
from zvanets.tenancy.school import as_user

_SEATS = """
SELECT m.role, m.school_id, s.short_name
FROM accounts_membership m JOIN schools_school s ON s.id = m.school_id
WHERE m.user_id = %(user)s AND m.starts_on <= %(today)s AND (m.ends_on IS NULL OR m.ends_on >= %(today)s)
ORDER BY s.name, m.school_id, m.id
"""
FAMILY_URL = "/p/"
OPERATOR_URL = "/o/"
PLACES = "places"  # in the session: how many places its holder may choose from, so that the header asks nothing


@dataclass(frozen=True, slots=True)
class Place:
    """A front that a person may enter, as the menu shows it."""

    url: str
    title: str
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat in force, with the name of its school."""

    role: str
    school_id: int
    school: str


def seats_of(user: User) -> list[Seat]:
    """Every seat in force, in all schools: one statement through the policy `mine`, by hand since every front asks it."""
    with as_user(user.pk), connection.cursor() as cursor:
        cursor.execute(_SEATS, {"user": user.pk, "today": clock.today()})
        return [Seat(*row) for row in cursor.fetchall()]


def has_staff_seat(user: User, seats: Iterable[Seat]) -> bool:
    return user.is_operator or any(seat.role in STAFF for seat in seats)


def places(user: User, seats: Sequence[Seat], *, here: str = "") -> list[Place]:
    """Return a place for each school where the user works, one for all their children, one for the operator."""
    works: dict[int, list[Seat]] = {}
    for seat in seats:
        if seat.role in STAFF:
            works.setdefault(seat.school_id, []).append(seat)
    found = [(f"/s/{school}/", f"{own[0].school}: {_roles(own)}") for school, own in works.items()]
    if any(seat.role in FAMILY for seat in seats):
        found.append((FAMILY_URL, _family_title(seats)))
    if user.is_operator:
        found.append((OPERATOR_URL, gettext("Националната услуга")))
    return [Place(url, title, is_here=bool(here) and here.startswith(url)) for url, title in found]


def _roles(seats: Iterable[Seat]) -> str:
    return ", ".join(gettext(str(Role(seat.role).label)) for seat in seats)


def _family_title(seats: Iterable[Seat]) -> str:
    roles = {seat.role for seat in seats}
    if Role.GUARDIAN in roles:
        return gettext("Моите деца")
    return gettext("Моят дневник") if Role.STUDENT in roles else gettext("Портал за семейството")
