"""People who sign in, for the tests of accounts and fronts."""

from zvanets.accounts.models import Membership, Role, User
from zvanets.history.record import Actor
from zvanets.lib import clock
from zvanets.tenancy.school import at_school

PASSWORD = "голямо-междучасие-11"
SYSTEM = Actor(None, "system", "127.0.0.1")


def person(username: str, **fields) -> User:
    return User.objects.create_user(username, PASSWORD, name=fields.pop("name", "Иван Петров"), **fields)


def seat(user: User, school_id: int, role: Role) -> Membership:
    with at_school(school_id):
        return Membership.objects.create(user=user, role=role, starts_on=clock.today())


def sign_in(client, name: str, password: str = PASSWORD, **extra):
    return client.post("/accounts/login/", {"login": name, "password": password}, **extra)
