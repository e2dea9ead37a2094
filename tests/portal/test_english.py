"""The family's pages in English, out of the catalogue as it stands in the source."""

import re
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings as configured
from django.utils.translation import trans_real

from tests.portal.test_home import give

pytestmark = pytest.mark.django_db
CATALOGUE = Path(configured.LOCALE_PATHS[0]) / "en" / "LC_MESSAGES" / "django.po"
PAGES = (
    "",
    "grades/",
    "grades/average/",
    "absences/",
    "absences/notice/",
    "remarks/",
    "homework/",
    "week/",
    "settings/",
    "news/",
)
# Names and what people typed stay as they are.
OWN_WORDS = (
    "Анна", "Борис", "Желева", "Мария", "Иванова", "Математика", "Изпитно", "ОУ", "Б", "Български", "Отличен",
    "по", "математика",
)  # fmt: skip


@pytest.fixture
def english(client, tmp_path, settings):
    compiled = tmp_path / "en" / "LC_MESSAGES" / "django.mo"
    compiled.parent.mkdir(parents=True)
    with CATALOGUE.open("rb") as source, compiled.open("wb") as target:
        write_mo(target, read_po(source, locale="en"))
    settings.LOCALE_PATHS = [tmp_path]
    trans_real._translations.clear()
    client.cookies[configured.LANGUAGE_COOKIE_NAME] = "en"
    yield client
    trans_real._translations.clear()


@pytest.mark.parametrize("page", PAGES)
def test_no_bulgarian_word_is_left_on_a_page(signed_in, english, home, page):
    home.tell("Отличен 6 по математика")
    give(home, "5.50")

    text = re.sub(r"<[^>]+>", " ", english.get(home.url(0, page)).content.decode())
    left = [word for word in re.findall(r"[А-я]+", text) if word not in OWN_WORDS]
    assert not left


@pytest.mark.parametrize("page", ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/", "/no-such/"])
def test_the_pages_before_signing_in_are_english_too(english, db, page):
    text = re.sub(r"<[^>]+>", " ", english.get(page).content.decode())

    assert not [word for word in re.findall(r"[А-я]+", text) if word not in OWN_WORDS]
