"""Accounts of the staff: a user follows the state's id of a person through all schools, a seat follows the post."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zvanets.accounts.models import Membership, Role, User
from zvanets.exchange.neispuo.roster import Roster
from zvanets.lib.transliterate import to_latin
from zvanets.schools.models import StaffMember

# The words of the national classification of occupations that name each seat; the first that fits decides.
SEATS = (
    ("заместник-директор", Role.SCHOOL_ADMIN),
    ("заместник директор", Role.SCHOOL_ADMIN),
    ("директор", Role.DIRECTOR),
    ("ръководител на направление информационни", Role.SCHOOL_ADMIN),
    ("системен администратор", Role.SCHOOL_ADMIN),
    ("учител", Role.TEACHER),
    ("възпитател", Role.TEACHER),
    ("педагог", Role.TEACHER),
    ("психолог", Role.TEACHER),
    ("логопед", Role.TEACHER),
    ("треньор", Role.TEACHER),
    ("корепетитор", Role.TEACHER),
    ("завеждащ", Role.CLERK),
    ("административна служба", Role.CLERK),
    ("технически секретар", Role.CLERK),
    ("деловодител", Role.CLERK),
    ("секретар", Role.CLERK),
)


@dataclass(frozen=True, slots=True)
class NewUser:
    person: int
    name: str
    stem: str  # the user name before it is made unique


@dataclass(frozen=True, slots=True)
class Accounts:
    """Users to make, and seats (person, role) to give; who has a seat already is counted only."""

    users: tuple[NewUser, ...]
    seats: tuple[tuple[int, Role], ...]
    unchanged: int

    @property
    def is_nothing(self) -> bool:
        return not self.users and not self.seats


def role_of(position: str) -> Role | None:
    """Return the seat of a post; a cook or a driver has none and needs no account."""
    name = position.casefold()
    return next((role for words, role in SEATS if words in name), None)


def wanted_accounts(roster: Roster) -> Accounts:
    """Compare the posts with the seats there are. A seat that was ever given and withdrawn is not given again."""
    wanted = _wanted_seats(roster)
    names = {one.person_id: one for one in roster.staff}
    by_hand = set(
        StaffMember.objects.filter(person_id__in=wanted, user__isnull=False, user__person_id__isnull=True).values_list(
            "person_id", flat=True
        )
    )
    users = set(User.objects.filter(person_id__in=wanted).values_list("person_id", flat=True))
    given = set(Membership.objects.filter(user__person_id__in=wanted).values_list("user__person_id", "role"))
    seats = [(person, role) for person, roles in wanted.items() if person not in by_hand for role in roles]
    missing = [person for person in wanted if person not in users and person not in by_hand]
    return Accounts(
        users=tuple(NewUser(person, names[person].full_name, _stem(names[person].names, person)) for person in missing),
        seats=tuple(seat for seat in seats if seat not in given),
        unchanged=sum(seat in given for seat in seats),
    )


def _wanted_seats(roster: Roster) -> Mapping[int, list[Role]]:
    """Everybody by their posts; who teaches a course is a teacher whatever the post is called."""
    wanted: dict[int, set[Role]] = {}
    for one in roster.staff:
        role = role_of(one.position)
        if role:
            wanted.setdefault(one.person_id, set()).add(role)
    for teaching in roster.teaching:
        wanted.setdefault(teaching.person, set()).add(Role.TEACHER)
    return {person: sorted(roles) for person, roles in sorted(wanted.items())}


def _stem(names: tuple[str, str, str], person: int) -> str:
    """Return "v.georgieva.500068": readable, and the same at every import."""
    first, _, last = names
    latin = [_letters(to_latin(first))[:1], _letters(to_latin(last))]
    return ".".join([*filter(None, latin), str(person)])[:140]


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isascii() and (letter.isalpha() or letter == "-"))


def free_usernames(users: Iterable[NewUser]) -> dict[int, str]:
    """Return a user name for each person; one that somebody else has taken gets a number."""
    stems = {one.person: one.stem for one in users}
    taken = set(User.objects.filter(username__in=stems.values()).values_list("username", flat=True))
    free = {}
    for person, stem in stems.items():
        name, number = stem, 1
        while name in taken or (number > 1 and User.objects.filter(username=name).exists()):
            number += 1
            name = f"{stem}-{number}"
        free[person] = name
        taken.add(name)
    return free
