"""The office: whoever may no longer know is shut out at once, a register is narrowed, a password is told once."""

import re
from datetime import timedelta

import pytest

from tests.accounts.people import PASSWORD
from tests.staff.people import colleague, home, signed_in
from zvanets.accounts.models import Membership, Role, User
from zvanets.accounts.proof import PROVEN
from zvanets.guardians.actions import disable_contact
from zvanets.guardians.models import Contact, Guardianship
from zvanets.guardians.pins import check_pin
from zvanets.history.models import Entry
from zvanets.history.record import Actor
from zvanets.lib import clock
from zvanets.schools.models import ClassGroup, CourseMember, Enrolment, YearGroup
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(small):
    """An administrator who has just shown who they are."""
    client = signed_in(colleague(small, Role.SCHOOL_ADMIN))
    session = client.session
    session[PROVEN] = clock.now().timestamp()
    session.save()
    return client


def text_of(answer, status: int = 200) -> str:
    assert answer.status_code == status
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def family(small, rest: str = "family/") -> str:
    return home(small, f"students/{small.students[0].pk}/{rest}")


def right_of(small, child: int = 0) -> Guardianship:
    with at_school(small.id):
        return Guardianship.objects.select_related("guardian__user").get(guardian=small.guardians[child])


def with_a_log_in(small) -> User:
    user = User.objects.create_user("mother", PASSWORD, name="Майка Желева")
    with at_school(small.id):
        small.guardians[0].user = user
        small.guardians[0].save()
        Membership.objects.create(user=user, role=Role.GUARDIAN, starts_on=clock.today())
    return user


class TestFamily:
    def test_it_says_who_may_know_and_where_letters_go(self, head, small):
        page = text_of(head.get(family(small)))
        assert "Достъп имат: 1 човек." in page
        assert "Майка Желева · майка" in page
        assert f"mother{small.guardians[0].pk}@example.org · потвърден" in page

    def test_withdrawing_shuts_the_portal_at_once_and_wants_a_reason(self, head, small):
        parent = signed_in(with_a_log_in(small))
        assert parent.get("/p/", follow=True).status_code == 200
        url = home(small, f"rights/{right_of(small).pk}/withdraw/")

        page = text_of(head.post(url, {"why": " "}), 422)
        assert "Достъпът не е отнет" in page
        assert right_of(small).withdrawn_at is None
        page = text_of(head.post(url, {"why": "Съдебно решение"}, follow=True))
        assert "Достъпът на Майка Желева е отнет." in page
        assert "Още никой няма достъп." in page
        assert parent.get(f"/p/{small.id}/{small.students[0].pk}/").status_code in {302, 404}

    def test_a_guardian_without_a_log_in_gets_one_that_works(self, client, head, small):
        page = text_of(head.post(home(small, f"rights/{right_of(small).pk}/password/")))
        username, password = re.search(r"Потребителско име (\S+) Парола (\S+)", page).groups()

        assert username == "m.zheleva"
        answer = client.post("/accounts/login/", {"login": username, "password": password}, follow=True)
        assert "Анна" in answer.content.decode()
        with at_school(small.id):
            assert "login.issued" in Entry.objects.values_list("verb", flat=True)
            assert password not in "".join(Entry.objects.values_list("body__text", flat=True))

    def test_a_new_pin_is_shown_once_and_opens_the_telephone(self, head, small):
        page = text_of(head.post(home(small, f"rights/{right_of(small).pk}/pin/")))
        pin = re.search(r"ПИН код (\d{3} \d{3})", page)[1].replace(" ", "")

        assert pin not in text_of(head.get(family(small))).replace(" ", "")
        with at_school(small.id):
            answer = check_pin(actor=Actor(None, "guardian", ""), student=small.students[0], pin=pin)
        assert answer.right == right_of(small)

    def test_the_homeroom_teacher_unlocks_the_telephone_and_withdraws_nobody(self, small):
        lead = signed_in(colleague(small, leads=True))
        with at_school(small.id):
            for _ in range(5):
                check_pin(actor=Actor(None, "guardian", ""), student=small.students[0], pin="111111")
        page = text_of(lead.get(family(small)))
        assert "Телефонната справка е заключена" in page
        assert "Отнеми достъпа" not in page

        page = text_of(lead.post(family(small, "unlock/"), follow=True))
        assert "Телефонната справка е отключена." in page
        assert "заключена до" not in page
        assert lead.post(home(small, f"rights/{right_of(small).pk}/withdraw/"), {"why": "x"}).status_code == 404


def test_an_address_at_which_letters_come_back_is_named_on_the_schools_day(head, small):
    with at_school(small.id):
        contact = Contact.objects.get(guardian=small.guardians[0])
        disable_contact(actor=Actor(None, "system", ""), contact=contact, why="писмата се връщат")

    page = text_of(head.get(home(small, "head/")))
    assert "1 адрес на родител е спрян, защото писмата се връщат." in page
    page = text_of(head.get(home(small, "head/addresses/")))
    assert f"{contact.address} · спрян на" in page
    assert "писмата се връщат" in page
    assert "Анна Желева" in page


class TestPasswords:
    def test_a_colleague_gets_a_new_one_and_is_signed_out(self, client, head, small):
        old = signed_in(small.teacher)
        page = text_of(head.post(home(small, f"head/people/{small.teacher.pk}/password/")))
        password = re.search(r"Парола (\S+)", page)[1]

        assert old.get(home(small)).status_code == 302
        small.teacher.refresh_from_db()
        assert small.teacher.check_password(password)

    def test_whoever_sits_at_the_administrators_open_computer_gets_none(self, small):
        stranger = signed_in(colleague(small, Role.DIRECTOR))
        before = small.teacher.password
        with_a_log_in(small)
        for page in (f"head/people/{small.teacher.pk}/password/", f"rights/{right_of(small).pk}/password/"):
            assert "Потвърдете, че сте Вие" in text_of(stranger.post(home(small, page)), 401)
        small.teacher.refresh_from_db()
        assert small.teacher.password == before

    def test_who_has_a_place_elsewhere_keeps_theirs(self, head, small, two_schools):
        with at_school(two_schools[1].pk):
            Membership.objects.create(user=small.teacher, role=Role.TEACHER, starts_on=clock.today())
        before = small.teacher.password

        page = text_of(head.post(home(small, f"head/people/{small.teacher.pk}/password/"), follow=True))
        assert "място и извън Вашето училище" in page
        small.teacher.refresh_from_db()
        assert small.teacher.password == before

    def test_an_operator_keeps_theirs(self, head, small):
        User.objects.filter(pk=small.teacher.pk).update(is_operator=True)
        assert head.post(home(small, f"head/people/{small.teacher.pk}/password/")).status_code == 302


class TestRegister:
    def test_a_register_is_narrowed_by_list_from_today(self, head, small):
        url = home(small, f"courses/{small.course.pk}/register/")
        assert "В часовете стоят: 4 ученици от 4." in text_of(head.get(url))

        chosen = [student.pk for student in small.students[:2]]
        page = text_of(head.post(url, {"students": chosen, "since": "today"}, follow=True))
        assert "Регистърът е записан: 2 ученици." in page
        with at_school(small.id):
            standing = CourseMember.objects.standing(on=clock.today()).filter(course=small.course)
            yesterday = CourseMember.objects.standing(on=clock.today() - timedelta(days=1)).filter(course=small.course)
            assert {each.student_id for each in standing} == set(chosen)
            assert yesterday.count() == 4
        lesson = signed_in(small.teacher).get(home(small, f"lessons/{small.lesson.pk}/")).content.decode()
        assert "Борис Василев" in lesson
        assert "Дария Костова" not in lesson

        everyone = [student.pk for student in small.students]
        head.post(url, {"students": everyone, "since": "today"})
        with at_school(small.id):
            assert CourseMember.objects.filter(course=small.course).count() == 4, "who comes back is the same member"
            assert Entry.objects.filter(verb="register.changed").count() == 2

    def test_of_a_combined_class_one_year_group_stays_since_the_years_beginning(self, head, small):
        first, third = narrow_to_two_levels(small)
        url = home(small, f"courses/{small.course.pk}/register/")
        page = head.get(url, {"level": "3"})
        assert "Отбелязахме само избрания клас. Още не е записано." in text_of(page)
        ticked = [int(pk) for pk in re.findall(r'name="students" value="(\d+)" checked', page.content.decode())]
        assert ticked == third

        head.post(url, {"students": ticked, "since": "year"})
        with at_school(small.id):
            members = CourseMember.objects.filter(course=small.course).values_list("student_id", flat=True)
            assert set(members) == set(third)
        assert set(first).isdisjoint(third)

    def test_who_has_something_written_leaves_from_today(self, head, saved):
        url = home(saved, f"courses/{saved.course.pk}/register/")
        anna, boris, darya, elena = (student.pk for student in saved.students)
        head.post(url, {"students": [elena], "since": "year"})
        with at_school(saved.id):
            ended = CourseMember.objects.filter(course=saved.course, ends_on__isnull=False)
            assert {each.student_id for each in ended} == {anna, boris, darya}

    def test_nobody_is_no_register(self, head, small):
        url = home(small, f"courses/{small.course.pk}/register/")
        assert "Изберете поне един ученик." in text_of(head.post(url, {"since": "today"}), 422)
        assert head.post(url, {"students": ["999999"], "since": "today"}).status_code == 422


def narrow_to_two_levels(small) -> tuple[list[int], list[int]]:
    """Make of 7 Б a combined class of the first and the third."""
    with at_school(small.id):
        groups = []
        for level, students in ((1, small.students[:2]), (3, small.students[2:])):
            year_group = YearGroup.objects.create(school_year=small.school_year, level=level, name=f"{level}. клас")
            child = ClassGroup.objects.create(
                school_year=small.school_year, year_group=year_group, name=f"{level} клас", parent=small.class_group
            )
            Enrolment.objects.filter(student__in=students).update(class_group=child)
            groups.append([student.pk for student in students])
    return groups[0], groups[1]


def test_the_office_is_closed_to_teachers(small):
    teacher = signed_in(small.teacher)
    for page in ("head/people/", "head/addresses/", f"courses/{small.course.pk}/register/"):
        assert teacher.get(home(small, page)).status_code == 404
    assert teacher.get(family(small)).status_code == 404
