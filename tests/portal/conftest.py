"""A family: Анна and Борис of one school with their mother, who has a seat and signs in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from tests.accounts.people import PASSWORD
from tests.small_school import SmallSchool, build
from zvanets.accounts.models import Membership, Role, User
from zvanets.guardians.actions import grant_right
from zvanets.guardians.models import ChannelName, Guardian, Guardianship, Relation
from zvanets.lib import clock
from zvanets.notifications.models import Message
from zvanets.rules.delivery import Status
from zvanets.tenancy.school import at_school


@dataclass
class Family:
    small: SmallSchool
    user: User
    guardian: Guardian

    def url(self, child: int = 0, page: str = "") -> str:
        return f"/p/{self.small.id}/{self.small.students[child].pk}/{page}"

    def tell(self, text: str, *, child: int = 0, ago: timedelta = timedelta(), **fields) -> Message:
        at: datetime = clock.now() - ago
        with at_school(self.small.id):
            return Message.objects.create(
                guardian=self.guardian,
                student=self.small.students[child],
                channel=ChannelName.PORTAL,
                language="bg",
                text=text,
                **{"status": Status.DELIVERED, "entered_at": at, "created_at": at, "due_at": at} | fields,
            )


def family_of(small: SmallSchool, user: User, *, children: int = 2) -> Family:
    """Make the user the mother of the school's first children, with a seat."""
    with at_school(small.id):
        guardian = small.guardians[0]
        guardian.user = user
        guardian.save()
        Membership.objects.create(user=user, role=Role.GUARDIAN, starts_on=clock.today())
        for student in small.students[1:children]:
            grant_right(actor=small.head, guardian=guardian, student=student, relation=Relation.MOTHER)
    return Family(small, user, guardian)


@pytest.fixture
def small(school) -> SmallSchool:
    return build(school.pk)


@pytest.fixture
def home(small) -> Family:
    return family_of(small, User.objects.create_user("mother", PASSWORD, name="Мария Желева"))


@pytest.fixture
def signed_in(client, home):
    client.force_login(home.user)
    return client


@pytest.fixture
def right(home) -> Guardianship:
    with at_school(home.small.id):
        return Guardianship.objects.select_related("guardian__user", "student").get(
            guardian=home.guardian, student=home.small.students[0]
        )
