"""The gradebook under the hand: whole columns by keyboard, blocks, a lost connection, two teachers on one cell."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Browser, Page

from tests import small_school
from tests.acceptance.browser import DESKTOP, PHONE, chromium, picture, sign_in
from tests.accounts.people import PASSWORD
from tests.marks import committed
from tests.small_school import SmallSchool
from tests.staff.people import colleague
from zvanets.accounts.models import Role, User
from zvanets.attendance.models import Absence
from zvanets.gradebook.models import Grade
from zvanets.tenancy.school import at_school

pytestmark = [pytest.mark.browser, committed]
SAVED = (
    "() => !document.querySelector('td.mark') && document.querySelector('.state').innerText.startsWith('Записано в')"
)


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
        child = small.class_group.children.get()
        for number in range(5, 27):
            names = f"Ученик{number:02}", "Примерен"
            start = small.school_year.starts_on
            small.students.append(
                small_school.add_student(number, *names, small.class_group, child, small.course, start)
            )
    return small


@pytest.fixture
def desk(browser, small, live_server) -> Iterator[Page]:
    page = open_grid(browser, live_server, small, small.teacher)
    yield page
    page.context.close()


def open_grid(browser: Browser, live_server, small: SmallSchool, user: User, **kind) -> Page:
    cache.clear()
    user.username = f"user{user.pk}"
    user.set_password(PASSWORD)
    user.save()
    kind = {"viewport": DESKTOP, **kind}
    page = browser.new_context(locale="bg", base_url=live_server.url, **kind).new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda said: page.problems.append(said.text) if "Refused" in said.text else None)
    sign_in(page, live_server.url, user.username, PASSWORD)
    page.goto(address(small))
    page.wait_for_selector("z-grid:defined td[tabindex='0']")
    return page


def address(small: SmallSchool) -> str:
    return f"/s/{small.id}/courses/{small.course.pk}/grades/?column={small.lesson.pk}-1-0"


def grades(small: SmallSchool) -> list[str]:
    with at_school(small.id):
        standing = Grade.objects.standing().order_by("student__enrolments__number", "pk")
        return [f"{value.normalize():f}" for value in standing.values_list("value", flat=True)]


def cell(page: Page, row: int) -> str:
    return page.inner_text(f"tbody tr:nth-child({row}) td:nth-child(2)")


def test_a_whole_column_is_typed_with_one_key_a_grade(desk, small):
    for digit in "65432" * 5 + "6":
        desk.keyboard.press(digit)
    assert "26 незаписани промени" in desk.inner_text(".state")
    assert desk.locator("td.mark").count() == 26
    desk.wait_for_function(SAVED)

    assert grades(small) == [*("65432" * 5), "6"]
    assert desk.locator("td.mark").count() == 0
    assert desk.inner_text("tbody tr:nth-child(1) [data-sum=mean1]") == "6,00"
    assert desk.inner_text("tbody tr:nth-child(5) [data-sum=term1]") == "(2)"
    assert desk.problems == []


def test_a_fraction_is_typed_as_it_is_said_five_comma_fifty(desk, small):
    desk.keyboard.type("5,50")
    desk.keyboard.type("4")
    desk.wait_for_function(SAVED)

    assert grades(small) == ["5.5", "4"]
    assert cell(desk, 1) == "5,50"


def press_bulgarian(page: Page, letter: str) -> None:
    """Press a key of the Bulgarian layout, which Playwright's keyboard does not have."""
    page.evaluate(
        "key => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, code: 'KeyP', bubbles: true}))",
        letter,
    )


def test_absent_and_late_by_one_key_in_either_alphabet(desk, small):
    desk.keyboard.press("KeyO")
    desk.keyboard.press("ArrowDown")
    press_bulgarian(desk, "з")
    desk.keyboard.press("ArrowDown")
    press_bulgarian(desk, "н")
    desk.wait_for_function(SAVED)

    with at_school(small.id):
        assert list(Absence.objects.order_by("pk").values_list("kind", flat=True)) == [2, 1, 2]
    assert [cell(desk, row) for row in (1, 2, 3)] == ["о", "з", "о"]


def paste(page: Page, text: str) -> None:
    page.evaluate(
        """text => { const data = new DataTransfer(); data.setData("text/plain", text);
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})); }""",
        text,
    )


def test_of_a_pasted_block_what_is_wrong_is_named_and_the_rest_is_saved(desk, small):
    paste(desk, "\r\n".join(["5,50", "2,50", *["6"] * 24]))
    assert desk.locator("td.mark").count() == 26
    desk.wait_for_selector(".cellnews li")

    assert len(grades(small)) == 25
    said = desk.inner_text(".cellnews")
    assert "Борис Василев" in said
    assert "Няма оценка 2,50. Въведете 2 или оценка от 3 до 6." in said
    assert "Останалите 25 оценки са записани." in desk.inner_text(".state")
    assert desk.locator("td.mark").count() == 1
    desk.click(".cellnews button")
    assert desk.locator("td.mark").count() == 0
    assert cell(desk, 2) == ""


def test_what_was_typed_is_undone_before_and_after_it_is_saved(desk, small):
    desk.keyboard.press("6")
    desk.keyboard.press("Control+KeyZ")
    assert desk.locator("td.mark").count() == 0

    desk.keyboard.press("5")
    desk.wait_for_function(SAVED)
    assert grades(small) == ["5"]
    desk.keyboard.press("Control+KeyZ")
    desk.keyboard.press("Control+KeyS")
    desk.wait_for_function("() => !document.querySelector('td.mark')")
    assert grades(small) == []


def test_the_same_grade_is_filled_down(desk, small):
    desk.keyboard.press("5")
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("Control+KeyD")
    desk.wait_for_function(SAVED)
    assert grades(small) == ["5"] * 26


def test_without_a_connection_everything_waits_and_is_saved_once_when_it_returns(desk, small):
    desk.context.set_offline(True)
    for digit in "65432" * 5 + "6":
        desk.keyboard.press(digit)
    desk.wait_for_selector(".state >> text=26 записа чакат връзка")
    assert grades(small) == []

    desk.context.set_offline(False)
    desk.wait_for_function(SAVED)
    assert len(grades(small)) == 26
    desk.reload()
    desk.wait_for_selector("z-grid td[tabindex='0']")
    assert len(grades(small)) == 26


def test_a_queue_outlives_the_page_and_is_drained_from_any_other(desk, small):
    desk.context.set_offline(True)
    desk.keyboard.press("6")
    desk.wait_for_selector(".state >> text=1 запис чака връзка")
    desk.context.set_offline(False)
    with desk.expect_response("**/cells/**"):
        desk.goto(f"/s/{small.id}/")
    desk.wait_for_function("() => !Object.keys(localStorage).length")
    assert grades(small) == ["6"]


def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_is_written_twice(desk, small):
    def lose(route) -> None:
        route.fetch()
        route.abort()

    desk.route("**/cells/**", lose, times=1)
    desk.keyboard.press("6")
    desk.wait_for_selector(".state >> text=1 запис чака връзка")
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("5")  # corrected before the answer to the first is known
    desk.wait_for_function(SAVED)
    assert grades(small) == ["5"]


def test_of_two_teachers_on_one_cell_the_second_sees_both_and_is_asked(browser, desk, small, live_server):
    clerk = open_grid(browser, live_server, small, colleague(small, Role.CLERK))
    clerk.keyboard.press("6")
    clerk.wait_for_function(SAVED)
    clerk.context.close()

    desk.keyboard.press("5")
    desk.wait_for_selector(".cellnews li")
    assert "Вие вписахте 5, а междувременно" in desk.inner_text(".cellnews")
    assert cell(desk, 1).replace("\n", "") == "56"
    assert grades(small) == ["6"]

    desk.click("text=Запиши моята (5)")  # somebody else's grade is changed with a reason, on its own page
    desk.wait_for_selector(".cellnews a >> text=Отвори страницата на оценката")
    desk.click("text=Върни както беше")
    assert cell(desk, 1) == "6"
    assert desk.locator("td.mark").count() == 0


def test_an_average_unfolds_into_how_it_was_calculated(desk, small):
    desk.keyboard.press("6")
    desk.wait_for_function(SAVED)
    desk.click("[data-sum=mean1] a")
    desk.wait_for_selector("#why >> text=Една оценка: 6.")
    desk.fill("#on", "2020-01-01")
    desk.click("#why >> text=Покажи")
    desk.wait_for_selector("#why >> text=към 01.01.2020")
    assert "Няма оценки." in desk.inner_text("#why")
    desk.keyboard.press("Escape")
    assert desk.locator("#why").is_hidden()


def test_logging_out_leaves_nothing_behind(desk, small):
    desk.context.set_offline(True)
    desk.keyboard.press("6")
    desk.wait_for_selector(".state >> text=1 запис чака връзка")
    desk.route("**/cells/**", lambda route: route.abort())
    desk.context.set_offline(False)
    asked = []
    desk.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    desk.click(".menu summary")
    desk.click("text=Изход")
    desk.wait_for_url("**/accounts/**")
    assert "чакат връзка" in asked[0]
    assert desk.evaluate("Object.keys(localStorage).length") == 0


def test_on_a_phone_a_cell_is_tapped_and_the_keys_are_on_the_screen(browser, small, live_server):
    page = open_grid(browser, live_server, small, small.teacher, viewport=PHONE, has_touch=True, is_mobile=True)
    page.tap("tbody tr:nth-child(3) td:nth-child(2)")
    page.tap("[data-key='4']")
    page.tap("[data-key='о']")
    page.wait_for_function(SAVED)
    assert grades(small) == ["4"]
    with at_school(small.id):
        assert Absence.objects.get().student_id == small.students[3].pk
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    small_targets = page.evaluate(
        "() => [...document.querySelectorAll('.gridkeys button, .grid td')].filter(e => e.getBoundingClientRect().height < 43.5).length"
    )
    assert small_targets == 0
    page.screenshot(path="test-results/pictures/grid-tapped.png")
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_the_page_is_light(desk, small, scheme):
    desk.emulate_media(color_scheme=scheme)
    desk.keyboard.type("62")
    paste(desk, "2,50")
    desk.wait_for_selector(".cellnews li")
    desk.click("[data-sum=mean1] a")
    desk.wait_for_selector("#why >> text=Една оценка")
    found = Axe().run(desk)
    assert found.violations_count == 0, found.generate_report()
    if scheme == "light":
        picture(desk, "grid")
