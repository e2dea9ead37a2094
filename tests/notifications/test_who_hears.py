"""Who hears what when: random families, rights, addresses, wishes and clocks against a naive twin."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from tests import counts, small_school
from tests.notifications.bodies import BODIES
from zvanets.guardians.models import (
    ChannelName,
    Contact,
    EventKind,
    Guardian,
    Guardianship,
    Relation,
    Subscription,
)
from zvanets.history.record import Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.zones import ZONES
from zvanets.notifications.catalogue import telling_of
from zvanets.notifications.fanout import tell_school
from zvanets.notifications.models import Message, Told
from zvanets.rules.delivery import Status
from zvanets.schools.models import Enrolment, Student
from zvanets.tenancy.school import at_school

AT_ONCE = 250  # families in one school and one fan-out
CHANNELS = (ChannelName.PORTAL, ChannelName.EMAIL, ChannelName.SMS)
VERBS = (
    *(Verb.ABSENCE_RECORDED, Verb.GRADE_GIVEN, Verb.REMARK_WRITTEN, Verb.PRAISE_WRITTEN),
    *(Verb.HEALTH_NOTED, Verb.LIMIT_NEARED, Verb.PIN_LOCKED, Verb.SANCTION_IMPOSED),
)


@dataclass
class Adult:
    row: Guardian
    quiet: tuple[time, time] | None
    zone: str
    has_email: bool
    has_phone: bool
    digest_at: time
    has_no_sms: bool  # the budget is nothing a day: everything waits for the digest


@dataclass
class Wish:
    kinds: set[str]
    digest: set[str]
    wait: int


@dataclass
class Ear:
    """One guardian's right to one child, with what they asked for by each channel."""

    adult: Adult
    student: Student
    starts_on: date
    ends_on: date | None
    is_withdrawn: bool
    is_close: bool
    wants: dict[str, Wish] = field(default_factory=dict)


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("families", [AT_ONCE] * (counts.rounds(10_000) // AT_ONCE))
def test_everybody_hears_what_they_asked_for_at_their_hour_and_nobody_else(small, families):
    dice = counts.draws()
    now = clock.now().replace(second=0, microsecond=0) + timedelta(minutes=dice.randrange(24 * 60))
    with at_school(small.id):
        ears, facts = _families(small, families, dice, now)
    expected: set[tuple[object, ...]] = set()
    for moment, told in ((now, facts[::2]), (now + timedelta(hours=dice.randrange(1, 8)), facts[1::2])):
        with at_school(small.id):
            record([Fact(verb, **about) for verb, about in told], actor=small.actor, tell=True, at=moment)
        tell_school(small.id, CHANNELS, now=moment + timedelta(minutes=2))
        expected |= _naively(ears, told, moment + timedelta(minutes=2))

    with at_school(small.id):
        rows = Told.objects.exclude(message__status=Status.CANCELLED).values_list(
            "guardian_id", "channel", "message__student_id", "noun", "object_id", "message__due_at"
        )
        heard = [tuple(row) for row in rows]
        digests = Message.objects.filter(is_digest=True, status=Status.QUEUED)
        once = [tuple(row) for row in digests.values_list("guardian_id", "channel", "student_id", "due_at")]
    assert len(heard) > families
    assert len(heard) == len({*heard})
    assert sorted({*heard} ^ expected) == []
    assert len(once) == len({*once}), "what comes later joins the digest that waits"


def _families(small, count: int, dice: Random, now: datetime):
    today = now.astimezone(ZoneInfo("Europe/Sofia")).date()
    model = Enrolment.objects.filter(student=small.students[0]).first()
    students = Student.objects.bulk_create(
        Student(first_name=f"Дете{n}", last_name="Ново", sort_name=f"дете{n}", code=f"8{n:08}") for n in range(count)
    )
    Enrolment.objects.bulk_create(
        Enrolment(
            student=student,
            class_group_id=model.class_group_id,
            class_book_id=model.class_book_id,
            number=100 + n,
            starts_on=model.starts_on,
        )
        for n, student in enumerate(students)
    )
    adults = _adults(2 * count, dice, now)
    ears = [
        _ear(adult, student, dice, today)
        for n, student in enumerate(students)
        for adult in {id(a): a for a in (adults[2 * n], adults[2 * n + dice.choice((1, -1))])}.values()
    ]
    facts = []
    for n, student in enumerate(students):
        for number, verb in enumerate(dice.sample(VERBS, dice.choice((1, 2, 3)))):
            facts.append((verb, {"student_id": student.pk, "object_id": 10 * n + number + 10**6, "body": BODIES[verb]}))
    return ears, facts


def _adults(count: int, dice: Random, now: datetime) -> list[Adult]:
    made = []
    for n in range(count):
        quiet = dice.choice((None, _quiet(dice)))
        zone = dice.choice(("", "", *ZONES))
        made.append(
            Adult(
                Guardian(last_name=f"Родител{n}", sort_name=f"родител{n}"),
                quiet,
                zone,
                False,
                False,
                time(dice.randrange(6, 22), 30),
                dice.random() < 0.2,
            )
        )
        made[-1].row.digest_at, made[-1].row.sms_a_day = made[-1].digest_at, 0 if made[-1].has_no_sms else None
        made[-1].row.language, made[-1].row.time_zone = dice.choice(("bg", "en")), zone
        if quiet:
            made[-1].row.quiet_from, made[-1].row.quiet_to = quiet
    Guardian.objects.bulk_create(adult.row for adult in made)
    contacts = []
    for adult in made:
        adult.has_email, adult.has_phone = dice.random() < 0.8, dice.random() < 0.8
        contacts += [
            _contact(adult.row, Contact.Kind.EMAIL, f"p{adult.row.pk}@example.org", adult.has_email, dice, now),
            _contact(adult.row, Contact.Kind.PHONE, f"+3598{adult.row.pk:08}", adult.has_phone, dice, now),
        ]
    Contact.objects.bulk_create(contacts)
    return made


def _contact(guardian: Guardian, kind: str, address: str, is_usable: bool, dice: Random, now: datetime) -> Contact:
    """One that cannot be used is either unconfirmed or switched off."""
    was_confirmed = is_usable or dice.random() < 0.5
    return Contact(
        guardian=guardian,
        kind=kind,
        address=address,
        confirmed_at=now if was_confirmed else None,
        disabled_at=now if was_confirmed and not is_usable else None,
    )


def _quiet(dice: Random) -> tuple[time, time]:
    """By night, or at noon; never with an end in the hours in which clocks are changed."""
    if dice.random() < 0.2:
        return time(12, 30), time(15)
    return time(dice.randrange(17, 24), dice.choice((0, 30))), time(dice.randrange(5, 9), dice.choice((0, 30)))


def _ear(adult: Adult, student: Student, dice: Random, today: date) -> Ear:
    starts, ends, gone = dice.choice(
        [(-9, None, False)] * 4 + [(-9, 0, False), (-9, -1, False), (1, None, False), (-9, None, True)]
    )
    relation = dice.choice((Relation.MOTHER, Relation.OTHER, Relation.SELF))
    is_legal = relation == Relation.MOTHER
    right = Guardianship.objects.create(
        guardian=adult.row,
        student=student,
        relation=relation,
        is_legal=is_legal,
        starts_on=today + timedelta(starts),
        ends_on=None if ends is None else today + timedelta(ends),
        withdrawn_at=clock.now() if gone else None,
    )
    ear = Ear(adult, student, right.starts_on, right.ends_on, gone, is_close=is_legal or relation == Relation.SELF)
    rows = []
    for channel in CHANNELS:
        kinds, wait = dice.sample(EventKind.values, dice.randrange(len(EventKind) + 1)), dice.choice((0, 0, 15, 60))
        is_over = dice.random() < 0.2
        ends_on = today - timedelta(1) if is_over else None
        digest = [kind for kind in kinds if dice.random() < 0.3]
        rows.append(Subscription(guardianship=right, channel=channel, kinds=kinds, wait_minutes=wait))
        rows[-1].digest_kinds = digest
        rows[-1].starts_on, rows[-1].ends_on = today - timedelta(5), ends_on
        if not is_over:
            ear.wants[channel] = Wish(set(kinds), set(digest), wait)
    Subscription.objects.bulk_create(rows)
    return ear


def _naively(ears: list[Ear], facts, now: datetime) -> set[tuple[object, ...]]:
    heard: set[tuple[object, ...]] = set()
    today = now.astimezone(ZoneInfo("Europe/Sofia")).date()
    for ear in ears:
        holds = not ear.is_withdrawn and ear.starts_on <= today and (ear.ends_on is None or today <= ear.ends_on)
        for channel, wish in ear.wants.items():
            reached = {"portal": True, "email": ear.adult.has_email, "sms": ear.adult.has_phone}[channel]
            own = [
                (verb, about)
                for verb, about in facts
                if about["student_id"] == ear.student.pk and _asked(verb, about["body"], wish.kinds, ear)
            ]
            if not (holds and reached):
                continue
            at_once = [each for each in own if channel == "portal" or not _is_daily(*each, wish)]
            is_urgent = any(telling_of(verb, about["body"]).is_urgent for verb, about in at_once)
            if channel == "sms" and ear.adult.has_no_sms and not is_urgent:
                at_once = []
            for verb, about in own:
                noun = {"lateness": "absence", "praise": "remark"}.get(verb.split(".")[0], verb.split(".")[0])
                is_daily = (verb, about) not in at_once
                at = _moment(
                    ear.adult, channel, now, wish.wait, is_urgent=is_urgent and not is_daily, is_daily=is_daily
                )
                heard.add((ear.adult.row.pk, str(channel), ear.student.pk, noun, about["object_id"], at))
    return heard


def _is_daily(verb: str, about, wish: Wish) -> bool:
    telling = telling_of(verb, about["body"])
    named = {str(kind) for kind in telling.kinds} & wish.kinds
    return not telling.is_urgent and bool(named) and not named - wish.digest


def _asked(verb: str, body, kinds: set[str], ear: Ear) -> bool:
    telling = telling_of(verb, body)
    chosen = not telling.kinds or bool(kinds & {str(kind) for kind in telling.kinds})
    return chosen and (ear.is_close or not telling.is_private)


def _moment(adult: Adult, channel: str, now: datetime, wait: int, *, is_urgent: bool, is_daily: bool) -> datetime:
    """Let the clock run minute by minute until it is the digest's hour and nobody sleeps."""
    quiet = None if is_urgent or channel == "portal" else adult.quiet
    at = now
    while is_daily and (at == now or at.astimezone(ZoneInfo(adult.zone or "Europe/Sofia")).time() != adult.digest_at):
        at += timedelta(minutes=1)
    return _awake(_awake(at, quiet, adult.zone) + timedelta(minutes=wait), quiet, adult.zone)


def _awake(at: datetime, quiet: tuple[time, time] | None, zone: str) -> datetime:
    while quiet and _sleeps(at.astimezone(ZoneInfo(zone or "Europe/Sofia")).time(), *quiet):
        at += timedelta(minutes=1)
    return at


def _sleeps(local: time, starts: time, ends: time) -> bool:
    return starts <= local < ends if starts < ends else not ends <= local < starts
