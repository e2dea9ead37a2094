"""The national page: for operators alone, counts alone."""

from datetime import timedelta

import pytest

from tests.accounts.people import PASSWORD
from tests.marks import committed
from tests.small_school import build
from zvanets.accounts.models import Role, User
from zvanets.lib import clock
from zvanets.notifications.models import Message
from zvanets.tenancy.school import at_school

EVERYWHERE = pytest.mark.django_db(databases=["default", "worker"])


@pytest.fixture
def operator(db) -> User:
    return User.objects.create_user("operator", PASSWORD, name="Ася Тодорова", is_operator=True)


def tell(small, status: str, *, ago: timedelta = timedelta()) -> None:
    at = clock.now() - ago
    with at_school(small.id):
        Message.objects.create(
            guardian=small.guardians[0],
            student=small.students[0],
            channel="email",
            language="bg",
            text="Отличен 6",
            status=status,
            entered_at=at,
            created_at=at,
            due_at=at,
        )


@EVERYWHERE
@pytest.mark.parametrize("fields", [{}, {"is_operator": False}])
def test_others_find_nothing_here(client, school, fields):
    assert client.get("/o/").headers["Location"].startswith("/accounts/login/")
    user = User.objects.create_user("head", PASSWORD, name="Директор", **fields)
    with at_school(school.pk):
        user.seats.create(role=Role.DIRECTOR, starts_on=clock.today())
    client.force_login(user)

    assert client.get("/o/").status_code == 404


@committed
def test_each_school_stands_with_its_counts_and_nobodys_name(client, two_schools, operator):
    small = build(two_schools[0].pk)
    for status in ("delivered", "accepted", "failed", "queued", "unknown"):
        tell(small, status)
    tell(small, "failed", ago=timedelta(hours=25))
    client.force_login(operator)

    page = " ".join(client.get("/o/").content.decode().split())
    assert "ОУ „Изпитно“" in page
    assert "<td>9900901</td><td>4</td><td>2</td><td>2</td>" in page
    assert '<td><b class="poor">1</b></td><td>1</td>' in page
    assert "Доставката върви." in page
    for person in ("Анна", "Желева", "Мария", "example.org"):
        assert person not in page


@committed
def test_a_message_that_waits_too_long_is_said_so(client, two_schools, operator):
    tell(build(two_schools[0].pk), "queued", ago=timedelta(minutes=6))
    client.force_login(operator)

    page = client.get("/o/").content.decode()
    assert "Доставката изостава." in page
    assert "изостава</span>" in page


@EVERYWHERE
@pytest.mark.parametrize(
    ("typed", "found"),
    [("съседно", ["9900902"]), ("9900901", ["9900901"]), ("%", []), ("няма", []), ("\x00'--", [])],
)
def test_a_school_is_found_by_name_or_code(client, two_schools, operator, typed, found):
    client.force_login(operator)
    page = client.get("/o/", {"q": typed}).content.decode()

    assert [code for code in ("9900901", "9900902") if f"<td>{code}</td>" in page] == found


@EVERYWHERE
@pytest.mark.parametrize("page", ["0", "-1", "x", "99999", "9" * 50])
def test_a_page_that_is_none_is_still_a_page(client, two_schools, operator, page):
    client.force_login(operator)
    assert client.get("/o/", {"page": page}).status_code == 200
