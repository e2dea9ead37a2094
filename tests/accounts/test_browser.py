"""The pages of signing in, the lock and the national page in a browser: accessible in both colours, nothing typed lost."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Browser, Page

from tests.acceptance.browser import PHONE, chromium, picture, sign_in
from tests.accounts.people import PASSWORD, person, seat
from tests.marks import committed
from zvanets.accounts.models import Role

pytestmark = [pytest.mark.browser, committed]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright's loop runs in this thread, and the test asks the database from it.
    with pytest.MonkeyPatch.context() as patch, chromium() as found:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield found


@pytest.fixture
def phone(browser, live_server, two_schools) -> Iterator[Page]:
    cache.clear()
    context = browser.new_context(viewport=PHONE, locale="bg", base_url=live_server.url)
    yield context.new_page()
    context.close()


def must_be_accessible(page: Page, name: str) -> None:
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name} {scheme}: {found.generate_report()}"
    picture(page, name)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/accounts/login/", "sign-in"),
        ("/accounts/password/reset/", "password-reset"),
        ("/accounts/signup/", "sign-up"),
        ("/access/", "access"),
        ("/access/invited/", "invited"),
        ("/accounts/inactive/", "account-closed"),
        ("/no-such-page/", "not-found"),
    ],
)
def test_the_pages_before_signing_in_are_accessible(phone, path, name):
    phone.goto(path)
    must_be_accessible(phone, name)


def test_a_wrong_password_takes_the_eye_to_the_error(phone, live_server):
    person("m.ivanova")
    sign_in(phone, live_server.url, "m.ivanova", "wrong")

    assert phone.evaluate("document.activeElement.id") == "errors"
    must_be_accessible(phone, "sign-in-error")


def test_the_choice_between_places_and_the_national_page_are_accessible(phone, live_server, two_schools):
    user = person("m.ivanova", name="Мария Иванова", is_operator=True)
    for school in two_schools:
        seat(user, school.pk, Role.TEACHER)
    sign_in(phone, live_server.url, "m.ivanova", PASSWORD)
    assert phone.locator("main a").count() == 3
    must_be_accessible(phone, "places")

    phone.click("text=Националната услуга")
    assert phone.locator("main h1").inner_text() == "Стигат ли съобщенията?"
    must_be_accessible(phone, "operator")


def test_a_form_sent_after_the_session_ended_is_saved_with_the_password(phone, live_server, two_schools):
    """Without a script, as the lesson's own form is sent: the fields stand on the page that asks for the password."""
    user = person("m.ivanova", name="Мария Иванова")
    seat(user, two_schools[0].pk, Role.GUARDIAN)
    sign_in(phone, live_server.url, "m.ivanova", PASSWORD)
    phone.evaluate(
        """() => {
            const form = document.createElement("form");
            form.method = "post"; form.action = "/p/9900901/1/read/";
            for (const [name, value] of [["first", "17"], ["last", "18"]]) {
                const field = document.createElement("input");
                field.type = "hidden"; field.name = name; field.value = value; form.append(field);
            }
            form.append(document.querySelector("[name=csrfmiddlewaretoken]").cloneNode());
            document.body.append(form); window.kept = form;
        }"""
    )
    phone.context.clear_cookies(name="sessionid")
    phone.evaluate("window.kept.submit()")
    phone.wait_for_selector("#unlock_password")

    assert phone.input_value("main [name=first]") == "17"
    must_be_accessible(phone, "locked")
    phone.fill("#unlock_name", "m.ivanova")
    phone.fill("#unlock_password", PASSWORD)
    with phone.expect_response(lambda answer: answer.request.method == "POST") as sent:
        phone.click("text=Влез и запиши")
    assert sent.value.status == 404  # let in, and the child is not theirs
    assert sent.value.request.post_data_json["last"] == "18"
