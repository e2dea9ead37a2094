"""The sections of the class book as the staff fill them: what is written, what is refused, who sees what."""

from datetime import timedelta

import pytest

from tests.remarks.filled import fill, next_monday
from tests.staff.people import colleague, home, signed_in
from zvanets.accounts.models import Role
from zvanets.history.models import Entry
from zvanets.lib import clock
from zvanets.remarks.models import (
    HealthNote,
    IndividualWork,
    Note,
    ParentMeeting,
    PlannedWork,
    PrivateRead,
    Remark,
    Sanction,
    SchoolEvent,
    Support,
)
from zvanets.schools.models import YearGroup
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db
TODAY = clock.today().isoformat()


@pytest.fixture
def head(small):
    return signed_in(colleague(small, Role.DIRECTOR))


@pytest.fixture
def homeroom(small):
    return signed_in(colleague(small, leads=True))


def at_class(small, section: str) -> str:
    return home(small, f"classes/{small.class_group.pk}/{section}/")


def send(client, url: str, **typed):
    answer = client.post(url, typed)
    assert answer.status_code == 302, answer.content.decode()
    return client.get(answer.headers["Location"]).content.decode()


def count(small, model, **wanted) -> int:
    with at_school(small.id):
        return model.objects.filter(**wanted).count()


def test_the_homeroom_teacher_praises_several_at_once(homeroom, small):
    students = [small.students[0].pk, small.students[2].pk]
    said = send(homeroom, at_class(small, "remarks"), kind=1, text="Подредиха базара", on=TODAY, students=students)
    assert "Похвали: 2. Забележки: 0." in said
    assert count(small, Remark, kind=1, lesson=None) == 2


def test_nothing_typed_is_lost_when_a_form_is_refused(homeroom, small):
    answer = homeroom.post(at_class(small, "remarks"), {"text": "Дълъг текст", "on": TODAY})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Дълъг текст" in page
    assert "Изберете поне един ученик." in page


def test_a_sanction_is_written_and_cancelled_by_orders(homeroom, small):
    order = {"student": small.students[0].pk, "kind": 1, "number": "РД-12", "on": TODAY, "starts_on": TODAY}
    said = send(homeroom, at_class(small, "sanctions"), **order)
    assert "санкция „забележка“" in said
    with at_school(small.id):
        sanction = Sanction.objects.get()
    typed = {"order_no": "РД-15", "order_on": TODAY, "why": "Поправи поведението си"}
    said = send(homeroom, home(small, f"sanctions/{sanction.pk}/"), **typed)
    assert "отменена със заповед № РД-15" in said


def test_a_meeting_is_called_moved_and_cancelled(homeroom, small):
    day = next_monday()
    typed = {"date": day.isoformat(), "starts_at": "18:00", "place": "стая 12", "title": "Избор на съвет"}
    assert "Предстои: Избор на съвет" in send(homeroom, at_class(small, "meetings"), **typed)
    with at_school(small.id):
        url = home(small, f"meetings/{ParentMeeting.objects.get().pk}/")
    send(homeroom, url, **typed | {"date": (day + timedelta(days=1)).isoformat()})
    assert homeroom.post(f"{url}cancel/", {"end-why": ""}).status_code == 422
    assert "Няма насрочена родителска среща." in send(homeroom, f"{url}cancel/", **{"end-why": "Ремонт"})
    with at_school(small.id):
        verbs = Entry.objects.filter(verb__startswith="meeting.").order_by("number").values_list("verb", flat=True)
        assert list(verbs) == ["meeting.called", "meeting.changed", "meeting.withdrawn"]


def test_a_head_announces_to_all_and_a_homeroom_teacher_to_their_class(head, homeroom, small):
    typed = {"date": next_monday().isoformat(), "title": "Коледен базар"}
    assert "за цялото училище" in send(head, home(small, "events/"), scope="school", **typed)
    assert homeroom.post(home(small, "events/"), {"scope": "school", **typed}).status_code == 422
    send(homeroom, home(small, "events/"), scope=f"class-{small.class_group.pk}", **typed)
    assert count(small, SchoolEvent) == 2


def test_a_teacher_proposes_the_head_approves_and_the_calendar_shows_both(front, head, small):
    day = next_monday()
    work = {"course": small.course.pk, "kind": 2, "on": day.isoformat(), "text": "Дроби"}
    said = send(front, at_class(small, "works"), **work)
    assert "чака утвърждаване от директора" in said
    assert front.post(at_class(small, "works"), work).status_code == 422
    assert "вече има контролна работа по математика" in front.post(at_class(small, "works"), work).content.decode()
    assert "1 контролна или класна работа" in head.get(home(small, "head/")).content.decode()
    with at_school(small.id):
        pk = PlannedWork.objects.get().pk
    assert "Нищо не чака утвърждаване." in send(head, home(small, "head/works/"), works=[pk])
    page = front.get(home(small, f"works/{pk}/")).content.decode()
    assert "промяна прави директорът" in page
    assert '<form method="post" novalidate' not in page
    send(head, home(small, f"works/{pk}/"), on=(day + timedelta(days=1)).isoformat(), text="Дроби")
    send(head, home(small, f"works/{pk}/withdraw/"), **{"end-why": "Карантина"})
    assert count(small, PlannedWork, ended_at__isnull=False) == 1


def test_a_note_is_for_all_for_some_or_for_the_staff(front, small):
    url = at_class(small, "notes")
    send(front, url, text="За всички", whom="all")
    send(front, url, text="За Анна", whom="some", students=[small.students[0].pk])
    send(front, url, text="За колегите", whom="staff")
    assert front.post(url, {"text": "За кого?", "whom": "some"}).status_code == 422
    assert count(small, Note) == 3
    with at_school(small.id):
        pk = Note.objects.first().pk
    send(front, home(small, f"notes/{pk}/"), why="Грешка")


def test_a_health_note_is_read_by_its_author_the_homeroom_teacher_and_the_director_alone(front, homeroom, head, small):
    url = home(small, f"students/{small.students[0].pk}/health/")
    send(front, url, on=TODAY, text="Алергия към пчели")
    other = colleague(small, Role.TEACHER)
    for client in (front, homeroom, head):
        assert "Алергия към пчели" in client.get(url).content.decode()
    for user in (other, colleague(small, Role.CLERK), colleague(small, Role.SCHOOL_ADMIN)):
        assert signed_in(user).get(url).status_code == 404
    assert "Кой е чел тази страница" in homeroom.get(url).content.decode()
    assert "Кой е чел тази страница" not in front.get(url).content.decode()
    assert count(small, PrivateRead, what="health") >= 5
    with at_school(small.id):
        pk = HealthNote.objects.get().pk
    send(homeroom, home(small, f"health/{pk}/"), why="Отпадна")


def test_another_teacher_of_the_child_does_not_read_the_note_that_a_homeroom_teacher_wrote(front, homeroom, small):
    url = home(small, f"students/{small.students[0].pk}/health/")
    send(homeroom, url, on=TODAY, text="Астма")
    assert "Астма" not in front.get(url).content.decode()


def test_a_team_member_reads_and_fills_the_plan_that_the_homeroom_teacher_made(front, homeroom, small):
    plan = {
        "students": [small.students[0].pk],
        "starts_on": TODAY,
        "ends_on": (clock.today() + timedelta(days=90)).isoformat(),
        "difficulties": [1],
        "teachers": [small.staff_member.pk],
        "activities": [3],
        "text": "Два пъти седмично",
    }
    assert front.post(at_class(small, "support"), plan).status_code == 404
    assert "Два пъти седмично" in send(homeroom, at_class(small, "support"), **plan)
    assert "Два пъти седмично" in front.get(at_class(small, "support")).content.decode()
    with at_school(small.id):
        url = home(small, f"support/{Support.objects.get().pk}/")
    send(front, url, **plan | {"target-3": "Четене", "result-3": "Чете вярно", "done-3": TODAY})
    assert "Чете вярно" in homeroom.get(url).content.decode()
    send(homeroom, f"{url}end/", **{"end-why": "Справя се"})


def test_individual_work_is_read_by_its_author_and_the_homeroom_teacher(front, homeroom, small):
    url = at_class(small, "individual")
    send(front, url, student=small.students[0].pk, on=TODAY, text="Обикновени дроби")
    assert "Обикновени дроби" in homeroom.get(url).content.decode()
    with at_school(small.id):
        pk = IndividualWork.objects.get().pk
    send(homeroom, home(small, f"individual/{pk}/"), why="Грешен ученик")


def test_a_teachers_day_says_what_lies_ahead_for_their_classes(front, small):
    assert "Няма срещи, мероприятия и контролни" in front.get(home(small)).content.decode()
    with at_school(small.id):
        fill(small)
    page = front.get(home(small)).content.decode()
    for said in ("7 Б · Избор на родителски съвет", "Коледен базар", "Математика, контролна работа"):
        assert said in page


def test_the_students_page_names_the_sanction_by_its_order_for_who_leads_the_class(front, homeroom, small):
    with at_school(small.id):
        fill(small)
    url = home(small, f"students/{small.students[0].pk}/")
    assert "санкция „забележка“" in homeroom.get(url).content.decode()
    assert "санкция" not in front.get(url).content.decode()


def test_a_class_is_offered_the_sections_that_its_book_keeps(homeroom, small):
    page = at_class(small, "notes")
    assert "Санкции" in homeroom.get(page).content.decode()
    with at_school(small.id):
        YearGroup.objects.update(level=3)
    shown = homeroom.get(page).content.decode()
    assert "Санкции" not in shown
    assert "Контролни и класни" in shown
