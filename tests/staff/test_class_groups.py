"""Class groups and their students: who sees what, and excusing."""

from datetime import time, timedelta

import pytest

from tests.budget import statements
from tests.staff.people import colleague, home, signed_in
from zvanets.accounts.models import Role
from zvanets.attendance.models import Absence
from zvanets.history.models import Access
from zvanets.lib import clock
from zvanets.rules.absences import AbsenceKind
from zvanets.schools.models import Enrolment, Lesson
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


def class_url(small) -> str:
    return home(small, f"classes/{small.class_group.pk}/")


def test_a_teacher_sees_the_classes_they_teach(front, small):
    page = front.get(home(small, "classes/")).content.decode()
    assert "7 Б" in page
    assert "Вие сте класен ръководител" not in page


def test_a_class_of_somebody_else_is_not_there(small):
    stranger = signed_in(colleague(small))
    assert stranger.get(class_url(small)).status_code == 404
    assert "Още нямате паралелки" in stranger.get(home(small, "classes/")).content.decode()


def test_a_subject_teacher_sees_names_and_excuses_nothing(front, saved):
    page = front.get(class_url(saved)).content.decode()
    assert "Анна Желева" in page
    assert "За извиняване" not in page
    assert front.post(f"{class_url(saved)}excuse/", {"reason": "1"}).status_code == 404


def test_the_homeroom_teacher_excuses_with_a_reason(saved):
    homeroom = signed_in(colleague(saved, leads=True))
    page = homeroom.get(class_url(saved)).content.decode()
    assert "Дария Костова" in page
    assert "Математика · отсъства" in page
    assert "Вие сте класен ръководител" in homeroom.get(home(saved, "classes/")).content.decode()
    with at_school(saved.id):
        absent = Absence.objects.get(kind=AbsenceKind.UNEXCUSED)

    sent = {"absences": [absent.pk], "reason": "1", "text": "бележка от лекар"}
    answer = homeroom.post(f"{class_url(saved)}excuse/", sent, follow=True)
    assert "Извинени: 1\u00a0отсъствие." in answer.content.decode()
    with at_school(saved.id):
        absent.refresh_from_db()
        assert absent.kind == AbsenceKind.EXCUSED
        assert absent.reason_text == "бележка от лекар"
    assert "Дария" in homeroom.get(class_url(saved)).content.decode()


def test_the_page_says_how_many_days_a_parents_word_still_excuses_and_refuses_more(saved):
    homeroom = signed_in(colleague(saved, leads=True))
    darya = saved.students[2]
    with at_school(saved.id):
        days = [clock.today() - timedelta(days=ago) for ago in range(1, 7)]
        lessons = Lesson.objects.bulk_create(
            Lesson(course=saved.course, date=day, hour_no=1, starts_at=time(8), ends_at=time(8, 40)) for day in days
        )
        made = Absence.objects.bulk_create(
            Absence(
                lesson=lesson,
                student=darya,
                date=lesson.date,
                kind=AbsenceKind.UNEXCUSED,
                recorded_at=clock.now(),
                recorded_by=saved.teacher,
            )
            for lesson in lessons
        )
    page = homeroom.get(class_url(saved)).content.decode()
    assert "по семейни причини: още 15\u00a0дни" in page
    assert "до 5 учебни дни наведнъж и до 15 за учебната година" in page

    sent = {"absences": [absence.pk for absence in made], "reason": "2"}
    refused = homeroom.post(f"{class_url(saved)}excuse/", sent)
    assert refused.status_code == 422
    assert "Дария Костова: по семейни причини се извиняват най-много 5" in refused.content.decode()
    assert refused.content.decode().count(" checked") == 7  # what was chosen stays: six absences and the reason

    homeroom.post(f"{class_url(saved)}excuse/", sent | {"absences": sent["absences"][:4]})
    assert "още 11\u00a0дни" in homeroom.get(class_url(saved)).content.decode()


def test_excusing_nothing_says_what_is_missing(saved):
    homeroom = signed_in(colleague(saved, leads=True))
    answer = homeroom.post(f"{class_url(saved)}excuse/", {"text": "какво ли"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("Изберете поне едно отсъствие.") == 2
    assert page.count("Изберете причина.") == 2
    assert "какво ли" in page


def test_an_absence_of_another_class_is_no_choice(saved):
    homeroom = signed_in(colleague(saved, leads=True))
    answer = homeroom.post(f"{class_url(saved)}excuse/", {"absences": [10**9, "x"], "reason": "1"})
    assert answer.status_code == 422


def test_the_head_sees_every_class_and_todays_lessons(saved):
    head = signed_in(colleague(saved, Role.DIRECTOR))
    page = head.get(class_url(saved)).content.decode()
    assert "Часове днес" in page
    assert "записан, 1\u00a0отсъства" in page
    assert head.get(home(saved, f"lessons/{saved.lesson.pk}/")).status_code == 200


def test_the_clerk_reaches_any_class_on_any_day(saved):
    clerk = signed_in(colleague(saved, Role.CLERK))
    day = clock.today()
    assert "записан, 1\u00a0отсъства" in clerk.get(f"{class_url(saved)}{day}/").content.decode()
    assert "няма часове" in clerk.get(f"{class_url(saved)}{day - timedelta(days=1)}/").content.decode()
    assert clerk.get(home(saved, "head/unfilled/")).status_code == 200
    assert clerk.get(home(saved, "head/")).status_code == 404


def test_a_teacher_has_no_list_of_others_lessons(front, saved):
    assert front.get(f"{class_url(saved)}{clock.today()}/").status_code == 404


def test_who_left_is_shown_as_such(saved):
    with at_school(saved.id):
        Enrolment.objects.filter(student=saved.students[0]).update(status=Enrolment.Status.LEFT)
    head = signed_in(colleague(saved, Role.DIRECTOR))
    assert "ОТПИСАН" in head.get(class_url(saved)).content.decode()
    assert "ОТПИСАН" in head.get(home(saved, f"students/{saved.students[0].pk}/")).content.decode()


def test_a_student_shows_grades_with_how_they_were_averaged_and_the_look_is_noted(front, saved):
    anna, boris = saved.students[:2]
    page = front.get(home(saved, f"students/{anna.pk}/")).content.decode()
    assert "5,50" in page
    assert "виждате своите предмети" in page
    assert "Среден успех</dt>" not in page, "the mean of all subjects is for the homeroom teacher"
    homeroom = signed_in(colleague(saved, leads=True))
    page = homeroom.get(home(saved, f"students/{boris.pk}/")).content.decode()
    assert "Как е изчислено?" in page
    assert "<b>0,5</b>" in page
    with at_school(saved.id):
        assert list(Access.objects.order_by("id").values_list("student_id", "verb")) == [
            (anna.pk, "student.opened"),
            (boris.pk, "student.opened"),
        ]


def test_a_student_of_another_class_or_school_is_not_there(small, two_schools):
    stranger = signed_in(colleague(small))
    assert stranger.get(home(small, f"students/{small.students[0].pk}/")).status_code == 404
    assert stranger.get(f"/s/{two_schools[1].pk}/students/{small.students[0].pk}/").status_code == 404


def test_a_class_costs_the_same_for_4_and_26(saved, of_26):
    homeroom = signed_in(colleague(saved, leads=True))
    homeroom.get(class_url(saved))
    with statements() as found:
        homeroom.get(class_url(saved))
    assert len(found) <= 17, found
    with statements() as found:
        homeroom.get(home(saved, f"students/{saved.students[0].pk}/"))
    assert len(found) <= 17, found
