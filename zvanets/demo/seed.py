"""Make the demo school where it is missing, keep it living, and tell how to enter it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from uuid import NAMESPACE_URL, uuid5

from django.contrib.auth.hashers import make_password
from django.db.models import Q

from zvanets.accounts.models import Role, User
from zvanets.demo import people, texts
from zvanets.demo.calendar import keep_ahead
from zvanets.demo.finals import leave_finals, leave_plans
from zvanets.demo.lessons import keep_current, unwritten
from zvanets.demo.life import Life
from zvanets.demo.notices import leave_notices
from zvanets.demo.school import NAME, SCHOOL_ID, SEED, SHORT_NAME, TOWN, invent
from zvanets.demo.structure import Structure
from zvanets.demo.year import demo_year
from zvanets.guardians.models import ChannelName, Guardian, Guardianship
from zvanets.guardians.pins import choose_pin
from zvanets.history.models import Grace
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.messaging.actions import Words, send_announcement, to_class
from zvanets.notifications.fanout import tell_school
from zvanets.schools.models import ClassGroup, CourseTeacher, Lesson, School, SchoolYear
from zvanets.tenancy.school import at_school
from zvanets.tenancy.statistics import count_rows

# No secret: it opens an invented school on a server that listens to its own machine alone.
PASSWORD = "zvanets-demo"  # noqa: S105
PIN = "271828"  # of the demo's parent, who has two children
GRACE_SECONDS = 5
_LEVELS = tuple(range(13))
_EVENING = time(21)
_TOLD_FOR = timedelta(days=3)
_MANY = 500
_ITSELF = Actor(None, "", "")


@dataclass(frozen=True)
class Login:
    """A way in, for the first screen and the demo's page."""

    role: str
    username: str
    password: str
    note: str = ""


def ensure() -> None:
    """Make the school if there is none, and let the time pass that nobody has written about; quick when all is there."""
    now = clock.now()
    _ensure_row()
    with at_school(SCHOOL_ID):
        is_new = not SchoolYear.objects.exists()
        if is_new:
            _build(now)
            leave_plans()
        keep_current(clock.today())
        choose_pin(actor=_ITSELF, guardian=Guardian.objects.get(user__username=people.GUARDIAN), typed=PIN)
    if is_new:
        count_rows()
    for until in (now - _TOLD_FOR, now):
        with at_school(SCHOOL_ID):
            lived_through = _live_until(until)
        if lived_through > _MANY:
            count_rows()
    with at_school(SCHOOL_ID):
        keep_ahead(clock.today())
        leave_notices(clock.today())
        leave_finals(clock.today())
        if is_new:
            _write_home()
    _tell_in_portal(clock.now())


def _write_home() -> None:
    """What the homeroom teacher wrote to the parents of the demo's guardian's class."""
    teacher = User.objects.get(username=people.HOMEROOM)
    led = ClassGroup.objects.books().led_by(teacher, on=clock.today())
    actor, words = Actor(teacher.pk, Role.TEACHER, ""), Words("Екскурзия в петък", texts.EXCURSION)
    send_announcement(actor, to_class(led[0], may_be_urgent=True), words, save_key=uuid5(NAMESPACE_URL, str(SEED)))


def _ensure_row() -> None:
    """As the owner: no other role may make a school."""
    if not School.objects.filter(pk=SCHOOL_ID).exists():
        School.objects.using("owner").create(
            pk=SCHOOL_ID, name=NAME, short_name=SHORT_NAME, kind="средно", town=TOWN, municipality=TOWN, region=TOWN
        )


def _build(now: datetime) -> None:
    invented = invent()
    year = demo_year(clock.today(), _LEVELS)
    everybody = people.People(invented, make_password(PASSWORD), year.starts_on, now)
    everybody.build()
    Structure(invented, everybody, year).build()
    verbs = [verb for verb in Verb if verb.is_told and verb.grace_seconds]
    Grace.objects.bulk_create(Grace(verb=verb, seconds=GRACE_SECONDS) for verb in verbs)
    record([Fact(Verb.SCHOOL_IMPORTED, body={"source": "demo", "seed": SEED})], actor=_ITSELF, tell=False, at=_eve(now))


def _eve(now: datetime) -> datetime:
    """Before the first of the weeks that are written about: history's times never run back."""
    return now - timedelta(weeks=6)


def _live_until(now: datetime) -> int:
    """Return how many lessons there were to write about."""
    waiting = unwritten(now)
    if not waiting:
        return 0
    life = Life(Random(f"{SEED} {waiting[0].lesson.date}"), now, _homeroom())
    life.live(waiting)
    acts: dict[datetime, list[Fact]] = defaultdict(list)
    for moment, facts in life.write().items():
        acts[_recorded_at(moment, now)] += facts
    for moment, facts in sorted(acts.items()):
        fresh = clock.now() - moment < _TOLD_FOR
        record(facts, actor=_ITSELF, tell=fresh, at=moment)
        if fresh:
            _tell_in_portal(moment)
    return len(waiting)


def _recorded_at(moment: datetime, now: datetime) -> datetime:
    """Lately each lesson by itself, before that a day at once: a chain of 16,000 entries takes seconds."""
    if clock.now() - moment < _TOLD_FOR:
        return min(now, moment)
    return min(now, datetime.combine(moment.astimezone(clock.SOFIA), _EVENING, tzinfo=clock.SOFIA))


def _tell_in_portal(moment: datetime) -> None:
    """As the worker did in those days, but nobody is to get old e-mail now."""
    later = moment + timedelta(seconds=GRACE_SECONDS)
    while tell_school(SCHOOL_ID, (ChannelName.PORTAL,), now=later).entries:
        pass


def _homeroom() -> dict[int, int]:
    teachers = CourseTeacher.objects.filter(course__is_class_hour=True)
    return dict(teachers.values_list("course__class_group_id", "staff_member__user_id"))


def code_of_a_child() -> str:
    """The code on the label of the demo parent's elder child; empty where there is none yet; inside at_school()."""
    rights = Guardianship.objects.filter(guardian__user__username=people.GUARDIAN).order_by("student__sort_name")
    code: str = rights.values_list("student__code", flat=True).last() or ""
    return code


def current_lesson() -> Lesson | None:
    """The lesson that the demo's teacher has now; inside at_school()."""
    local = clock.now().astimezone(clock.SOFIA)
    lesson: Lesson | None = (
        Lesson.objects.standing()
        .filter(
            Q(ends_at__gte=local.time()),
            date=local.date(),
            starts_at__lte=local.time(),
            course__teachers__staff_member__user__username=people.TEACHER,
        )
        .with_names()
        .first()
    )
    return lesson


def logins() -> list[Login]:
    """One way in for each role."""
    with at_school(SCHOOL_ID):
        lesson = current_lesson()
    room = lesson.course.class_group.name if lesson else ""
    wanted = (
        ("operator", people.OPERATOR, "the national service"),
        (Role.DIRECTOR, people.DIRECTOR, SHORT_NAME),
        (Role.SCHOOL_ADMIN, people.ADMIN, SHORT_NAME),
        (Role.TEACHER, people.TEACHER, f"has {room} right now, at every hour"),
        ("homeroom teacher", people.HOMEROOM, "of 7 Б"),
        (Role.CLERK, people.CLERK, "enters for teachers"),
        (Role.GUARDIAN, people.GUARDIAN, "a child in 7 Б, another in 5 А"),
        (Role.STUDENT, people.STUDENT, "7 Б"),
        (Role.GUEST, people.GUEST, "invited by the parents"),
    )
    there = set(User.objects.filter(username__in=[name for _, name, _ in wanted]).values_list("username", flat=True))
    return [Login(str(role), name, PASSWORD, note) for role, name, note in wanted if name in there]
