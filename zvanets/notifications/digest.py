"""Each morning a letter to everybody in whose name something was entered the day before, so that a stranger's entry is found."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections
from django.db.models import Q
from django.utils.translation import gettext, override

from zvanets.accounts.letters import Post, post_all
from zvanets.accounts.models import STAFF, Membership, SignIn, User
from zvanets.accounts.open_sessions import describe
from zvanets.lib import bg
from zvanets.lib.logs import note
from zvanets.lib.refusals import gettext_noop
from zvanets.notifications.models import DigestDay
from zvanets.schools.models import Course, CourseTeacher, School
from zvanets.tenancy.school import at_school, school_now

FROM_HOUR = 6  # by the school's clock: read before the first lesson
MOST_DAYS = 7  # that are made good after the worker stood still

# What is counted, and as what; the rest of history is the office's own.
KINDS: Mapping[str, str] = {
    "lesson.saved": gettext_noop("записани часове"),
    "grade.given": gettext_noop("оценки"),
    "grade.corrected": gettext_noop("поправени оценки"),
    "grade.withdrawn": gettext_noop("оттеглени оценки"),
    "absence.recorded": gettext_noop("отсъствия"),
    "lateness.recorded": gettext_noop("закъснения"),
    "absence.changed": gettext_noop("променени отсъствия"),
    "absence.excused": gettext_noop("извинени отсъствия"),
    "absence.withdrawn": gettext_noop("заличени отсъствия"),
    "remark.written": gettext_noop("забележки"),
    "praise.written": gettext_noop("похвали"),
    "remark.withdrawn": gettext_noop("оттеглени отзиви"),
    "homework.given": gettext_noop("домашни работи"),
    "message.sent": gettext_noop("съобщения до родители"),
    "message.urged": gettext_noop("спешни съобщения до родители"),
}
_TAKE = """
INSERT INTO notifications_digestday (school_id, day, up_to)
SELECT %(school)s, %(day)s, COALESCE(
    (SELECT max(number) FROM history_entry WHERE school_id = %(school)s AND at < %(ends)s AND number > %(behind)s),
    %(behind)s)
ON CONFLICT DO NOTHING
RETURNING up_to
"""
_ENTERED = """
SELECT e.course_id, e.actor_id, e.verb, count(DISTINCT COALESCE(e.student_id, e.id)), min(e.at), max(e.at)
FROM history_entry e
WHERE e.school_id = %(school)s AND e.number > %(behind)s AND e.number <= %(up_to)s
    AND e.at >= %(starts)s AND e.at < %(ends)s AND e.verb = ANY(%(verbs)s) AND e.actor_id IS NOT NULL
GROUP BY e.course_id, e.actor_id, e.verb
"""


class Entered(NamedTuple):
    """How much of one kind one person entered in one course, and when."""

    course_id: int | None
    actor_id: int
    verb: str
    times: int
    first: datetime
    last: datetime


@dataclass
class Digests:
    """Remembers what was seen to, so that a minute's look costs one statement."""

    _done: dict[int, date] = field(default_factory=dict)

    def run(self, now: datetime) -> int:
        """Write what is due in every school; return how many letters. A school that fails does not silence the others."""
        letters = 0
        for school_id, zone in _schools():
            local = now.astimezone(ZoneInfo(zone))
            if local.hour < FROM_HOUR or self._done.get(school_id) == local.date():
                continue
            try:
                letters += write_digests(school_id, yesterday=local.date() - timedelta(days=1), zone=ZoneInfo(zone))
            except (OperationalError, InterfaceError):
                raise
            except Exception:  # noqa: BLE001
                note("A school's digests could not be written", level=logging.ERROR, error=True, school=school_id)
            self._done[school_id] = local.date()
        return letters


def write_digests(school_id: int, *, yesterday: date, zone: ZoneInfo) -> int:
    """Write the days that are not written yet, each in a transaction of its own: a kill loses none and repeats none."""
    letters = 0
    with at_school(school_id):
        last = DigestDay.objects.order_by("-day").first()
    first = max(last.day + timedelta(days=1), yesterday - timedelta(days=MOST_DAYS - 1)) if last else yesterday
    for days in range((yesterday - first).days + 1):
        with at_school(school_id):
            letters += _write(first + timedelta(days=days), zone)
    return letters


def _schools() -> list[tuple[int, str]]:
    return list(School.objects.order_by("pk").values_list("pk", "time_zone"))


def _write(day: date, zone: ZoneInfo) -> int:
    starts, ends = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
    behind = DigestDay.objects.filter(day__lt=day).order_by("-day").values_list("up_to", flat=True).first() or 0
    span: dict[str, Any] = {"school": school_now(), "day": day, "starts": starts, "ends": ends, "behind": behind}
    with connections["default"].cursor() as cursor:
        cursor.execute(_TAKE, span)
        taken = cursor.fetchone()
        if taken is None:  # another worker wrote it
            return 0
        cursor.execute(_ENTERED, {**span, "up_to": taken[0], "verbs": list(KINDS)})
        entered = [Entered(*row) for row in cursor.fetchall()]
    posts = _posts(entered, day, (starts, ends), zone) if entered else []
    post_all(posts)
    return len(posts)


def _posts(entered: Sequence[Entered], day: date, span: tuple[datetime, datetime], zone: ZoneInfo) -> list[Post]:
    teachers = _teachers({each.course_id for each in entered if each.course_id}, day)
    concern: dict[int, list[Entered]] = defaultdict(list)
    for each in entered:
        for user_id in {each.actor_id, *teachers.get(each.course_id or 0, ())}:
            concern[user_id].append(each)
    seats = Membership.objects.active(on=day).filter(role__in=STAFF, user__in=concern)
    users = User.objects.filter(pk__in=seats.values("user"), is_active=True, email__isnull=False).order_by("pk")
    names = dict(User.objects.filter(pk__in={each.actor_id for each in entered}).values_list("pk", "name"))
    courses = _courses({each.course_id for each in entered if each.course_id})
    signed_in = _sign_ins(users, span)
    return [
        _post(user, _Day(day, zone, concern[user.pk], names, courses, signed_in.get(user.pk, []))) for user in users
    ]


@dataclass(frozen=True, slots=True)
class _Day:
    day: date
    zone: ZoneInfo
    entered: Sequence[Entered]
    names: Mapping[int, str]
    courses: Mapping[int, str]
    sign_ins: Sequence[SignIn]

    def clock(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%H:%M}"


def _post(user: User, of: _Day) -> Post:
    with override(user.language):
        on = bg.day_name(of.day, user.language)
        lines = [
            gettext("Вписано във Ваше име: %s") % on,
            "",
            *_lines(user, of),
            "",
            *_sign_in_lines(of.sign_ins, of),
            gettext("Ако нещо от това не е Ваше, кажете веднага на директора и сменете паролата си."),
            f"{settings.ORIGIN}/accounts/sessions/",
        ]
        subject = gettext("Вписано във Ваше име: %s") % on
    return Post(str(user.email), subject, "\n".join(lines), user.language)


def _lines(user: User, of: _Day) -> list[str]:
    """Return a line for each course and each person who entered something there, one's own first."""
    together: dict[tuple[bool, str, int], list[Entered]] = defaultdict(list)
    for each in of.entered:
        course = of.courses.get(each.course_id or 0, gettext("Извън часовете"))
        together[each.actor_id != user.pk, course, each.actor_id].append(each)
    return [_line(course, rows, of.names.get(actor, "") if other else "", of) for (other, course, actor), rows in sorted(together.items())]  # fmt: skip


def _line(course: str, rows: Sequence[Entered], by: str, of: _Day) -> str:
    order = list(KINDS)
    counts = ", ".join(
        f"{gettext(KINDS[each.verb])} {each.times}" for each in sorted(rows, key=lambda one: order.index(one.verb))
    )
    first, last = of.clock(min(each.first for each in rows)), of.clock(max(each.last for each in rows))
    when = first if first == last else f"{first}–{last}"
    return f"{course}: {counts} ({when})" + (gettext(", вписа %s") % by if by else "")


def _sign_in_lines(tries: Iterable[SignIn], of: _Day) -> list[str]:
    """Return from what and when one signed in; addresses stay in the database."""
    good = [f"{of.clock(each.at)} {describe(each.device)}" for each in tries if each.succeeded]
    bad = sum(not each.succeeded for each in tries)
    lines = [gettext("Влизания: %s") % "; ".join(good)] if good else []
    return [*lines, *([gettext("Грешни пароли: %s") % bad] if bad else [])]


def _teachers(courses: set[int], day: date) -> Mapping[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = CourseTeacher.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day), course__in=courses, starts_on__lte=day
    )
    for course_id, user_id in rows.values_list("course_id", "staff_member__user"):
        if user_id:
            found[course_id].add(user_id)
    return found


def _courses(courses: set[int]) -> Mapping[int, str]:
    rows = Course.objects.filter(pk__in=courses).values_list("pk", "class_group__name", "subject__name")
    return {pk: f"{group}, {subject}" for pk, group, subject in rows}


def _sign_ins(users: Iterable[User], span: tuple[datetime, datetime]) -> Mapping[int, list[SignIn]]:
    found: dict[int, list[SignIn]] = defaultdict(list)
    tries = SignIn.objects.filter(user__in=[each.pk for each in users], at__gte=span[0], at__lt=span[1])
    for each in tries.order_by("at"):
        found[each.user_id or 0].append(each)
    return found
