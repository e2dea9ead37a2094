"""Every address × method × role × {own, foreign, missing}: what is foreign answers as what is missing, and nothing breaks."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.budget import statements
from tests.demo import urls
from tests.doors import DOORS, Door
from tests.peopled import ANYBODY, EVERYBODY, Peopled, people
from tests.small_school import add_student
from zvanets.notifications.tokens import unsubscribe_token
from zvanets.tenancy.school import at_school

pytestmark = [pytest.mark.django_db(databases=["default", "worker"]), pytest.mark.urls(urls.__name__)]
MISSING = 10**15
NO_SCHOOL = 9_900_999
WORKS = {200, 204, 302, 409, 422}
NOT_THERE = {404}
PROOF = {401}  # asked again who it is
REFUSED = {403, 405}
NATURE = {"uidb36": "1", "key": "x-y", "pk": 1, "figure": "mean1"}


def addresses(found: URLResolver | URLPattern, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield the full name and the pattern of each address."""
    if isinstance(found, URLPattern):
        yield f"{space}{found.name}", found
        return
    inner = f"{found.namespace}:" if found.namespace else space
    for each in found.url_patterns:
        yield from addresses(each, inner)


PATTERNS = {name: pattern for each in get_resolver(urls).url_patterns for name, pattern in addresses(each)}


@pytest.fixture
def own(two_schools) -> Peopled:
    return people(two_schools[0].pk)


@pytest.fixture
def foreign(two_schools) -> Peopled:
    return people(two_schools[1].pk)


def fields(name: str) -> list[str]:
    """Return what stands in the address: the names between < and >, those of the prefix too."""
    space, _, plain = name.rpartition(":")
    resolver: Any = get_resolver(urls)
    prefix: list[str] = []
    if space:
        at, resolver = resolver.namespace_dict[space]
        prefix = re.findall(r"<(?:\w+:)?(\w+)>", at) or list(resolver.pattern.converters)
    names = [parameters for possibility, *_ in resolver.reverse_dict.getlist(plain) for _, parameters in possibility]
    return [*dict.fromkeys([*prefix, *(names[0] if names else [])])]


def address(name: str, ids: dict[str, object]) -> str:
    known: dict[str, object] = {"day": date(2026, 1, 12), **NATURE, **ids}
    wanted = {key: known[key] for key in fields(name)}
    return reverse(name, kwargs=wanted, urlconf=urls)


def knock(client: Client, method: str, url: str) -> HttpResponse:
    return client.generic(method, url, "", content_type="application/x-www-form-urlencoded")


def shown(answer: HttpResponse, url: str) -> tuple[int, str, str]:
    """Return what a stranger could tell two answers apart by; the address itself is no news to them."""
    place = answer.headers.get("Location", "").replace(quote(url), "")
    text = re.sub(r'(csrfmiddlewaretoken") value="[^"]{64}"', r"\1", answer.content.decode())
    return answer.status_code, place, text.replace(url, "").replace(quote(url), "")


def test_every_address_has_an_entry_in_the_table_and_every_entry_an_address():
    assert {name for name in PATTERNS if name not in DOORS} == set()
    assert {name for name in DOORS if name not in PATTERNS} == set()


@pytest.mark.parametrize("name", DOORS)
def test_who_may_gets_in_and_nobody_else(name, own):
    door, url = DOORS[name], address(name, {"token": unsubscribe_token(own.small.id, 1), **own.ids})
    for role in EVERYBODY:
        for method in ("GET", "POST"):
            answer = knock(own.client(role), method, url)
            assert answer.status_code in expected(door, role, method), (role, method, answer.status_code)
            if answer.status_code == 302 and role not in door.to:
                assert answer.headers["Location"].startswith("/accounts/login/")


def expected(door: Door, role: str, method: str) -> set[int]:
    """Somebody not signed in is led to the log-in, or told so where a form would be lost on the way."""
    if role == ANYBODY and ANYBODY not in door.to:
        return {302, 401, 405} if method == "POST" else {302, 405}
    if not (door.get if method == "GET" else door.post):
        return {405}
    if role in door.to:
        return WORKS | (NOT_THERE | PROOF if method == "POST" else set())
    return NOT_THERE


@pytest.mark.parametrize("name", [name for name in DOORS if fields(name)])
def test_what_is_foreign_answers_as_what_is_missing(name, own, foreign):
    for role in EVERYBODY:
        for method in ("GET", "POST"):
            for strange, missing in pairs(name, role, own, foreign):
                client = own.client(role)
                there, not_there = (shown(knock(client, method, url), url) for url in (strange, missing))
                assert there == not_there, (role, method, strange, missing)
                assert there[0] < 500


def pairs(name: str, role: str, own: Peopled, foreign: Peopled) -> Iterator[tuple[str, str]]:
    """Yield a foreign address beside one that leads nowhere: of another school, or of somebody else in one's own."""
    things = [key for key in fields(name) if key in own.ids and key != "school_id"]
    if "school_id" in fields(name):
        yield address(name, foreign.ids), address(name, {**dict.fromkeys(own.ids, MISSING), "school_id": NO_SCHOOL})
    for thing in things:
        nowhere = address(name, {**own.ids, thing: MISSING})
        yield address(name, {**own.ids, thing: foreign.ids[thing]}), nowhere
        if role not in DOORS[name].to:
            yield address(name, own.ids), nowhere
    if "token" in fields(name):
        yield address(name, {"token": "x" * 40}), address(name, {"token": "y" * 40})


@pytest.mark.parametrize("name", [name for name in DOORS if set(fields(name)) & {"school_id", "student_id"}])
@pytest.mark.parametrize("number", [0, 2**63, 10**30])
def test_a_number_that_no_row_can_have_is_not_there(name, number, own):
    for field in set(fields(name)) & own.ids.keys():
        url = address(name, {**own.ids, field: number})
        for role in ("director", "guardian"):
            for method in ("GET", "POST"):
                assert knock(own.client(role), method, url).status_code in {404, 405}, (role, method, url)


@pytest.mark.parametrize("name", DOORS)
def test_other_methods_are_refused_or_not_there_and_never_break(name, own):
    url = address(name, {"token": unsubscribe_token(own.small.id, 1), **own.ids})
    for role in ("director", "guardian", "operator", ANYBODY):
        for method in ("PUT", "PATCH", "DELETE"):
            answer = knock(own.client(role), method, url)
            assert answer.status_code in REFUSED | NOT_THERE | {302, 200, 400, 422}, (role, method, answer.status_code)
        assert knock(own.client(role), "HEAD", url).status_code < 500
        assert knock(own.client(role), "OPTIONS", url).status_code < 500


@pytest.mark.parametrize(
    "name", [name for name, door in DOORS.items() if door.post and door.to and name != "unsubscribe"]
)
def test_no_door_opens_to_a_form_of_another_site(name, own):
    if name in {"healthz", "billing:epay"}:
        return
    client = Client(enforce_csrf_checks=True)
    client.force_login(own.users[next(role for role in DOORS[name].to if role != ANYBODY)])

    assert knock(client, "POST", address(name, own.ids)).status_code == 403


@pytest.mark.parametrize("name", [name for name, door in DOORS.items() if door.get and door.to])
def test_a_page_asks_no_more_than_its_budget_however_many_students_there_are(name, own):
    door = DOORS[name]
    liked = ("guardian",) if name.startswith("portal:") else ("teacher", "director")
    role = next(role for role in (*liked, *door.to) if role in door.to)
    url, client = address(name, {"token": unsubscribe_token(own.small.id, 1), **own.ids}), own.client(role)
    knock(client, "GET", url)
    few = asked(client, url)
    with at_school(own.small.id):
        small = own.small
        child_group = small.class_group.children.get()
        for number in range(5, 27):
            names = f"Дете{number}", "Ново"
            add_student(number, *names, small.class_group, child_group, small.course, small.school_year.starts_on)

    many = asked(client, url)

    assert len(many) == len(few), "\n".join(many)
    assert len(many) <= door.statements, "\n".join(many)


def asked(client: Client, url: str) -> list[str]:
    with statements() as found:
        assert knock(client, "GET", url).status_code in WORKS
    return found
