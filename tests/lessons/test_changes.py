"""When a teacher is away: who takes the lesson, what is held instead, who may write it, and who is told."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections

from tests import small_school
from tests.marks import committed
from zvanets.history.models import Entry, Pending
from zvanets.history.verbs import Verb
from zvanets.lessons.actions import Sheet, save_lesson
from zvanets.lessons.changes import Wanted, change_lesson, end_absence, note_absence, take_back
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal
from zvanets.schools.actions import take_back_lessons
from zvanets.schools.models import Course, CourseTeacher, Lesson, LessonChange, OffDay, Subject
from zvanets.tenancy.school import at_school

Kind = LessonChange.Kind


@pytest.fixture
def small(school):
    """`school` opens the database; one test commits, the others do not."""
    return small_school.build(school.pk)


@pytest.fixture
def colleague(small):
    """Another teacher, with an e-mail address: user and staff member."""
    with at_school(small.id):
        user, member = small_school.add_teacher("Петър", "Колев", small.school_year.starts_on)
        user.email = "kolev@example.org"
        user.save()
    return user, member


def do(small, **wanted) -> LessonChange:
    with at_school(small.id):
        return change_lesson(small.head, small.lesson.pk, Wanted(**wanted))


def refused(small, **wanted) -> str:
    with pytest.raises(Refusal) as refusal:
        do(small, **wanted)
    return refusal.value.code


def lesson(small) -> Lesson:
    with at_school(small.id):
        return Lesson.objects.get(pk=small.lesson.pk)


def save(small, actor, number=None):
    with at_school(small.id):
        save_lesson(actor, number or small.lesson.pk, Sheet(seen=0, save_key=uuid4()))


def history(small) -> str:
    with at_school(small.id):
        return Entry.objects.filter(verb=Verb.HOUR_CHANGED).order_by("-number").first().body.text


def other_course(small, name="История") -> Course:
    with at_school(small.id):
        subject = Subject.objects.create(name=name)
        return Course.objects.create(class_group=small.class_group, subject=subject)


def letters() -> list[str]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT address, subject FROM accounts_letter ORDER BY id")
        return cursor.fetchall()


def test_a_substitute_gets_the_lesson_and_the_right_to_write_it_and_nothing_else(small, colleague):
    user, member = colleague
    assert do(small, substitute=member, is_specialist=False).kind == Kind.SUBSTITUTED
    assert lesson(small).substitute_id == member.pk

    actor = type(small.actor)(user.pk, "teacher", "127.0.0.1")
    with at_school(small.id):
        assert list(Lesson.objects.taught_by(user)) == [small.lesson]
        assert list(Lesson.objects.taught_by(small.teacher)) == []
        assert not Course.objects.taught_by(user, on=clock.today()).exists()
    with pytest.raises(Lesson.DoesNotExist):
        save(small, small.actor)
    save(small, actor)


@committed
def test_families_and_the_teachers_are_told_at_the_same_time(small, colleague):
    with at_school(small.id):
        small.teacher.email = "ivanova@example.org"
        small.teacher.save()
    do(small, substitute=colleague[1])
    with at_school(small.id):
        assert Pending.objects.filter(verb=Verb.HOUR_CHANGED, course_id=small.course.pk).count() == 1
    assert "Колев" in history(small)
    assert {address for address, _ in letters()} == {"ivanova@example.org", "kolev@example.org"}


def test_who_has_a_lesson_then_holds_both_together(small, colleague):
    _, member = colleague
    course = other_course(small)
    with at_school(small.id):
        CourseTeacher.objects.create(course=course, staff_member=member, starts_on=small.school_year.starts_on)
        at = small.lesson
        Lesson.objects.create(course=course, date=at.date, hour_no=3, starts_at=at.starts_at, ends_at=at.ends_at)
    assert do(small, substitute=member).kind == Kind.MERGED


def test_a_free_hour_is_not_held(small):
    do(small)
    assert lesson(small).is_cancelled
    with pytest.raises(Refusal):
        save(small, small.actor)


def test_another_subject_has_the_hour(small):
    course = other_course(small)
    instead = do(small, course=course).instead
    assert (instead.course_id, instead.date, instead.hour_no) == (course.pk, small.lesson.date, 3)
    assert lesson(small).is_cancelled


def test_a_moved_lesson_is_held_at_its_new_time_by_its_teacher(small):
    later = small.lesson.date + timedelta(days=1)
    with at_school(small.id):
        at = small.lesson
        other = other_course(small)
        Lesson.objects.create(course=other, date=at.date, hour_no=5, starts_at=at.ends_at, ends_at=at.ends_at)
    change = do(small, day=later, hour_no=5)
    assert (change.kind, change.instead.hour_no, change.instead.starts_at) == (Kind.MOVED, 5, small.lesson.ends_at)
    with at_school(small.id):
        assert list(Lesson.objects.taught_by(small.teacher).standing()) == [change.instead]


def test_a_lesson_is_not_moved_onto_another_or_an_off_day_or_an_hour_without_a_bell(small):
    day, later = small.lesson.date, small.lesson.date + timedelta(days=1)
    with at_school(small.id):
        course = other_course(small)
        at = small.lesson
        Lesson.objects.create(course=course, date=day, hour_no=4, starts_at=at.starts_at, ends_at=at.ends_at)
        OffDay.objects.create(school_year=small.school_year, date=later)
    assert refused(small, day=day, hour_no=4) == "hour_taken"
    assert refused(small, day=later, hour_no=3) == "off_day"
    assert refused(small, day=day + timedelta(days=2), hour_no=12) == "no_bell"


def test_what_was_filled_in_stays_as_it_was_taught(small, colleague):
    save(small, small.actor)
    for wanted in ({"substitute": colleague[1]}, {}, {"day": small.lesson.date, "hour_no": 5}):
        assert refused(small, **wanted) == "lesson_filled"


def test_nobody_substitutes_themselves_and_nobody_who_is_away(small, colleague):
    assert refused(small, substitute=small.staff_member) == "own_substitute"
    with at_school(small.id):
        note_absence(small.head, colleague[1], clock.today(), clock.today())
    assert refused(small, substitute=colleague[1]) == "substitute_away"


def test_a_change_is_made_once_and_taken_back_whole(small, colleague):
    course = other_course(small)
    change = do(small, course=course)
    assert refused(small, substitute=colleague[1]) == "lesson_changed"
    with at_school(small.id):
        take_back(small.head, change.pk)
        assert not LessonChange.objects.exists()
        assert list(Lesson.objects.standing()) == [small.lesson]
        verbs = list(Entry.objects.filter(verb__startswith="hour.").order_by("number").values_list("verb", flat=True))
    assert verbs == [Verb.HOUR_CHANGED, Verb.HOUR_WITHDRAWN]
    save(small, small.actor)


def test_what_was_held_instead_and_filled_in_is_not_taken_back(small):
    course = other_course(small)
    with at_school(small.id):
        CourseTeacher.objects.create(
            course=course, staff_member=small.staff_member, starts_on=small.school_year.starts_on
        )
    change = do(small, course=course)
    save(small, small.actor, change.instead_id)
    with at_school(small.id), pytest.raises(Refusal) as refusal:
        take_back(small.head, change.pk)
    assert refusal.value.code == "lesson_filled"


def test_a_new_programme_leaves_what_was_changed(small):
    course = other_course(small)
    do(small, course=course)
    with at_school(small.id):
        take_back_lessons(school_year=small.school_year)
        assert Lesson.objects.count() == 2


def test_the_absence_of_a_teacher_is_kept_once_and_without_a_reason(small):
    today = clock.today()
    with at_school(small.id):
        absence = note_absence(small.head, small.staff_member, today, today + timedelta(days=2))
        for first, last in ((today, today), (today + timedelta(days=2), today + timedelta(days=5))):
            with pytest.raises(Refusal):
                note_absence(small.head, small.staff_member, first, last)
        end_absence(small.head, absence)
        verbs = set(Entry.objects.values_list("verb", flat=True))
        assert verbs == {Verb.TEACHER_AWAY, Verb.TEACHER_BACK}
        assert not Pending.objects.exists()


def test_only_a_change_of_today_or_of_tomorrows_first_lesson_cannot_wait_for_the_morning(small):
    tomorrow = clock.today() + timedelta(days=1)
    with at_school(small.id):
        hours = [
            Lesson.objects.create(
                course=small.course, date=tomorrow, hour_no=hour, starts_at=f"0{hour + 7}:00", ends_at=f"0{hour + 7}:40"
            )
            for hour in (1, 2)
        ]
    said = []
    for changed in (small.lesson, hours[1], hours[0]):
        with at_school(small.id):
            change_lesson(small.head, changed.pk, Wanted())
        said.append(json.loads(history(small))["soon"])
    assert said == [True, False, True]
