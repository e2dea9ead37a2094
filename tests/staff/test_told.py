"""What the staff reads of how parents were told: what arrived, what still waits, what did not arrive."""

from datetime import timedelta

import pytest

from tests.staff.people import colleague, home, signed_in
from zvanets.accounts.models import Role
from zvanets.guardians.models import ChannelName
from zvanets.lib import clock
from zvanets.notifications.models import Message
from zvanets.rules.delivery import Status
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db
FIVE_MINUTES = timedelta(minutes=5)


@pytest.fixture
def head(small):
    return signed_in(colleague(small, Role.DIRECTOR))


def tell(small, status: Status, *, ago: timedelta = FIVE_MINUTES, took: timedelta | None = None) -> None:
    at = clock.now() - ago
    with at_school(small.id):
        Message.objects.create(
            guardian=small.guardians[0],
            student=small.students[0],
            channel=ChannelName.EMAIL,
            language="bg",
            subject="Анна: отсъства",
            text="Отсъства",
            status=status,
            entered_at=at,
            created_at=at,
            due_at=at,
            accepted_at=None if took is None else at + took,
        )


def test_what_waits_for_minutes_and_what_failed_stand_beside_what_arrived(head, small):
    tell(small, Status.ACCEPTED, took=timedelta(milliseconds=300))
    tell(small, Status.QUEUED)
    tell(small, Status.SENDING, ago=timedelta(seconds=5))
    tell(small, Status.FAILED)

    for page in ("head/", f"told/{clock.today().isoformat()}/"):
        text = head.get(home(small, page)).content.decode()
        assert "най-бавното за" in text
        assert "по-малко от секунда" in text
        assert "Още чакат: 1." in text
        assert "Недоставени: 1." in text


def test_an_english_reader_finds_the_channels_in_english(head, small):
    tell(small, Status.QUEUED)
    head.cookies["django_language"] = "en"

    text = head.get(home(small, f"told/{clock.today().isoformat()}/")).content.decode()
    assert '<td class="text">e-mail</td>' in text
    assert "Still waiting: 1." in text
