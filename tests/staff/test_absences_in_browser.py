"""From a parent's telephone to the register and back: announced, marked, accepted, read; a class excused by keys alone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Browser, Page

from tests import small_school
from tests.acceptance.browser import DESKTOP, PHONE, chromium, picture, sign_in
from tests.accounts.people import PASSWORD
from tests.marks import committed
from tests.portal.conftest import Family, family_of
from tests.small_school import SmallSchool
from tests.staff.people import colleague
from zvanets.accounts.models import User
from zvanets.attendance.models import Absence, ExcuseReason
from zvanets.lib import clock
from zvanets.rules.absences import AbsenceKind
from zvanets.schools.models import Lesson
from zvanets.tenancy.school import at_school

pytestmark = [pytest.mark.browser, committed]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright's loop runs in this thread, and the test asks the database from it.
    with pytest.MonkeyPatch.context() as patch, chromium() as found:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield found


@pytest.fixture
def small(two_schools) -> SmallSchool:
    small = small_school.build(two_schools[0].pk)
    with at_school(small.id):
        for ago in (1, 2, 3):  # Борис nears the limit of the month
            Absence.objects.create(
                lesson=Lesson.objects.create(
                    course=small.course, date=clock.today(), hour_no=3 + ago, starts_at="10:00", ends_at="10:40"
                ),
                student=small.students[1], date=clock.today(), kind=AbsenceKind.UNEXCUSED,
                recorded_at=clock.now() - timedelta(hours=2), recorded_by=small.teacher,
            )  # fmt: skip
    return small


@pytest.fixture
def home(small) -> Family:
    return family_of(small, User.objects.create_user("mother", PASSWORD, name="Мария Желева"))


def page_of(browser: Browser, live_server, user: User, viewport) -> Page:
    cache.clear()
    user.username = f"user{user.pk}"
    user.set_password(PASSWORD)
    user.save()
    page = browser.new_context(viewport=viewport, locale="bg", base_url=live_server.url).new_page()
    sign_in(page, live_server.url, user.username, PASSWORD)
    return page


def looked_at(page: Page, name: str) -> None:
    """Four pictures, no finding of axe in either light, nothing wider than the telephone."""
    picture(page, name)
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    page.emulate_media(color_scheme="light")


def test_a_mother_announces_the_teacher_sees_the_homeroom_teacher_accepts_and_she_reads_it(
    browser, live_server, small, home
):
    phone = page_of(browser, live_server, home.user, PHONE)
    phone.goto(home.url(0, "absences/"))
    phone.click("text=Съобщи или извини отсъствие")
    phone.fill("#id_text", "Сватба в Русе")
    looked_at(phone, "notice-form")
    phone.click("main button.btn")
    phone.wait_for_selector("text=Вашите молби до училището")
    looked_at(phone, "parent-absences")

    teacher = page_of(browser, live_server, small.teacher, DESKTOP)
    teacher.goto(f"/s/{small.id}/lessons/{small.lesson.pk}/")
    row = teacher.locator(f"tr[data-student='{small.students[0].pk}']")
    assert "предизвестено" in row.inner_text()
    assert "Русе" not in teacher.content()
    picture(teacher, "lesson-announced")
    teacher.check(f"#absent-{small.students[0].pk}", force=True)
    teacher.click("#save")
    teacher.wait_for_selector("#lesson .state >> text=Записано")

    homeroom = page_of(browser, live_server, colleague(small, leads=True), DESKTOP)
    homeroom.goto(f"/s/{small.id}/classes/{small.class_group.pk}/homeroom/")
    assert "Сватба в Русе" in homeroom.inner_text("main")
    looked_at(homeroom, "homeroom")
    homeroom.click("text=Приеми")
    homeroom.wait_for_selector("text=молбата е приета")

    phone.reload()
    assert "Прието" in phone.inner_text("main")
    assert "още 14" in phone.inner_text("main").replace("\u00a0", " ")
    with at_school(small.id):
        missed = Absence.objects.get(lesson=small.lesson)
        assert (missed.kind, missed.reason) == (AbsenceKind.EXCUSED, ExcuseReason.FAMILY)


def test_a_class_is_excused_by_keys_alone(browser, live_server, small):
    desk = page_of(browser, live_server, colleague(small, leads=True), DESKTOP)
    desk.goto(f"/s/{small.id}/classes/{small.class_group.pk}/absences/")
    looked_at(desk, "bulk")
    desk.set_viewport_size(DESKTOP)
    desk.focus("#id_everybody")
    desk.keyboard.press("Space")
    reach(desk, "id_reason_0")
    desk.keyboard.press("ArrowDown")  # the second choice: an event of the school
    reach(desk, "id_text")
    desk.keyboard.type("Театър")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("text=Вписани")
    with at_school(small.id):
        kinds = set(Absence.objects.filter(lesson=small.lesson).values_list("kind", "reason", "reason_text"))
    assert kinds == {(AbsenceKind.EXCUSED, ExcuseReason.OTHER, "Театър")}


def reach(page: Page, wanted: str) -> None:
    """Press Tab until the field has the focus; the first of a group of choices stands for the group."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == wanted:
            return
    raise AssertionError(f"{wanted} is not reached by Tab")


@pytest.mark.parametrize("name", ["closings", "notice"])
def test_the_other_pages_of_the_class_are_accessible(browser, live_server, small, name):
    desk = page_of(browser, live_server, colleague(small, leads=True), DESKTOP)
    desk.goto(f"/s/{small.id}/classes/{small.class_group.pk}/{name}/")
    looked_at(desk, f"class-{name}")
    desk.goto(f"/s/{small.id}/students/{small.students[1].pk}/absences/")
    looked_at(desk, "student-absences")
