"""Every section of the class book in a browser: accessible in both colours, on a telephone, in English, and filled by hand."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests import small_school
from tests.acceptance.browser import DESKTOP, PHONE, chromium, picture, sign_in
from tests.accounts.people import PASSWORD
from tests.marks import committed
from tests.remarks.filled import fill, next_monday
from tests.small_school import SmallSchool
from tests.staff.people import colleague
from zvanets.accounts.models import Role
from zvanets.remarks.models import (
    HealthNote,
    IndividualWork,
    Note,
    ParentMeeting,
    PlannedWork,
    Sanction,
    SchoolEvent,
    Support,
)
from zvanets.tenancy.school import at_school

pytestmark = [pytest.mark.browser, committed]
SECTIONS = ("remarks", "sanctions", "works", "meetings", "notes", "support", "individual")
THINGS = {
    "sanctions": Sanction,
    "works": PlannedWork,
    "meetings": ParentMeeting,
    "events": SchoolEvent,
    "notes": Note,
    "support": Support,
    "individual": IndividualWork,
    "health": HealthNote,
}


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
        fill(small)
    return small


@pytest.fixture
def desk(browser, small, live_server) -> Iterator[Page]:
    """The head's browser."""
    user = colleague(small, Role.DIRECTOR)
    user.username = "head"
    user.set_password(PASSWORD)
    user.save()
    page = browser.new_context(viewport=DESKTOP, locale="bg", base_url=live_server.url).new_page()
    sign_in(page, live_server.url, "head", PASSWORD)
    yield page
    page.context.close()


def pages(small) -> dict[str, str]:
    group, student = small.class_group.pk, small.students[0].pk
    with at_school(small.id):
        things = {f"{name}-one": f"{name}/{model.objects.first().pk}/" for name, model in THINGS.items()}
    sections = {name: f"classes/{group}/{name}/" for name in SECTIONS}
    return sections | {"events": "events/", "approve": "head/works/", "health": f"students/{student}/health/"} | things


def test_every_page_is_accessible_fits_a_telephone(desk, small):
    for name, path in pages(small).items():
        desk.set_viewport_size(PHONE)
        answer = desk.goto(f"/s/{small.id}/{path}")
        assert answer.status == 200, path
        assert desk.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        for scheme in ("light", "dark"):
            desk.emulate_media(color_scheme=scheme)
            found = Axe().run(desk)
            assert found.violations_count == 0, f"{path} {scheme}: {found.generate_report()}"
        picture(desk, f"book-{name}")


def test_a_meeting_is_called_from_the_class_page_by_hand(desk, small):
    desk.goto(f"/s/{small.id}/classes/{small.class_group.pk}/")
    desk.click("text=Контролни и класни")
    desk.click("nav.tabs >> text=Родителски срещи")
    desk.fill("#id_date", next_monday().isoformat())
    desk.fill("#id_starts_at", "17:30")
    desk.fill("#id_place", "физкултурния салон")
    desk.click("text=Свикай и уведоми родителите")
    assert "Срещата е свикана." in desk.inner_text("#messages")
    assert "17:30, физкултурния салон" in desk.inner_text("main")


def test_a_refused_form_leads_to_its_field_and_keeps_what_was_typed(desk, small):
    desk.goto(f"/s/{small.id}/classes/{small.class_group.pk}/meetings/")
    desk.fill("#id_place", "стая 3")
    desk.click("text=Свикай и уведоми родителите")
    assert desk.evaluate("document.activeElement.id") == "errors"
    assert desk.input_value("#id_place") == "стая 3"


def test_print_leaves_the_entries_and_takes_the_forms(desk, small):
    desk.goto(f"/s/{small.id}/classes/{small.class_group.pk}/notes/")
    desk.emulate_media(media="print")
    assert desk.locator("text=Утре без час на класа").is_visible()
    assert not desk.locator("form >> text=Запиши бележката").is_visible()
    desk.emulate_media(media="screen")
