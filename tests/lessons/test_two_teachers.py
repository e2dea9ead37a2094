"""Two teachers save one lesson at the same moment: one is first, the other is told so, and nothing is half saved."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connections

from tests import small_school
from tests.counts import draws, rounds
from tests.marks import committed
from zvanets.attendance.actions import Attendance
from zvanets.attendance.models import Absence
from zvanets.history.models import Entry
from zvanets.history.verbs import Verb
from zvanets.lessons.actions import NewerVersion, Saved, Sheet, save_lesson
from zvanets.lessons.models import Homework, LessonRecord
from zvanets.rules.absences import AbsenceKind
from zvanets.tenancy.school import at_school

ABSENT = Attendance(AbsenceKind.UNEXCUSED)


@pytest.mark.soak
@committed
def test_of_two_saves_one_is_whole_and_the_other_sees_the_newer_version(school):
    small, chance = small_school.build(school.pk), draws()
    students = [student.pk for student in small.students]
    start = Barrier(2)

    def save(sheet: Sheet) -> Saved | NewerVersion:
        start.wait()
        try:
            with at_school(small.id):
                return save_lesson(small.actor, small.lesson.pk, sheet)
        except NewerVersion as newer:
            return newer

    with ThreadPoolExecutor(2) as teachers:
        for version in range(rounds(1000)):
            sheets = [sheet(version, name, chance.sample(students, 2)) for name in ("първа", "втора")]
            answers = list(teachers.map(save, sheets))
            first = next(sheet for sheet, answer in zip(sheets, answers, strict=True) if isinstance(answer, Saved))
            assert sorted(type(answer).__name__ for answer in answers) == ["NewerVersion", "Saved"]
            assert {answer.version for answer in answers} == {version + 1}
            assert standing(small) == (first.topic, first.homework, set(first.attendance))
        list(teachers.map(lambda _: (start.wait(), connections.close_all()), range(2)))
    with at_school(small.id):
        assert Entry.objects.filter(verb=Verb.LESSON_SAVED).count() == rounds(1000)


def sheet(version: int, name: str, absent: list[int]) -> Sheet:
    text = f"{name} {version}"
    attendance = dict.fromkeys(absent, ABSENT)
    return Sheet(seen=version, save_key=uuid4(), topic=text, homework=text, attendance=attendance)


def standing(small) -> tuple[str, str, set[int]]:
    with at_school(small.id):
        topic = LessonRecord.objects.get().topic
        return topic, Homework.objects.get().text, set(Absence.objects.values_list("student", flat=True))
