"""The people of the invented school in the database: users, seats, staff, students, guardians and what they ask for."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from zvanets.accounts.models import Membership, Role, User
from zvanets.demo.contacts import PREFIX
from zvanets.demo.names import Person
from zvanets.demo.rows import array, insert
from zvanets.demo.school import CHILDREN, MOTHER, SCHOOL_ID, SEED
from zvanets.demo.shape import MORNING_CLASS, Invented
from zvanets.demo.staffing import DEMO_TEACHER
from zvanets.guardians.models import (
    ChannelName,
    Contact,
    EventKind,
    Guardian,
    Guardianship,
    Relation,
    SmsScript,
    Subscription,
)
from zvanets.lib.damm import new_code
from zvanets.lib.names import sort_key
from zvanets.lib.transliterate import to_latin
from zvanets.notifications.channels.sms.wishes import KINDS
from zvanets.schools.models import StaffMember, StaffPosition, Student, StudentCode

OPERATOR, DIRECTOR, ADMIN, HOMEROOM, TEACHER = "operator", "direktor", "administrator", "klasen", "uchitel"
CLERK, GUARDIAN, STUDENT, GUEST = "sekretar", "roditel", "uchenik", "gost"
GRANDMOTHER = Person("Радка", "Иванова", "Василева", "f")
_OWN_LOGIN_FROM_LEVEL = 5
_LESS_BY_EMAIL = {EventKind.HOMEWORK, EventKind.TIMETABLE}
_EVERY_BY_SMS, _EVERY_LATIN = 2, 3  # every second guardian asked for SMS, every third reads Latin letters
_NAMED = ("first_name", "middle_name", "last_name", "sort_name", "gender", "user")

Right = tuple[int, int, str, bool, bool, date]  # guardian, student, relation, is legal, may excuse, since


@dataclass
class People:
    """Keys of the rows, by the places of the invented school's tuples."""

    invented: Invented
    password: str  # hashed
    since: date
    now: datetime
    rng: Random = field(default_factory=lambda: Random(SEED))
    names: Counter[str] = field(default_factory=Counter)
    staff: list[int] = field(default_factory=list)
    staff_users: dict[int, int] = field(default_factory=dict)
    students: list[int] = field(default_factory=list)
    student_users: dict[int, int] = field(default_factory=dict)

    def build(self) -> None:
        self._staff()
        self._students()
        self._guardians()
        self._user("Дежурен оператор", OPERATOR, is_operator=True)

    def _staff(self) -> None:
        workers = self.invented.workers
        given = _first_of_each_role(self.invented)
        seated = [place for place, worker in enumerate(workers) if worker.role]
        users = self._users([(workers[place].person, given.get(place)) for place in seated])
        self.staff_users = dict(zip(seated, users, strict=True))
        self._seat([(user, Role(workers[place].role)) for place, user in self.staff_users.items()])
        rows = [_named(worker.person, self.staff_users.get(place)) for place, worker in enumerate(workers)]
        self.staff = insert(StaffMember, _NAMED, rows)
        posts = [(member, worker.code, worker.post) for member, worker in zip(self.staff, workers, strict=True)]
        insert(StaffPosition, ("staff_member", "code", "name"), posts)

    def _students(self) -> None:
        pupils = self.invented.pupils
        levels = {s.pupil: part.level for book in self.invented.books for part in book.parts for s in part.seats}
        old = [place for place in range(len(pupils)) if levels[place] >= _OWN_LOGIN_FROM_LEVEL]
        demo = CHILDREN[MORNING_CLASS]
        users = self._users([(pupils[p].person, STUDENT if pupils[p].person == demo else None) for p in old])
        self._seat([(user, Role.STUDENT) for user in users])
        user_of = self.student_users = dict(zip(old, users, strict=True))
        codes = self._codes(len(pupils))
        rows = [
            (*_named(pupil.person, user_of.get(place)), code)
            for place, (pupil, code) in enumerate(zip(pupils, codes, strict=True))
        ]
        self.students = insert(Student, (*_NAMED, "code"), rows)
        insert(
            StudentCode,
            ("code", "school_id", "student_id"),
            [(code, SCHOOL_ID, s) for code, s in zip(codes, self.students, strict=True)],
        )

    def _guardians(self) -> None:
        people = [kin.person for kin in self.invented.kin]
        users = self._users([(person, GUARDIAN if person == MOTHER else None) for person in people])
        self._seat([(user, Role.GUARDIAN) for user in users])
        guest = self._user(GRANDMOTHER.short, GUEST)
        self._seat([(guest, Role.GUEST)])
        named = [_named(p, u) for p, u in zip([*people, GRANDMOTHER], [*users, guest], strict=True)]
        guardians = insert(
            Guardian, (*_NAMED, "sms_script"), [(*row, _script(place)) for place, row in enumerate(named)]
        )
        self._contacts(guardians, [*users, guest])
        rights: list[Right] = [
            (guardians[kin], self.students[place], relation, True, True, self.since)
            for place, pupil in enumerate(self.invented.pupils)
            for kin, relation in pupil.kin
        ]
        child = next(place for place, p in enumerate(self.invented.pupils) if p.person == CHILDREN[MORNING_CLASS])
        rights.append((guardians[-1], self.students[child], Relation.OTHER, False, False, self.since))
        asked = set(guardians[::_EVERY_BY_SMS])
        by_sms = [right for right in rights if right[0] in asked]
        by_mail = [right for right in rights if right[0] not in asked]
        self._subscriptions(by_sms, (ChannelName.PORTAL, ChannelName.EMAIL, ChannelName.SMS))
        self._subscriptions(by_mail, (ChannelName.PORTAL, ChannelName.EMAIL))
        self._subscriptions(self._own_rights(), (ChannelName.PORTAL,))

    def _own_rights(self) -> list[Right]:
        """A student with a log-in hears of themselves as any guardian would."""
        pupils = self.invented.pupils
        own = insert(
            Guardian, _NAMED, [_named(pupils[place].person, user) for place, user in self.student_users.items()]
        )
        return [
            (key, self.students[place], Relation.SELF, False, False, self.since)
            for key, place in zip(own, self.student_users, strict=True)
        ]

    def _contacts(self, guardians: list[int], users: list[int]) -> None:
        addresses = dict(User.objects.filter(pk__in=users).values_list("pk", "email"))
        rows = [
            (guardian, Contact.Kind.EMAIL, addresses[user], self.now)
            for guardian, user in zip(guardians, users, strict=True)
        ]
        rows += [
            (guardian, Contact.Kind.PHONE, f"{PREFIX}{place:06}", self.now) for place, guardian in enumerate(guardians)
        ]
        insert(Contact, ("guardian", "kind", "address", "confirmed_at"), rows)

    def _subscriptions(self, rights: list[Right], channels: tuple[ChannelName, ...]) -> None:
        columns = ("guardian", "student", "relation", "is_legal", "may_excuse", "starts_on")
        keys = insert(Guardianship, columns, rights)
        kinds = {
            ChannelName.PORTAL: array(EventKind.values),
            ChannelName.EMAIL: array(kind for kind in EventKind.values if kind not in _LESS_BY_EMAIL),
            ChannelName.SMS: array(KINDS),
        }
        rows = [(key, channel, kinds[channel], self.since) for key in keys for channel in channels]
        insert(Subscription, ("guardianship", "channel", "kinds", "starts_on"), rows)

    def _users(self, people: list[tuple[Person, str | None]]) -> list[int]:
        rows = []
        for person, login in people:
            username = login or self._username(person)
            rows.append((username, f"{username}@example.org", person.short, self.password))
        return insert(User, ("username", "email", "name", "password"), rows)

    def _user(self, name: str, username: str, *, is_operator: bool = False) -> int:
        row = (username, f"{username}@example.org", name, self.password, is_operator)
        return insert(User, ("username", "email", "name", "password", "is_operator"), [row])[0]

    def _username(self, person: Person) -> str:
        name = ".".join(to_latin(part).lower() for part in (person.first, person.last))
        self.names[name] += 1
        return name if self.names[name] == 1 else f"{name}{self.names[name]}"

    def _seat(self, seats: list[tuple[int, Role]]) -> None:
        insert(Membership, ("user", "role", "starts_on"), [(user, role, self.since) for user, role in seats])

    def _codes(self, count: int) -> list[str]:
        codes: dict[str, None] = {}
        while len(codes) < count:
            codes[new_code(self.rng)] = None
        return list(codes)


def _script(place: int) -> str:
    return SmsScript.LATIN if place % _EVERY_LATIN == 1 else SmsScript.CYRILLIC


def _named(person: Person, user: int | None) -> tuple[str, str, str, str, str, int | None]:
    key = sort_key(person.first, person.middle, person.last)
    return person.first, person.middle, person.last, key, person.gender, user


def _first_of_each_role(invented: Invented) -> dict[int, str]:
    """Return which workers have a log-in that the demo tells: place → user name."""
    workers, courses, books = invented.workers, invented.courses, invented.books
    homeroom = next(
        course.teachers[0].worker
        for course in courses
        if course.is_class_hour and books[course.book].name == MORNING_CLASS
    )
    wanted = {"director": DIRECTOR, "school_admin": ADMIN, "clerk": CLERK}
    found = {next(place for place, w in enumerate(workers) if w.role == role): name for role, name in wanted.items()}
    demo = next(place for place, worker in enumerate(workers) if worker.person == DEMO_TEACHER)
    return found | {homeroom: HOMEROOM, demo: TEACHER}
