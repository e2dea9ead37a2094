"""A mother on her telephone: the first screen, what is new arriving by itself, every page accessible."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.acceptance.browser import PHONE, chromium, picture, sign_in
from tests.accounts.people import PASSWORD
from tests.marks import committed
from tests.portal.conftest import Family, family_of
from tests.remarks import filled
from tests.small_school import build
from zvanets.accounts.models import User
from zvanets.attendance.models import Absence
from zvanets.gradebook.models import Grade
from zvanets.lessons.models import Homework
from zvanets.lib import clock
from zvanets.notifications.models import Message
from zvanets.remarks.models import Remark
from zvanets.rules.scales import GradeKind
from zvanets.schools.models import Course, CourseMember, Lesson, Subject
from zvanets.tenancy.school import at_school

pytestmark = [pytest.mark.browser, committed]
PAGES = (
    "",
    "news/",
    "grades/",
    "grades/average/",
    "absences/",
    "remarks/",
    "homework/",
    "week/",
    "settings/",
    "settings/pace/",
    "settings/pin/",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright's loop runs in this thread, and the test asks the database from it.
    with pytest.MonkeyPatch.context() as patch, chromium() as found:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield found


@pytest.fixture
def phone(browser, home, live_server) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, locale="bg", base_url=live_server.url)
    page = context.new_page()
    sign_in(page, live_server.url, "mother", PASSWORD)
    yield page
    context.close()


@pytest.fixture
def home(two_schools) -> Family:
    user = User.objects.create_user("mother", PASSWORD, name="Мария Желева")
    own = family_of(build(two_schools[0].pk), user)
    family_of(build(two_schools[1].pk, level=2), user, children=1)
    with at_school(own.small.id):
        fill(own)
        filled.fill(own.small)
    own.tell("Закъсня за 3-тия час по математика (7 минути)\nУчител: Мария Иванова", ago=timedelta(minutes=40))
    own.tell("Отличен 5,50 по математика, контролна работа\nУчител: Мария Иванова")
    own.tell("Похвала: помогна на Борис", ago=timedelta(days=1), read_at=clock.now() - timedelta(hours=20))
    own.tell("Отсъства от 1-вия час (музика)", child=1)
    return own


def fill(home: Family) -> None:
    small, anna = home.small, home.small.students[0]
    for name in ("Български език и литература", "Музика", "Физическо възпитание и спорт"):
        course = Course.objects.create(class_group=small.class_group, subject=Subject.objects.create(name=name))
        CourseMember.objects.create(course=course, student=anna, starts_on=clock.today() - timedelta(days=60))
        for number, value in enumerate(("6", "5.50", "2", "4")):
            give(small, course, value, clock.today() - timedelta(days=7 * number))
        lesson(small, course, clock.today() + timedelta(days=1), len(name) % 7 + 1)
    give(small, small.course, "5.50", clock.today(), kind=GradeKind.CONTROL_WORK, comment="Браво")
    give(small, small.course, "5", clock.today(), kind=GradeKind.TERM, term=1)
    Absence.objects.create(
        lesson=small.lesson, student=anna, date=clock.today(), kind=1, minutes_late=7,
        recorded_at=clock.now(), recorded_by=small.teacher,
    )  # fmt: skip
    for kind, text in ((1, "Помогна на Борис"), (2, "Говори в час")):
        Remark.objects.create(
            student=anna, lesson=small.lesson, kind=kind, text=text, written_on=clock.today(),
            written_at=clock.now(), written_by=small.teacher,
        )  # fmt: skip
    Homework.objects.create(
        course=small.course, lesson=small.lesson, text="Задачи 1–5 от стр. 42",
        due_on=clock.today() + timedelta(days=1), given_at=clock.now(),
    )  # fmt: skip


def give(small, course: Course, value: str, on: date, **fields) -> None:
    Grade.objects.create(
        student=small.students[0], course=course, value=Decimal(value), given_on=on, given_at=clock.now(),
        given_by=small.teacher, teacher=small.staff_member, **fields,
    )  # fmt: skip


def lesson(small, course: Course, on: date, hour: int) -> None:
    Lesson.objects.create(
        course=course, date=on, hour_no=hour, starts_at=f"{7 + hour:02}:30", ends_at=f"{8 + hour:02}:10", room="12"
    )


def test_the_first_screen_of_a_telephone_says_what_is_new(phone, home):
    heading = phone.locator("h1")
    assert heading.inner_text() == "Ново от последното Ви влизане"
    first = phone.locator("#new li").first
    assert first.inner_text().startswith("Отличен 5,50 по математика, контролна работа")
    assert first.bounding_box()["y"] + first.bounding_box()["height"] < PHONE["height"]
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    picture(phone, "parent-home")


def test_what_was_looked_at_is_marked_and_what_comes_appears_by_itself(phone, home):
    with phone.expect_response(lambda answer: answer.url.endswith("/read/")) as marked:
        pass
    assert marked.value.status == 204
    with at_school(home.small.id):
        assert not Message.objects.filter(student=home.small.students[0], read_at__isnull=True).exists()

    home.tell("Отсъства от 4-тия час (музика)")
    phone.locator("#new li", has_text="4-тия час").wait_for(timeout=20_000)
    assert phone.locator("#new li").count() == 3  # what was read while the page is open stays on it

    home.tell("Закъсня за 2-рия час (музика)", child=1)
    phone.locator("#children .tag", has_text="2 нови").wait_for(timeout=20_000)
    assert phone.locator("#new li").count() == 3


def test_every_page_is_accessible_in_both_colours(phone, home):
    for path in PAGES:
        phone.goto(home.url(0, path))
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        for scheme in ("light", "dark"):
            phone.emulate_media(color_scheme=scheme)
            found = Axe().run(phone)
            assert found.violations_count == 0, f"{path} {scheme}: {found.generate_report()}"
        picture(phone, f"parent-{path.strip('/').replace('/', '-') or 'child'}")
        phone.set_viewport_size(PHONE)


def test_the_page_works_without_a_script(browser, home, live_server):
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    sign_in(page, live_server.url, "mother", PASSWORD)

    page.click("text=Отбележи като прочетено")
    assert "Няма нищо ново." in page.locator("#new").inner_text()
    page.click("text=Известия")
    page.uncheck("input[name=portal][value=grade]")
    page.click("text=Запиши избраното")
    assert not page.is_checked("input[name=portal][value=grade]")
    context.close()
