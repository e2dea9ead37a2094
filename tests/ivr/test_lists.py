"""The further lists of the telephone: what is ahead, what was missed, final grades, the class, other children, a new PIN."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from tests.ivr.test_desk import texts, told
from tests.marks import committed
from tests.notifications.telling import ABSENT, save
from tests.small_school import add_student
from zvanets.attendance.models import Absence
from zvanets.gradebook.models import Grade
from zvanets.guardians.actions import grant_right, withdraw_right
from zvanets.guardians.models import Guardianship, Relation
from zvanets.history.models import Entry
from zvanets.ivr import desk
from zvanets.ivr.models import CallLog
from zvanets.lib import clock
from zvanets.remarks.models import ParentMeeting, SchoolEvent
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.ivr import Denial, PinChange
from zvanets.rules.ivr_menu import Section, Sibling
from zvanets.rules.scales import GradeKind
from zvanets.schools.models import Lesson
from zvanets.tenancy.school import at_school

pytestmark = committed


def opened(family, language: str = "") -> desk.Opened:
    found = desk.look_up(family.code, family.pin, "", language)
    assert isinstance(found, desk.Opened)
    return found


def give(small, student, value: str, **fields) -> None:
    Grade.objects.create(
        student=student, course=small.course, value=Decimal(value), given_on=clock.today(), given_at=clock.now(),
        given_by=small.teacher, **fields,
    )  # fmt: skip


def tomorrow() -> date:
    return clock.today() + timedelta(days=1)


def test_the_programme_of_the_next_school_day(family):
    with at_school(family.small.id):
        for hour, is_cancelled in ((2, False), (4, False), (1, True)):
            Lesson.objects.create(
                course=family.small.course, date=tomorrow(), hour_no=hour, starts_at=time(7 + hour, 30),
                ends_at=time(8 + hour, 10), is_cancelled=is_cancelled,
            )  # fmt: skip

    [item] = texts(opened(family), Section.PROGRAMME)
    assert item == "Утре, от девет часа и тридесет минути: втори час Математика, четвърти час Математика"


def test_without_lessons_ahead_there_is_no_programme(family):
    assert texts(opened(family), Section.PROGRAMME) == []


def test_what_was_taught_while_the_child_was_absent(family):
    save(family.small, attendance={family.student.pk: ABSENT}, topic="Дроби", homework="стр. 4")

    assert texts(opened(family), Section.MISSED) == [
        "Днес, Математика. Тема: Дроби. Домашна работа: страница четири",
    ]


def test_who_was_there_missed_nothing(family):
    save(family.small, attendance={family.small.students[1].pk: ABSENT}, topic="Дроби")

    assert texts(opened(family), Section.MISSED) == []


def test_meetings_and_events_ahead_of_the_childs_own_classes(family):
    small, by = family.small, {"written_at": clock.now(), "written_by": family.small.teacher, "said_at": clock.now()}
    with at_school(small.id):
        ParentMeeting.objects.create(
            class_book=small.class_group,
            date=tomorrow(),
            starts_at=time(18),
            title="Родителска среща",
            place="Стая 12",
            **by,
        )
        SchoolEvent.objects.create(date=tomorrow() + timedelta(days=40), title="Ден на спорта", **by)
        SchoolEvent.objects.create(date=clock.today() - timedelta(days=2), title="Минало", **by)
        SchoolEvent.objects.create(date=tomorrow(), title="Отменено", ended_at=clock.now(), ended_why="дъжд", **by)

    first, second = texts(opened(family), Section.EVENTS)
    assert first == "Утре, Родителска среща, в осемнадесет часа, място: Стая дванадесет"
    assert second.endswith("Ден на спорта")


def test_days_that_may_still_be_excused(family):
    with at_school(family.small.id):
        Absence.objects.create(
            student=family.student, lesson=family.small.lesson, date=clock.today(), kind=AbsenceKind.EXCUSED, reason=2,
            excused_at=clock.now(), excused_by=family.small.teacher, recorded_at=clock.now(), recorded_by=family.small.teacher,
        )  # fmt: skip
    assert texts(opened(family), Section.EXCUSES) == [
        "Можете да извините още четиринадесет дни от петнадесет за учебната година, до пет дни наведнъж"
    ]
    with at_school(family.small.id):
        Guardianship.objects.filter(student=family.student).update(may_excuse=False)
    assert texts(opened(family), Section.EXCUSES) == []


def test_final_grades_stand_apart_from_the_current_ones(family):
    with at_school(family.small.id):
        give(family.small, family.student, "5.50")
        give(family.small, family.student, "6", kind=GradeKind.TERM, term=1)
        give(family.small, family.student, "5", kind=GradeKind.ANNUAL)

    found = opened(family)
    assert texts(found, Section.FINALS) == [
        "Математика: за първи срок шест",
        "Математика: за годината пет",
    ]
    assert texts(found, Section.GRADES)[0] == "Математика: пет и петдесет. Среден успех пет и петдесет"
    assert texts(opened(family, "en"), Section.FINALS)[0] == "Matematika: in term one, six"


@pytest.mark.parametrize(("others", "is_said"), [(3, False), (4, True)])
def test_the_class_is_compared_with_where_five_have_grades(family, others, is_said):
    small = family.small
    with at_school(small.id):
        child_group = small.class_group.children.get()
        add_student(9, "Нов", "Ученик", small.class_group, child_group, small.course, small.school_year.starts_on)
        classmates = [each.student for each in small.class_group.book_enrolments.select_related("student")]
        give(small, family.student, "6")
        for each in [each for each in classmates if each != family.student][:others]:
            give(small, each, "4")

    said = texts(opened(family), Section.COMPARISON)
    assert said == (
        [
            "По всички предмети: на ученика шест, на паралелката четири и четиридесет",
            "Математика: на ученика шест, на паралелката четири и четиридесет",
        ]
        if is_said
        else []
    )


@pytest.mark.parametrize(("language", "name", "first"), [("ru", "Анна Желева", "Днес"), ("tr", "Anna Zheleva", "Днес")])
def test_a_language_without_words_for_the_diary_has_it_read_in_bulgarian(family, language, name, first):
    save(family.small, attendance={family.student.pk: ABSENT})

    found = opened(family, language)
    item = found.diary.sections[Section.ABSENCES][1]
    assert (found.diary.language, found.diary.child, item.language) == (language, name, "bg")
    assert item.text.startswith(first)


def with_boris(family) -> int:
    with at_school(family.small.id):
        boris = family.small.students[1]
        grant_right(actor=family.small.head, guardian=family.guardian, student=boris, relation=Relation.MOTHER)
        return int(boris.pk)


def test_the_other_child_of_the_same_guardian_is_opened_without_its_code(family):
    boris = with_boris(family)
    first = opened(family)
    assert first.diary.siblings == (Sibling(boris, "Борис Василев"),)

    second = desk.turn_to(first, boris, "bg")
    assert second.diary.child == "Борис Василев"
    assert second.log_id != first.log_id
    with at_school(family.small.id):
        assert set(CallLog.objects.values_list("student_id", flat=True)) == {family.student.pk, boris}


def test_a_child_whose_right_is_withdrawn_meanwhile_is_not_opened(family):
    boris = with_boris(family)
    first = opened(family)
    with at_school(family.small.id):
        right = Guardianship.objects.get(guardian=family.guardian, student_id=boris)
        withdraw_right(actor=family.small.head, right=right, why="Решение на съда")

    assert desk.turn_to(first, boris, "bg") is Denial.WRONG
    assert desk.turn_to(first, family.small.students[2].pk, "bg") is Denial.WRONG


def test_another_language_reads_the_same_child_in_the_same_call(family):
    save(family.small, attendance={family.student.pk: ABSENT})
    told(family)
    first = opened(family)

    again = desk.turn_to(first, family.student.pk, "en")
    assert again.log_id == first.log_id
    assert "today" in " ".join(texts(again, Section.ABSENCES)).lower()
    with at_school(family.small.id):
        assert CallLog.objects.count() == 1


def test_a_new_pin_opens_the_next_call_and_the_old_one_does_not(family):
    assert desk.change_pin(opened(family), "314159") is PinChange.DONE

    assert isinstance(desk.look_up(family.code, "314159"), desk.Opened)
    assert desk.look_up(family.code, family.pin) is Denial.WRONG
    with at_school(family.small.id):
        entry = Entry.objects.filter(verb="pin.issued").latest("id")
    assert (entry.actor_role, entry.object_id) == ("guardian", family.guardian.pk)


def test_a_weak_pin_is_refused(family):
    assert desk.change_pin(opened(family), "111111") is PinChange.WEAK
    assert isinstance(desk.look_up(family.code, family.pin), desk.Opened)
