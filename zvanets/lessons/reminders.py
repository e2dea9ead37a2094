"""Once a school day, after its lessons, each teacher hears by e-mail of those they have not filled in."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from zvanets.accounts.letters import Post, post_all
from zvanets.accounts.models import User
from zvanets.lessons.models import Reminder
from zvanets.lib import bg
from zvanets.schools.models import Lesson, School, SchoolSettings
from zvanets.tenancy.school import school_now

AFTER = 17  # o'clock: the afternoon shift's last lessons are reminded of on the next day
SINCE = timedelta(days=14)
BEFORE_LOCK = 3  # days: so that one of them is a school day
_UNFILLED = """
SELECT who.user_id, l.date, count(*)
FROM schools_lesson l
JOIN LATERAL (
    SELECT p.user_id FROM schools_staffmember p WHERE p.school_id = l.school_id AND p.id = l.substitute_id
    UNION
    SELECT p.user_id FROM schools_courseteacher t
    JOIN schools_staffmember p ON p.school_id = t.school_id AND p.id = t.staff_member_id
    WHERE l.substitute_id IS NULL AND t.school_id = l.school_id AND t.course_id = l.course_id
        AND t.starts_on <= l.date AND (t.ends_on IS NULL OR t.ends_on >= l.date)
) who ON who.user_id IS NOT NULL
WHERE l.school_id = %(school)s AND l.date BETWEEN %(since)s AND %(today)s AND NOT l.is_cancelled
    AND (l.date < %(today)s OR l.ends_at <= %(now)s)
    AND NOT EXISTS (SELECT FROM lessons_lessonrecord r WHERE r.school_id = l.school_id AND r.lesson_id = l.id)
GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Lock:
    """The month before this one, and the day from which it can no longer be written."""

    first: date
    on: date


@dataclass
class Owed:
    """What one teacher has not filled in: how many lessons of each day."""

    days: dict[date, int] = field(default_factory=dict)

    def before(self, day: date) -> int:
        return sum(count for on, count in self.days.items() if on < day)


@transaction.atomic
def remind_unfilled(now: datetime) -> int:
    """Write to the school's teachers, each once a day and on school days alone; return to how many."""
    local = now.astimezone(ZoneInfo(School.objects.get(pk=school_now()).time_zone))
    today = local.date()
    if local.hour < AFTER or not Lesson.objects.standing().filter(date=today).exists():
        return 0
    lock = _lock_ahead(today)
    owed = _owed(local, min(today - SINCE, lock.first) if lock else today - SINCE)
    users = _not_reminded(owed, today)
    post_all([_letter(user, owed[user.pk], today, lock) for user in users if user.email])
    return len(users)


def _lock_ahead(today: date) -> Lock | None:
    """Return the lock of the past month when it comes within three days."""
    locks_on = SchoolSettings.objects.values_list("past_month_lock_day", flat=True).first()
    if locks_on is None or not 0 < locks_on - today.day <= BEFORE_LOCK:
        return None
    return Lock(
        (today.replace(day=1) - timedelta(days=1)).replace(day=1), today.replace(day=1) + timedelta(locks_on - 1)
    )


def _owed(local: datetime, since: date) -> Mapping[int, Owed]:
    found: dict[int, Owed] = defaultdict(Owed)
    with connection.cursor() as cursor:
        cursor.execute(
            _UNFILLED, {"school": school_now(), "since": since, "today": local.date(), "now": f"{local:%H:%M}"}
        )
        for user, day, count in cursor.fetchall():
            found[user].days[day] = count
    return found


def _not_reminded(owed: Mapping[int, Owed], today: date) -> list[User]:
    """Return whom nobody reminded today, and keep that they are now: a second worker finds none."""
    users = list(User.objects.filter(pk__in=list(owed), is_active=True).order_by("pk"))
    had = set(Reminder.objects.select_for_update().filter(date=today).values_list("user", flat=True))
    new = [user for user in users if user.pk not in had]
    Reminder.objects.bulk_create(Reminder(user=user, date=today) for user in new)
    return new


def _letter(user: User, owed: Owed, today: date, lock: Lock | None) -> Post:
    language = user.language
    with override(language):
        total = bg.counted(sum(owed.days.values()), "lesson", language)
        lines = [f"{bg.day_name(day, language)}: {bg.counted(n, 'lesson', language)}" for day, n in owed.days.items()]
        text = [_("Още не са записани:"), *lines]
        late = owed.before(today.replace(day=1)) if lock else 0
        if lock and late:
            values = {"day": bg.day_of_month(lock.on, language), "lessons": bg.counted(late, "lesson", language)}
            text.append(_("На %(day)s миналият месец се заключва, а от него чакат %(lessons)s.") % values)
        return Post(str(user.email), _("Незаписани часове: %s") % total, "\n".join(text), language)
