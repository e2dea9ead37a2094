"""A lesson's page: the class by number, saved whole, and nothing typed is lost."""

import re
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from tests import small_school
from tests.budget import statements
from tests.staff.people import fields
from zvanets.attendance.models import Absence
from zvanets.gradebook.models import Grade
from zvanets.lessons.models import Homework, LessonRecord
from zvanets.lib import clock
from zvanets.remarks.models import Remark
from zvanets.rules.absences import AbsenceKind
from zvanets.schools.models import Lesson, SchoolSettings
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


def url(small, lesson=None) -> str:
    return f"/s/{small.id}/lessons/{(lesson or small.lesson).pk}/"


def filled(small, page, **more):
    anna, boris, darya, elena = (student.pk for student in small.students[:4])
    return {
        **fields(page),
        "topic": "Пропорции",
        "homework": "стр. 48, зад. 3",
        "due": clock.today().isoformat(),
        "kind": "4",
        "absent": [darya],
        "late": [boris],
        f"grade-{anna}-1": "5,50",
        f"remark-{elena}": "Помогна на съученик",
        f"remark-kind-{elena}": "1",
        **more,
    }


def test_the_class_stands_by_number_with_a_tool_a_column(front, small):
    page = front.get(url(small)).content.decode()

    assert re.findall(r'aria-controls="below-\d+">([^<]+)<', page) == [
        "Анна Желева",
        "Борис Василев",
        "Дария Костова",
        "Елена Георгиева",
    ]
    assert "7 Б · Математика" in page
    assert "3-ти час, 09:20–10:00" in page
    assert "4\u00a0присъстват" in page
    assert "Запиши и уведоми родителите" in page


def test_a_lesson_is_saved_and_shown_again(front, small):
    answer = front.post(url(small), filled(small, front.get(url(small))), follow=True)

    page = answer.content.decode()
    assert answer.redirect_chain == [(url(small), 302)]
    assert "Записано в" in page
    assert "тест, Мария Иванова, днес" in page
    assert "Похвала: Помогна на съученик" in page
    with at_school(small.id):
        kinds = dict(Absence.objects.values_list("student__first_name", "kind"))
        assert kinds == {"Борис": AbsenceKind.LATE, "Дария": AbsenceKind.UNEXCUSED}
        assert str(Grade.objects.get().value) == "5.50"
        assert Homework.objects.get().due_on == clock.today()
        assert Remark.objects.get().kind == Remark.Kind.PRAISE


def test_every_error_stands_beside_its_field_and_in_the_summary_and_nothing_is_lost(front, small):
    anna, boris = small.students[0].pk, small.students[1].pk
    sent = filled(small, front.get(url(small)), **{f"grade-{anna}-1": "2,50", "due": "утре"})
    sent |= {f"remark-{boris}": "Без учебник", "absent": [boris], "late": [boris]}

    answer = front.post(url(small), sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("Няма оценка 2,50. Въведете 2 или оценка от 3 до 6.") == 2
    assert f'<a href="#grade-{anna}">Анна Желева: Няма оценка 2,50' in page
    assert f'id="grade-{anna}_error"' in page
    assert page.count("Изберете дали е похвала или забележка.") == 2
    assert page.count("Изберете едно: отсъства или закъсня.") == 2
    assert "„утре“ не е дата." in page
    for typed in ("2,50", "Без учебник", "Пропорции", "стр. 48, зад. 3", "Помогна на съученик"):
        assert typed in page
    assert fields(answer)["key"] == sent["key"]
    with at_school(small.id):
        assert not LessonRecord.objects.exists()


def test_somebody_was_first_and_both_states_are_shown(front, small):
    anna, boris, darya, elena = (student.pk for student in small.students)
    mine, others = front.get(url(small)), front.get(url(small))
    front.post(url(small), filled(small, others, absent=[elena], late=[boris]))

    sent = filled(small, mine, absent=[darya], late=[], topic="Моята тема")
    answer = front.post(url(small), sent)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "междувременно Мария Иванова записа този час" in page
    assert re.search(rf'id="absent-{darya}"[^>]* checked data-saved=""', page)
    assert re.search(rf'id="absent-{elena}"[^>]* checked>', page), "what I did not touch shows the newer state"
    assert re.search(rf'id="late-{boris}"[^>]* checked>', page)
    assert page.count("междувременно записано: отсъства") == 1
    assert "Моята тема" in page
    assert "Междувременно тук е записано: „Пропорции“." in page
    assert 'value="5,50" data-saved=""' in page

    again = filled(small, answer, absent=[darya, elena], late=[boris], topic="Моята тема")
    again.pop(f"grade-{anna}-1")
    assert front.post(url(small), again).status_code == 302
    with at_school(small.id):
        assert LessonRecord.objects.get().version == 2
        assert Absence.objects.count() == 3
        assert Grade.objects.count() == 1


def test_the_same_form_sent_twice_is_one_save(front, small):
    sent = filled(small, front.get(url(small)))

    assert [front.post(url(small), sent).status_code for _ in range(2)] == [302, 302]
    with at_school(small.id):
        assert Grade.objects.count() == 1


def test_htmx_gets_the_form_alone(front, small):
    piece = front.get(url(small), headers={"HX-Request": "true"}).content.decode()

    assert piece.lstrip().startswith('<form id="lesson"')
    assert "<html" not in piece


def test_a_lesson_of_another_teacher_or_school_is_not_there(client, small, two_schools):
    neighbour = small_school.build(two_schools[1].pk)
    with at_school(small.id):
        other, _ = small_school.add_teacher("Петър", "Колев", clock.today())
    client.force_login(other)

    assert client.get(url(small)).status_code == 404
    assert client.post(url(small), {"key": str(uuid4())}).status_code == 404
    client.force_login(small.teacher)
    assert client.get(url(neighbour)).status_code == 404
    assert client.get(f"/s/{small.id}/lessons/{neighbour.lesson.pk}/").status_code == 404
    assert client.post(f"/s/{small.id}/lessons/{neighbour.lesson.pk}/", {}).status_code == 404


def test_a_guardian_has_no_seat_here(client, small):
    from tests.accounts.people import person, seat
    from zvanets.accounts.models import Role

    mother = person("mother")
    seat(mother, small.id, Role.GUARDIAN)
    client.force_login(mother)
    assert client.get(url(small)).status_code == 404


def test_who_is_not_signed_in_is_led_to_the_door(client, small):
    answer = client.get(url(small))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_after_the_lock_the_page_says_so_and_takes_nothing(front, small):
    before = front.get(url(small))
    with at_school(small.id):
        Lesson.objects.filter(pk=small.lesson.pk).update(date=clock.today().replace(year=clock.today().year - 1))
        SchoolSettings.objects.create(past_month_lock_day=1)
        small.course.teachers.update(starts_on=clock.today().replace(year=clock.today().year - 2))

    page = front.get(url(small)).content.decode()
    assert "е заключен от училището" in page
    assert "Запиши и уведоми" not in page
    answer = front.post(url(small), filled(small, before))
    assert answer.status_code in (409, 422)
    assert "Пропорции" in answer.content.decode()


def test_what_a_stranger_types_into_a_name_is_text(front, small):
    with at_school(small.id):
        student = small.students[0]
        student.first_name = "<script>alert(1)</script>"
        student.save()
    sent = filled(small, front.get(url(small)), topic='"><img src=x>', homework="</textarea><b>", due="x")
    for page in (front.get(url(small)), front.post(url(small), sent)):
        text = page.content.decode()
        assert "<script>alert" not in text
        assert "<img src=x>" not in text
        assert "</textarea><b>" not in text


@pytest.mark.parametrize("rubbish", ["", "x" * 5000, "-1", "9" * 40, "[[1,2]", "\x00", "{}", "null", "1e9"])
def test_broken_hidden_fields_never_break_the_page(front, small, rubbish):
    anna = small.students[0].pk
    sent = {"version": rubbish, "key": rubbish, "base": rubbish, "kind": rubbish, "due": rubbish, "topic": rubbish}
    sent |= {"absent": [rubbish, anna], f"grade-{rubbish}-1": "5", f"grade-{anna}-7": "5", "remark-x": rubbish}
    form = {"data": urlencode(sent, doseq=True), "content_type": "application/x-www-form-urlencoded"}
    assert front.post(url(small), **form).status_code in (302, 409, 422)


def test_a_page_costs_as_many_statements_for_4_as_for_26(front, small, of_26):
    with statements() as found:
        assert front.get(url(small)).status_code == 200
    assert len(found) <= 11, found


def test_a_save_costs_at_most_twelve_statements(front, of_26):
    small = of_26
    page = front.get(url(small))
    ids = [student.pk for student in small.students]
    sent = {**fields(page), "topic": "Пропорции", "kind": "1", "absent": ids[:3]}
    sent |= {f"grade-{one}-1": "5" for one in ids[5:10]}
    with statements() as found:
        assert front.post(url(small), sent).status_code == 302
    assert len(found) <= 12, found
