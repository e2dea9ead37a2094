"""A family's first page: tabs, what is new, four facts; who sees it and who does not."""

import re
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.accounts.people import PASSWORD
from tests.budget import statements
from tests.portal.conftest import family_of
from tests.small_school import add_guardian, build
from zvanets.accounts.models import Membership, Role, User
from zvanets.attendance.models import Absence
from zvanets.gradebook.models import Grade
from zvanets.guardians.actions import grant_right, withdraw_right
from zvanets.guardians.models import Relation
from zvanets.history.models import Access
from zvanets.lessons.models import Homework
from zvanets.lib import bg, clock
from zvanets.notifications.models import Message
from zvanets.notifications.wording import one_line
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.delivery import Status
from zvanets.schools.models import Enrolment, Lesson
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db
SOFIA = ZoneInfo("Europe/Sofia")


def page_of(client, url: str = "/p/") -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def give(home, value: str, *, child: int = 0, **fields) -> None:
    with at_school(home.small.id):
        Grade.objects.create(
            student=home.small.students[child],
            course=home.small.course,
            value=Decimal(value),
            given_on=clock.today(),
            given_at=clock.now(),
            given_by=home.small.teacher,
            **fields,
        )


class TestChildren:
    def test_a_tab_for_each_child_and_the_first_is_open(self, signed_in, home):
        page = page_of(signed_in)

        assert f'<a href="{home.url(0)}" aria-current="page">Анна, 7 Б</a>' in page
        assert f'<a href="{home.url(1)}">Борис, 7 Б</a>' in page
        assert "Дария" not in page

    def test_children_in_two_schools_stand_side_by_side(self, client, home, two_schools):
        other = family_of(build(two_schools[1].pk), home.user, children=1)
        client.force_login(home.user)

        page = page_of(client, other.url(0))
        assert page.count('aria-current="page">Анна, 7 Б') == 1
        assert f'href="{home.url(0)}"' in page
        assert f'href="{home.url(1)}"' in page

    def test_who_has_left_is_shown_as_such_and_namesakes_with_their_school(self, client, home, two_schools):
        other = family_of(build(two_schools[1].pk), home.user, children=1)
        with at_school(home.small.id):
            Enrolment.objects.filter(student=home.small.students[1]).update(status=Enrolment.Status.LEFT)
        client.force_login(home.user)

        page = page_of(client, home.url(1))
        assert f'<a href="{home.url(1)}" aria-current="page">Борис, ОТПИСАН' in page
        assert "Среден успех" in page
        assert "Можете да извините" not in page
        assert f'<a href="{home.url(0)}">Анна, 7 Б · ОУ „Изпитно“</a>' in page
        assert f'<a href="{other.url(0)}">Анна, 7 Б · СУ „Съседно“</a>' in page

    def test_the_other_childs_news_is_counted_on_its_tab(self, signed_in, home):
        home.tell("Закъсня за 3-тия час", child=1)
        home.tell("Похвала", child=1)

        assert 'Борис, 7 Б <span class="tag">2 нови</span>' in page_of(signed_in, home.url(0))

    def test_the_child_with_news_is_open_first_in_whichever_school(self, client, home, two_schools):
        other = family_of(build(two_schools[1].pk), home.user, children=1)
        client.force_login(home.user)

        home.tell("Закъсня за 3-тия час", child=1)
        assert f'<a href="{home.url(1)}" aria-current="page">' in page_of(client)
        home.tell("Похвала", child=0, read_at=clock.now())
        assert f'<a href="{home.url(1)}" aria-current="page">' in page_of(client)
        other.tell("Отсъства от 1-вия час")
        page_of(client, home.url(1))
        with at_school(home.small.id):
            Message.objects.update(read_at=clock.now())
        assert f'<a href="{other.url(0)}" aria-current="page">' in page_of(client)

    def test_every_page_has_the_tabs_and_they_lead_to_the_same_page(self, client, home, two_schools):
        other = family_of(build(two_schools[1].pk), home.user, children=1)
        client.force_login(home.user)
        page_of(client)

        page = page_of(client, home.url(1, "grades/average/"))
        assert f'<a href="{home.url(0, "grades/")}">Анна, 7 Б · ОУ „Изпитно“</a>' in page
        assert f'<a href="{home.url(1, "grades/")}" aria-current="page">Борис, 7 Б</a>' in page
        assert f'<a href="{other.url(0, "grades/")}">Анна, 7 Б · СУ „Съседно“</a>' in page

    def test_opening_a_childs_page_is_kept(self, signed_in, home):
        page_of(signed_in, home.url(1))

        with at_school(home.small.id):
            assert list(Access.objects.values_list("verb", "actor_id", "actor_role", "student_id", "what")) == [
                ("student.opened", home.user.pk, "guardian", home.small.students[1].pk, "home")
            ]

    def test_a_student_sees_their_own_page(self, client, home):
        user = User.objects.create_user("anna", PASSWORD, name="Анна Желева")
        with at_school(home.small.id):
            own = add_guardian(home.small.students[2], clock.today(), relation=Relation.SELF)
            own.user = user
            own.save()
            own.guardianships.update(may_excuse=False)
            Membership.objects.create(user=user, role=Role.STUDENT, starts_on=clock.today())
        client.force_login(user)

        page = page_of(client)
        assert "Дария, 7 Б" in page
        assert "Можете да извините" not in page

    def test_who_has_a_seat_and_no_child_is_told_whom_to_ask(self, client, school):
        user = User.objects.create_user("nobody", PASSWORD, name="Н. Н.")
        with at_school(school.pk):
            Membership.objects.create(user=user, role=Role.GUARDIAN, starts_on=clock.today())
        client.force_login(user)

        assert "Още няма кого да Ви покажем" in page_of(client)


class TestDoors:
    PAGES = (
        "",
        "new/",
        "news/",
        "grades/",
        "grades/average/",
        "absences/",
        "remarks/",
        "homework/",
        "week/",
        "settings/",
    )

    @pytest.mark.parametrize("page", PAGES)
    def test_another_familys_child_answers_like_one_who_is_not_there(self, signed_in, home, page):
        missing = f"/p/{home.small.id}/999999/{page}"

        assert signed_in.get(home.url(2, page)).status_code == 404
        assert signed_in.get(missing).status_code == 404
        assert signed_in.get(f"/p/9900902/{home.small.students[0].pk}/{page}").status_code == 404
        assert signed_in.get(f"/p/1/{home.small.students[0].pk}/{page}").status_code == 404
        assert signed_in.get(f"/p/{2**70}/{2**70}/{page}").status_code == 404

    @pytest.mark.parametrize("page", PAGES)
    def test_after_the_right_is_withdrawn_nothing_of_the_child_is_there(self, signed_in, home, right, page):
        home.tell("Отличен 6 по математика")
        with at_school(home.small.id):
            withdraw_right(actor=home.small.head, right=right, why="Решение на съда")

        assert signed_in.get(home.url(0, page)).status_code == 404
        rest = page_of(signed_in)
        assert "Анна" not in rest
        assert "Отличен" not in rest

    @pytest.mark.parametrize("page", PAGES)
    def test_a_stranger_is_led_to_the_log_in(self, client, home, page):
        assert client.get(home.url(0, page)).headers["Location"].startswith("/accounts/login/?next=/p/")

    def test_a_right_that_has_not_begun_or_has_ended_opens_nothing(self, signed_in, home, right):
        for dates in (
            {"starts_on": clock.today() + timedelta(days=1)},
            {"starts_on": clock.today() - timedelta(days=9), "ends_on": clock.today() - timedelta(days=1)},
        ):
            with at_school(home.small.id):
                type(right).objects.filter(pk=right.pk).update(**dates)
            assert signed_in.get(home.url(0)).status_code == 404

    def test_two_guardians_see_what_each_was_told(self, client, home):
        with at_school(home.small.id):
            father = add_guardian(home.small.students[0], clock.today(), relation=Relation.FATHER)
            father.user = User.objects.create_user("father", PASSWORD, name="Петър Желев")
            father.save()
            Membership.objects.create(user=father.user, role=Role.GUARDIAN, starts_on=clock.today())
        home.tell("Само за майката")
        client.force_login(father.user)

        page = page_of(client)
        assert "Анна, 7 Б" in page
        assert "Само за майката" not in page
        assert "Борис" not in page


class TestNews:
    def test_an_entry_of_another_day_says_of_which(self, signed_in, home):
        friday, today = "петък, 20 ноември", one_line(bg.day_name(clock.now().astimezone(SOFIA).date()))
        home.tell(f"Отсъства от 3-тия час (музика)\n{friday}\nУчител: Мария Иванова")
        home.tell(f"Слаб 2 по музика\n{today}\nУчител: Мария Иванова")

        page = page_of(signed_in)
        assert re.search(rf"днес \d\d:\d\d · {friday} · Учител: Мария Иванова", page)
        assert today not in page

    def test_the_newest_stands_first_in_its_own_words(self, signed_in, home):
        home.tell("Закъсня за 3-тия час по математика\nУчител: Мария Иванова", ago=timedelta(hours=1))
        home.tell("Отличен 5,50 по математика, контролна работа\n\nПохвала: помогна на Борис")

        page = page_of(signed_in)
        assert "<b>Отличен 5,50</b> по математика, контролна работа" in page
        assert "<b>Похвала</b>: помогна на Борис" in page
        assert page.index("Отличен") < page.index("Похвала") < page.index("Закъсня")
        assert "· Учител: Мария Иванова" in page

    def test_what_somebody_typed_cannot_become_markup(self, signed_in, home):
        home.tell("Забележка: <script>alert(1)</script>")

        assert "<script>alert" not in page_of(signed_in)

    def test_looking_marks_nothing_and_the_page_itself_says_what_it_showed(self, signed_in, home):
        home.tell("Първо")
        page = page_of(signed_in)
        home.tell("Дошло междувременно")
        first, last = (re.search(rf'name="{name}" value="(\d+)"', page)[1] for name in ("first", "last"))

        answer = signed_in.post(home.url(0, "read/"), {"first": first, "last": last})
        assert answer.headers["Location"] == home.url(0)
        with at_school(home.small.id):
            left = Message.objects.filter(read_at__isnull=True).values_list("text", flat=True)
            assert list(left) == ["Дошло междувременно"]

    def test_a_script_marks_it_without_moving_the_page(self, signed_in, home):
        told = home.tell("Първо")

        answer = signed_in.post(
            home.url(0, "read/"), {"first": told.pk, "last": told.pk}, headers={"HX-Request": "true"}
        )
        assert answer.status_code == 204
        page = page_of(signed_in)
        assert "Няма нищо ново." in page
        assert page.index("По-рано") < page.index("<b>Първо</b>")

    @pytest.mark.parametrize("sent", [{}, {"first": "x", "last": "y"}, {"first": "1", "last": "9" * 40}])
    def test_rubbish_marks_nothing(self, signed_in, home, sent):
        home.tell("Първо")
        assert signed_in.post(home.url(0, "read/"), sent).status_code == 302
        with at_school(home.small.id):
            assert Message.objects.filter(read_at__isnull=True).count() == 1

    def test_another_childs_and_another_guardians_messages_are_not_marked(self, signed_in, home):
        other = home.tell("За Борис", child=1)
        signed_in.post(home.url(0, "read/"), {"first": other.pk, "last": other.pk})

        with at_school(home.small.id):
            assert Message.objects.get(pk=other.pk).read_at is None

    def test_an_open_page_asks_and_gets_nothing_until_something_comes(self, signed_in, home):
        told = home.tell("Първо")
        page = page_of(signed_in)
        url = re.search(r'hx-get="([^"]+)"', page)[1].replace("&amp;", "&")
        assert url.endswith(f"newest={told.pk}")
        assert signed_in.get(url).status_code == 204

        signed_in.post(home.url(0, "read/"), {"first": told.pk, "last": told.pk})
        home.tell("Второ")
        piece = signed_in.get(url).content.decode()
        assert piece.startswith('<section id="new"')
        assert piece.index("Второ") < piece.index("Първо")  # what was read on this page stays on it

    def test_what_came_too_late_to_be_told_is_not_shown(self, signed_in, home):
        home.tell("", status=Status.CANCELLED, error="stale")

        assert "Няма нищо ново." in page_of(signed_in)

    def test_more_than_fits_is_counted_and_stays_unread(self, signed_in, home):
        for number in range(33):
            home.tell(f"Съобщение {number}")

        page = page_of(signed_in)
        assert "и още 3 непрочетени" in page
        assert "Съобщение 32<" in page
        assert "Съобщение 2<" not in page


class TestFacts:
    def test_the_mean_of_the_years_current_grades(self, signed_in, home):
        for value in ("6", "5.50", "3"):
            give(home, value)
        give(home, "2", child=1)
        give(home, "6", kind=21, term=1)
        give(home, "2", ended_at=clock.now(), ended_why="Грешка")

        page = page_of(signed_in)
        assert "<dt>Среден успех</dt><dd><b>4,83</b>" in page
        assert f'href="{home.url(0, "grades/average/")}"' in page

    def test_without_grades_there_is_no_mean(self, signed_in):
        assert "<dt>Среден успех</dt><dd><b>–</b>" in page_of(signed_in)

    def test_lateness_is_half_an_hour_and_what_is_excused_nothing(self, signed_in, home):
        with at_school(home.small.id):
            for hour, kind, excused in ((1, 2, False), (2, 1, False), (4, 1, True), (5, 3, True)):
                lesson = Lesson.objects.create(
                    course=home.small.course, date=clock.today(), hour_no=hour, starts_at="08:00", ends_at="08:40"
                )
                Absence.objects.create(
                    lesson=lesson,
                    student=home.small.students[0],
                    date=lesson.date,
                    kind=kind,
                    recorded_at=clock.now(),
                    recorded_by=home.small.teacher,
                    excused_at=clock.now() if excused else None,
                    reason=2 if kind == AbsenceKind.EXCUSED else None,
                )

        page = page_of(signed_in)
        assert "<dt>Неуважителни часове този месец</dt><dd><b>1,5</b>" in page
        assert "<b>още 14\xa0дни</b>" in page or "<b>още 14 дни</b>" in page

    def test_homework_for_the_next_school_day(self, signed_in, home):
        tomorrow = clock.today() + timedelta(days=1)
        with at_school(home.small.id):
            Lesson.objects.create(
                course=home.small.course, date=tomorrow, hour_no=1, starts_at="08:00", ends_at="08:40"
            )
            Homework.objects.create(
                course=home.small.course,
                lesson=home.small.lesson,
                text="Задача 1",
                due_on=tomorrow,
                given_at=clock.now(),
            )

        page = page_of(signed_in)
        assert "<dt>За утре</dt>" in page
        assert re.search(r"<b>1.домашна работа</b>", page)

    def test_the_telephone_stands_at_the_foot_when_there_is_one(self, signed_in, settings):
        assert "По телефона" not in page_of(signed_in)
        settings.PHONE_NUMBER = "0700 00 000"
        page = page_of(signed_in)
        assert '<b class="num">0700 00 000</b>' in page
        assert '<b class="num">000 000 001</b>' in page


class TestBudget:
    def test_the_first_page_asks_eight_statements_however_many_children(self, signed_in, home):
        page_of(signed_in)
        with statements() as two:
            page_of(signed_in)
        with at_school(home.small.id):
            for student in home.small.students[2:]:
                grant_right(actor=home.small.head, guardian=home.guardian, student=student, relation=Relation.MOTHER)
        for child in range(4):
            for _ in range(10):
                home.tell("Отличен 6 по математика", child=child)
                give(home, "6", child=child)
        page_of(signed_in)  # keeps the tabs
        with statements() as four:
            page_of(signed_in)

        assert len(two) == len(four) <= 8

    def test_another_school_adds_its_own_two_and_the_way_back(self, signed_in, home, two_schools):
        page_of(signed_in)
        with statements() as one:
            page_of(signed_in)
        other = family_of(build(two_schools[1].pk), home.user)
        page_of(signed_in)
        with statements() as first:
            page_of(signed_in)
        with statements() as last:
            page_of(signed_in, other.url(0))

        assert (len(first) - len(one), len(last) - len(one)) == (3, 2)

    @pytest.mark.parametrize("page", TestDoors.PAGES)
    def test_every_page_of_a_child_stays_within_the_budget(self, signed_in, home, page):
        for _ in range(5):
            home.tell("Отличен 6 по математика")
            give(home, "6")
        with statements() as asked:
            assert signed_in.get(home.url(0, page)).status_code in {200, 204}

        assert len(asked) <= 11
