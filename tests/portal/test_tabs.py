"""An open page tells of the other child too: the tabs come with what is new, or alone."""

import re

import pytest

from tests.budget import statements
from tests.portal.conftest import family_of
from tests.portal.test_home import page_of
from tests.small_school import build
from zvanets.guardians.actions import withdraw_right
from zvanets.guardians.models import Guardianship
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


def test_an_open_page_says_that_there_is_news_of_the_other_child(signed_in, home):
    page = page_of(signed_in, home.url(0))
    url = re.search(r'hx-get="([^"]+)"', page)[1].replace("&amp;", "&")
    assert '<input type="hidden" name="others" value="0">' in page
    assert signed_in.get(f"{url}&others=0").status_code == 204

    home.tell("Закъсня", child=1)
    answer = signed_in.get(f"{url}&others=0")
    assert answer.headers["HX-Reswap"] == "none"
    piece = answer.content.decode()
    assert 'id="children"' in piece
    assert 'hx-swap-oob="true"' in piece
    assert 'Борис, 7 Б <span class="tag">1 ново</span>' in piece
    assert '<section id="new"' not in piece
    assert signed_in.get(f"{url}&others=1").status_code == 204

    home.tell("Похвала")
    both = signed_in.get(f"{url}&others=1")
    assert "HX-Reswap" not in both.headers
    assert both.content.decode().index("Похвала") < both.content.decode().index('hx-swap-oob="true"')


def test_news_of_a_child_in_another_school_is_seen_and_of_a_withdrawn_right_not(client, home, two_schools):
    other = family_of(build(two_schools[1].pk), home.user, children=1)
    client.force_login(home.user)
    url = re.search(r'hx-get="([^"]+)"', page_of(client, home.url(0)))[1].replace("&amp;", "&")

    other.tell("Отсъства от 1-вия час")
    assert "1 ново" in client.get(f"{url}&others=0").content.decode()
    with at_school(other.small.id):
        own = Guardianship.objects.get(guardian=other.guardian, student=other.small.students[0])
        withdraw_right(actor=other.small.head, right=own, why="Решение на съда")
    assert client.get(f"{url}&others=0").status_code == 204


def test_asking_for_news_of_two_children_costs_one_statement_more_than_of_one(signed_in, home):
    with statements() as one:
        signed_in.get(home.url(0, "new/"))
    page_of(signed_in)  # keeps the tabs
    with statements() as two:
        signed_in.get(home.url(0, "new/"))

    assert (len(two) - len(one), len(two) <= 6) == (1, True)
