"""A teacher at the register in a browser: whatever ends the connection, nothing typed is lost and nothing is saved twice."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from playwright.sync_api import Browser, Page

from tests import small_school
from tests.acceptance.browser import DESKTOP, chromium, sign_in
from tests.accounts.people import PASSWORD
from tests.marks import committed
from tests.small_school import SmallSchool
from tests.staff.people import colleague
from zvanets.accounts.models import Role, User
from zvanets.gradebook.models import Grade
from zvanets.history.models import Access
from zvanets.lessons.models import LessonRecord
from zvanets.lib import clock
from zvanets.tenancy.school import at_school

pytestmark = [pytest.mark.browser, committed]
SAVED = "#lesson .state >> text=Записано"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright's loop runs in this thread, and the test asks the database from it.
    with pytest.MonkeyPatch.context() as patch, chromium() as found:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield found


@pytest.fixture
def small(two_schools) -> SmallSchool:
    return small_school.build(two_schools[0].pk)


@pytest.fixture
def desk(browser, small, live_server) -> Iterator[Page]:
    """The lesson's page, open before the teacher."""
    page = open_lesson(browser, live_server, small, small.teacher)
    yield page
    page.context.close()


def open_lesson(browser: Browser, live_server, small: SmallSchool, user: User) -> Page:
    cache.clear()
    user.username = f"user{user.pk}"
    user.set_password(PASSWORD)
    user.save()
    page = browser.new_context(viewport=DESKTOP, locale="bg", base_url=live_server.url).new_page()
    sign_in(page, live_server.url, user.username, PASSWORD)
    page.goto(f"/s/{small.id}/lessons/{small.lesson.pk}/")
    return page


def type_in(page: Page, small: SmallSchool) -> None:
    anna, boris, *_ = small.students
    page.fill("#topic", "Пропорции")
    page.fill(f"#grade-{anna.pk}", "5,50")
    page.check(f"#absent-{boris.pk}", force=True)


def stands(page: Page, small: SmallSchool) -> bool:
    anna, boris, *_ = small.students
    typed = page.input_value("#topic"), page.input_value(f"#grade-{anna.pk}"), page.is_checked(f"#absent-{boris.pk}")
    return typed == ("Пропорции", "5,50", True)


def grades(small: SmallSchool) -> list[str]:
    with at_school(small.id):
        return [str(value) for value in Grade.objects.values_list("value", flat=True)]


def save(page: Page, small: SmallSchool) -> None:
    page.click("#save")
    page.wait_for_selector(SAVED)
    assert grades(small) == ["5.50"]


def test_what_was_typed_outlives_a_session_that_was_ended_elsewhere(desk, small):
    type_in(desk, small)
    desk.context.clear_cookies(name="sessionid")
    desk.click("#save")
    desk.wait_for_url("**/accounts/login/**")

    sign_in_here(desk, small.teacher.username)
    assert stands(desk, small)
    assert "Върнахме 3 незаписани промени" in desk.inner_text(".state")
    save(desk, small)


def test_what_was_typed_outlives_all_cookies(desk, small):
    type_in(desk, small)
    desk.context.clear_cookies()
    desk.click("#save")
    desk.wait_for_url("**/accounts/login/**")

    sign_in_here(desk, small.teacher.username)
    assert stands(desk, small)
    save(desk, small)


def test_what_was_typed_outlives_the_idle_lock(desk, small, settings, monkeypatch):
    type_in(desk, small)
    monkeypatch.setattr("zvanets.accounts.idle.SHORTEST", -2)  # seconds: nobody waits two minutes here
    settings.IDLE_LOCK = timedelta(seconds=-1)
    desk.click("#save")
    desk.wait_for_url("**/accounts/unlock/**")

    settings.IDLE_LOCK = timedelta(minutes=30)
    desk.fill("input[name=password]", PASSWORD)
    desk.click("main button.btn")
    desk.wait_for_selector("#lesson")
    assert stands(desk, small)
    save(desk, small)


def sign_in_here(page: Page, name: str) -> None:
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button.btn")
    page.wait_for_selector("#lesson")


def test_without_a_network_the_page_says_so_and_keeps_all_of_it(desk, small):
    type_in(desk, small)
    desk.context.set_offline(True)
    desk.click("#save")
    desk.wait_for_selector(".state >> text=Няма връзка")

    desk.context.set_offline(False)
    desk.reload()
    assert stands(desk, small)
    save(desk, small)


def test_an_answer_lost_on_its_way_saves_once(desk, small):
    type_in(desk, small)

    def lose(route) -> None:
        route.fetch()
        route.abort()

    desk.route("**/lessons/**", lose, times=1)
    desk.click("#save")
    desk.wait_for_selector(".state >> text=Няма връзка")

    save(desk, small)
    with at_school(small.id):
        assert LessonRecord.objects.get().version == 1


def test_the_second_of_two_sees_both_and_loses_nothing(browser, desk, small, live_server):
    clerk = open_lesson(browser, live_server, small, colleague(small, Role.CLERK))
    type_in(desk, small)
    clerk.fill("#topic", "Друга тема")
    clerk.click("#save")
    clerk.wait_for_selector(SAVED)
    clerk.context.close()

    desk.click("#save")
    desk.wait_for_selector("#conflict")
    assert stands(desk, small)
    assert "Междувременно тук е записано: „Друга тема“" in desk.inner_text("#lesson")
    save(desk, small)
    assert Session.objects.count() == 2


def test_a_lesson_is_filled_by_keyboard_alone(desk, small):
    names = []
    for _ in range(30):
        desk.keyboard.press("Tab")
        names.append(desk.evaluate("document.activeElement.id"))
        if names[-1] == f"absent-{small.students[0].pk}":
            break
    assert "topic" in names
    desk.keyboard.press("6")
    desk.keyboard.press("KeyZ")
    desk.keyboard.press("Control+KeyS")
    desk.wait_for_selector(SAVED)

    assert grades(small) == ["6.00"]
    assert clock.now() - record_of(small).saved_at < timedelta(minutes=1)


def test_who_printed_what_is_kept(desk, small):
    desk.goto(f"/s/{small.id}/students/{small.students[0].pk}/")
    with desk.expect_response("**/printed/") as sent:
        desk.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert sent.value.status == 204
    with at_school(small.id):
        kept = Access.objects.filter(verb="page.printed").values_list("actor_id", "student_id", "what")
        assert list(kept) == [(small.teacher.pk, small.students[0].pk, "staff:student")]


def record_of(small: SmallSchool) -> LessonRecord:
    with at_school(small.id):
        return LessonRecord.objects.get()


@pytest.mark.parametrize(
    "path", ["", "week/", "classes/", "classes/{group}/", "students/{student}/", "lessons/{lesson}/"]
)
def test_every_page_fits_at_400_percent(desk, small, path):
    """A window of 1280 pixels at 400 % is 320 wide."""
    named = {"group": small.class_group.pk, "student": small.students[0].pk, "lesson": small.lesson.pk}
    desk.set_viewport_size({"width": 320, "height": 256})
    answer = desk.goto(f"/s/{small.id}/{path.format(**named)}")
    assert answer.status == 200
    assert "accounts" not in desk.url
    assert desk.evaluate("document.documentElement.scrollWidth") <= 320
