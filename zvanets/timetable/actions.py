"""Ask for a draft, stop it, put it in force. Call inside at_school()."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from zvanets.history.record import Actor, Fact, Json, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.schools.actions import make_lessons, take_back_lessons
from zvanets.schools.models import ScheduleHour, SchoolYear, Term
from zvanets.timetable.models import Draft, DraftHour, DraftShortage

SHORTEST, LONGEST = 10, 900  # seconds that the solver may be given


def ask_for_draft(actor: Actor, school_year: SchoolYear, *, term: int, seconds: int) -> Draft:
    """Put a draft in the queue of the office; Refusal `draft_running` when one is at work, `draft_seconds`."""
    if not SHORTEST <= seconds <= LONGEST:
        text = gettext_noop("Времето за съставяне е от %(least)s до %(most)s секунди.")
        raise Refusal("draft_seconds", text, {"least": SHORTEST, "most": LONGEST})
    draft = Draft(
        school_year=school_year, term=term, seconds=seconds, asked_at=clock.now(), asked_by_id=actor.writer_id
    )
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
            body = {"term": term, "seconds": seconds}
            record([Fact(Verb.TIMETABLE_DRAFTED, object_id=draft.pk, body=body)], actor=actor, tell=False)
    except IntegrityError as error:
        if "one_draft_at_a_time" not in str(error):
            raise
        text = gettext_noop("Вече се съставя проект за програма. Изчакайте го или го спрете.")
        raise Refusal("draft_running", text) from None
    return draft


def cancel_draft(draft: Draft) -> bool:
    """Stop the draft if it is not done yet; the office's process sees it within a second."""
    running = Draft.objects.running().filter(pk=draft.pk)
    return bool(running.update(state=Draft.State.CANCELLED, ended_at=clock.now()))


@transaction.atomic
def put_in_force(actor: Actor, draft: Draft, *, since: date) -> tuple[int, int]:
    """Let the draft be the term's programme from a Monday on; return how many lessons came and went.

    Lessons in which somebody wrote stay, whatever the new programme says. Refusal: `draft_not_ready`,
    `draft_not_monday`, `draft_past`, `draft_after_term`.
    """
    draft = Draft.objects.select_for_update().select_related("school_year").get(pk=draft.pk)
    until = _last_day(draft)
    _must_begin_well(draft, since, until)
    _make_room(draft.school_year, since, until)
    hours = DraftHour.objects.filter(draft=draft)
    columns = ("course_id", "shift_id", "week", "weekday", "hour_no", "room")
    ScheduleHour.objects.bulk_create(
        [
            ScheduleHour(**dict(zip(columns, row, strict=True)), starts_on=since, ends_on=until)
            for row in hours.values_list(*columns)
        ],
        batch_size=1000,
    )
    gone = take_back_lessons(school_year=draft.school_year)
    come = make_lessons(school_year=draft.school_year)
    Draft.objects.filter(pk=draft.pk).update(state=Draft.State.IN_FORCE, in_force_from=since)
    body: dict[str, Json] = {
        "term": draft.term,
        "since": since.isoformat(),
        "lessons_made": come,
        "lessons_taken_back": gone,
    }
    record([Fact(Verb.TIMETABLE_PUT_IN_FORCE, object_id=draft.pk, body=body)], actor=actor, tell=False)
    return come, gone


def _last_day(draft: Draft) -> date:
    terms = Term.objects.filter(year_group__school_year=draft.school_year, number=draft.term)
    last: date | None = terms.aggregate(last=Max("ends_on"))["last"]
    return last or draft.school_year.ends_on


def _must_begin_well(draft: Draft, since: date, until: date) -> None:
    if draft.state not in (Draft.State.READY, Draft.State.IN_FORCE):
        raise Refusal("draft_not_ready", gettext_noop("Този проект още не е готов."))
    if since.weekday() != 0:
        raise Refusal("draft_not_monday", gettext_noop("Програма започва в понеделник. Изберете понеделник."))
    if since <= clock.today():
        text = gettext_noop("Програма започва най-рано следващия понеделник: в миналите часове вече има вписано.")
        raise Refusal("draft_past", text)
    if since > until:
        raise Refusal("draft_after_term", gettext_noop("Срокът, за който е проектът, дотогава ще е свършил."))


def _make_room(school_year: SchoolYear, since: date, until: date) -> None:
    """End what stood in the programme until now; what reaches beyond the term goes on after it."""
    standing = ScheduleHour.objects.filter(
        course__class_group__school_year=school_year, starts_on__lte=until, ends_on__gte=since
    )
    beyond = [_after(hour, until) for hour in standing.filter(ends_on__gt=until)]
    standing.filter(starts_on__gte=since).delete()
    standing.filter(starts_on__lt=since).update(ends_on=since - timedelta(days=1))
    ScheduleHour.objects.bulk_create(beyond, batch_size=1000)


def _after(hour: ScheduleHour, until: date) -> ScheduleHour:
    hour.pk, hour.starts_on = None, until + timedelta(days=1)
    return hour


def keep_best(draft: int, hours: Sequence[DraftHour], shortages: Mapping[int, int], *, cost: int) -> bool:
    """Replace what the draft holds by a better programme; False when it was stopped meanwhile."""
    with transaction.atomic():
        running = Draft.objects.filter(pk=draft, state=Draft.State.SOLVING)
        if not running.update(cost=cost, improved=F("improved") + 1, beat_at=clock.now()):
            return False
        DraftHour.objects.filter(draft=draft).delete()
        DraftHour.objects.bulk_create(hours, batch_size=1000)
        DraftShortage.objects.filter(draft=draft).delete()
        DraftShortage.objects.bulk_create(
            DraftShortage(draft_id=draft, course_id=course, half_hours=n) for course, n in shortages.items()
        )
    return True
