"""A teacher sets a class's term grades by keyboard, on a desk and on a phone, in the light and in the dark."""

import gzip
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.acceptance.browser import Hand, chromium, picture
from tests.gradebook.conftest import add_second_term, put
from tests.marks import committed
from tests.small_school import SmallSchool, add_student, build
from tests.staff.people import colleague
from tests.staff.test_browser import open_lesson
from zvanets.gradebook.models import Grade
from zvanets.gradebook.results import set_result
from zvanets.rules.finals import Outcome
from zvanets.rules.grades import GradeKind
from zvanets.schools.models import ClassGroup
from zvanets.tenancy.school import at_school

pytestmark = [pytest.mark.browser, committed]
KB = 1024


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, chromium() as found:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield found


@pytest.fixture
def small(two_schools) -> SmallSchool:
    """A class of 26, most with four grades, one with two."""
    made = build(two_schools[0].pk)
    with at_school(made.id):
        add_second_term(made)
        child = made.class_group.children.get()
        for number in range(5, 27):
            names = f"Ученик{number:02}", "Примерен"
            made.students.append(
                add_student(number, *names, made.class_group, child, made.course, made.school_year.starts_on)
            )
        for number, student in enumerate(made.students):
            put(made, student, *("5.50", 6, "4.50", 5)[: 2 if number == 3 else 4])
    return made


@pytest.fixture
def desk(browser, small, live_server) -> Iterator[Page]:
    page = open_lesson(browser, live_server, small, small.teacher)
    page.goto(f"/s/{small.id}/courses/{small.course.pk}/finals/?period=1")
    yield page
    page.context.close()


def faults(page: Page) -> list[str]:
    return [each["id"] for each in Axe().run(page).response["violations"]]


def finals(small: SmallSchool) -> list[int]:
    with at_school(small.id):
        rows = Grade.objects.standing().filter(kind=GradeKind.TERM).order_by("student__enrolments__number")
        return [int(value) for value in rows.values_list("value", flat=True)]


def test_a_class_is_graded_by_one_key_a_student(desk, small):
    hand = Hand(desk)
    desk.focus(f"#grade-{small.students[0].pk}")
    hand.press(*("5" if number % 2 else "6" for number in range(26)))
    hand.press("Control+KeyS")
    desk.wait_for_selector(".notice >> text=Поставени")

    assert hand.count == 27
    assert finals(small) == [6, 5] * 13
    assert "Всички 26 имат оценка." in desk.inner_text("main")
    assert "Елена Георгиева: 2" in desk.inner_text("#closing")


def test_the_first_field_is_reached_by_tab_and_the_rest_by_arrows(desk, small):
    first, second = (f"grade-{student.pk}" for student in small.students[:2])
    for _ in range(40):
        desk.keyboard.press("Tab")
        if desk.evaluate("document.activeElement.id") == first:
            break
    desk.keyboard.press("ArrowDown")
    assert desk.evaluate("document.activeElement.id") == second


def test_proposals_are_taken_by_one_press(desk, small):
    desk.click("button[name=accept]")
    desk.wait_for_selector(".notice >> text=Поставени")
    assert finals(small) == [5] * 3 + [6] + [5] * 22


def test_what_was_typed_outlives_a_reload_and_a_refusal(desk, small):
    anna = small.students[0].pk
    desk.fill(f"#grade-{anna}", "4,50")
    desk.reload()
    assert desk.input_value(f"#grade-{anna}") == "4,50"
    desk.click("#save")
    desk.wait_for_selector("#errors")
    assert desk.input_value(f"#grade-{anna}") == "4,50"
    assert finals(small) == []


def test_the_page_is_light_fits_a_phone_and_has_no_fault_that_axe_finds(desk, small):
    assert len(gzip.compress(desk.content().encode())) <= 20 * KB  # beside 33 of sheet and scripts, which are kept
    picture(desk, "finals")
    for width in (1100, 390, 320):
        desk.set_viewport_size({"width": width, "height": 780})
        assert desk.evaluate("document.documentElement.scrollWidth") <= width
        assert faults(desk) == []
    desk.emulate_media(color_scheme="dark")
    assert faults(desk) == []
    for path in (
        f"classes/{small.class_group.pk}/finals/",
        f"courses/{small.course.pk}/students/{small.students[0].pk}/",
    ):
        desk.goto(f"/s/{small.id}/{path}")
        assert faults(desk) == []
        assert desk.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_pages_of_who_leads_the_class_have_no_fault_that_axe_finds(browser, small, live_server):
    anna, course, group = small.students[0], small.course.pk, small.class_group.pk
    with at_school(small.id):
        (annual,) = put(small, anna, 2, kind=GradeKind.ANNUAL)
        put(small, small.students[1], 5, kind=GradeKind.ANNUAL)
        book = ClassGroup.objects.get(pk=group)
        set_result(small.head, book, student_id=anna.pk, outcome=Outcome.EXAMS, exams=[course])
    desk = open_lesson(browser, live_server, small, colleague(small, leads=True))
    pages = {
        "results": f"classes/{group}/results/",
        "resits": f"classes/{group}/results/{anna.pk}/",
        "exemptions": f"courses/{course}/exemptions/",
        "transfer": f"courses/{course}/transfer/",
        "exam": f"grades/{annual.pk}/exam/",
        "grade": f"grades/{annual.pk}/",
    }
    found = {}
    for name, path in pages.items():
        desk.goto(f"/s/{small.id}/{path}")
        picture(desk, f"finals-{name}")
        for width, scheme in ((1100, "light"), (1100, "dark"), (390, "light"), (390, "dark")):
            desk.set_viewport_size({"width": width, "height": 780})
            desk.emulate_media(color_scheme=scheme)
            found[name, width, scheme] = faults(desk)
            assert desk.evaluate("document.documentElement.scrollWidth") <= width, name
    desk.context.close()
    assert {where: wrong for where, wrong in found.items() if wrong} == {}
