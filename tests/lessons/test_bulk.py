"""Many absences at once, whole or not at all, and lessons that a head has verified."""

from uuid import uuid4

import pytest

from tests.attendance.conftest import TODAY, absence, day, lesson, small  # noqa: F401
from zvanets.attendance.actions import Attendance, Excuse
from zvanets.attendance.models import Absence, ExcuseReason
from zvanets.history.models import Entry
from zvanets.lessons.actions import NewerVersion, Sheet, save_lesson
from zvanets.lessons.bulk import Away, record_away
from zvanets.lessons.models import LessonRecord
from zvanets.lessons.verification import open_lesson, verify_lesson
from zvanets.lib.refusals import Refusal
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.notices import Span

pytestmark = pytest.mark.django_db
EVENT = Excuse(ExcuseReason.OTHER, "състезание", is_confidential=False)


def everybody(small):  # noqa: F811
    return [student.pk for student in small.students]


def test_the_whole_class_is_away_on_an_event(small):  # noqa: F811
    lesson(small, TODAY, 4)
    assert record_away(small.head, Away(everybody(small), Span(TODAY, TODAY), EVENT)) == 8
    assert set(Absence.objects.values_list("kind", "reason")) == {(AbsenceKind.EXCUSED, ExcuseReason.OTHER)}
    assert set(Entry.objects.filter(verb__startswith="absence.").values_list("verb", flat=True)) == {"absence.excused"}


def test_one_student_all_day_and_again_changes_nothing(small):  # noqa: F811
    for hour in (1, 2):
        lesson(small, TODAY, hour)
    away = Away([small.students[0].pk], Span(TODAY, TODAY))
    assert record_away(small.head, away) == 3
    assert record_away(small.head, away) == 0
    assert Absence.objects.filter(kind=AbsenceKind.UNEXCUSED).count() == 3


def test_hours_are_hours(small):  # noqa: F811
    for hour in (1, 2):
        lesson(small, TODAY, hour)
    assert record_away(small.head, Away(everybody(small), Span(TODAY, TODAY, 1, 2))) == 8


def test_who_was_late_stays_late_and_who_was_absent_is_excused(small):  # noqa: F811
    absence(small, 0, kind=AbsenceKind.LATE)
    absence(small, 0, child=1)
    assert record_away(small.head, Away(everybody(small), Span(TODAY, TODAY), EVENT)) == 3
    assert Absence.objects.get(student=small.students[0]).kind == AbsenceKind.LATE


def test_an_open_page_of_the_lesson_meets_the_newer_version(small):  # noqa: F811
    save_lesson(small.actor, small.lesson.pk, Sheet(0, uuid4(), topic="Дроби"))
    record_away(small.head, Away(everybody(small), Span(TODAY, TODAY)))
    with pytest.raises(NewerVersion):
        save_lesson(small.actor, small.lesson.pk, Sheet(1, uuid4(), topic="Дроби"))


@pytest.mark.parametrize(("ahead", "code"), [(1, "lesson_in_future"), (40, "no_lessons")])
def test_not_ahead_and_not_without_lessons(small, ahead, code):  # noqa: F811
    lesson(small, day(-1))
    with pytest.raises(Refusal) as refused:
        record_away(small.head, Away(everybody(small), Span(day(-ahead), day(-ahead))))
    assert refused.value.code == code
    assert not Absence.objects.exists()


def verified(small):  # noqa: F811
    save_lesson(small.actor, small.lesson.pk, Sheet(0, uuid4(), topic="Дроби"))
    verify_lesson(small.head, small.lesson.pk)


def test_a_verified_lesson_does_not_change_until_a_head_opens_it(small):  # noqa: F811
    verified(small)
    absent = {small.students[0].pk: Attendance(AbsenceKind.UNEXCUSED)}
    with pytest.raises(Refusal, match="проверен от Мария Иванова"):
        save_lesson(small.actor, small.lesson.pk, Sheet(1, uuid4(), topic="Дроби", attendance=absent))
    with pytest.raises(Refusal) as refused:
        record_away(small.head, Away(everybody(small), Span(TODAY, TODAY)))
    assert refused.value.code == "lesson_verified"

    open_lesson(small.head, small.lesson.pk, why="пропуснато отсъствие")
    save_lesson(small.actor, small.lesson.pk, Sheet(1, uuid4(), topic="Дроби", attendance=absent))
    assert Absence.objects.count() == 1
    verbs = list(Entry.objects.filter(verb__endswith="verified").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["lesson.verified", "lesson.unverified"]


def test_only_a_lesson_with_its_topic_is_verified(small):  # noqa: F811
    with pytest.raises(Refusal) as refused:
        verify_lesson(small.head, small.lesson.pk)
    assert refused.value.code == "nothing_to_verify"
    assert not LessonRecord.objects.exists()
