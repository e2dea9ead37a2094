"""Messages go out once, in the order of need, and every answer of a carrier is kept."""

import pytest

from tests import small_school
from tests.marks import committed
from tests.notifications.telling import ABSENT, messages, save, tell
from zvanets.notifications.channels.base import AnswerLost, ChannelDown, SendError
from zvanets.notifications.delivery import Delivery

pytestmark = committed


class FakeChannel:
    """A carrier that takes what it is given, or answers what the test tells it to."""

    name = "email"

    def __init__(self):
        self.sent = []
        self.errors = []

    def send(self, letter):
        if self.errors:
            error = self.errors.pop(0)
            if error:
                raise error
        self.sent.append(letter)
        return f"taken {len(self.sent)}"

    def close(self):
        pass


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


@pytest.fixture
def carrier():
    return FakeChannel()


def test_a_mail_goes_out_and_its_reference_is_kept(small, carrier):
    save(small, attendance={small.students[0].pk: ABSENT})
    tell()
    assert Delivery(carrier).run_once() == 1
    (letter,) = carrier.sent
    assert letter.subject == "Анна: Отсъства от 3-тия час (математика)"
    assert letter.address.endswith("@example.org")
    (message,) = messages(small, channel="email")
    assert (message.status, message.reference, message.attempts) == ("accepted", "taken 1", 1)
    assert message.accepted_at >= message.entered_at
    assert Delivery(carrier).run_once() == 0
