"""Wrong settings are named at the start, not by the first parent's message."""

import pytest
from django.core.checks import run_checks

from zvanets.notifications.checks import TAG


def ids():
    return [error.id for error in run_checks(tags=[TAG])]


def test_the_usual_settings_are_right():
    assert ids() == []


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"MAIL_FROM": "diary"}, "zvanets.E001"),
        ({"BOUNCE_DOMAIN": "bounce example"}, "zvanets.E002"),
        ({"EMAIL_HOST": None}, "zvanets.E003"),
        ({"SMPP_URL": "http://smsc.example.org"}, "zvanets.E005"),
        ({"SMPP_URL": "smpp://smsc.example.org?speed=9"}, "zvanets.E005"),
        ({"SMPP_URL": "smpp://smsc.example.org", "SMS_PRICE": "dear"}, "zvanets.E005"),
        ({"SMPP_URL": "smpp://diary:secret@smsc.example.org"}, "zvanets.W001"),
        ({"EMAIL_HOST": "mx.example.org", "EMAIL_HOST_USER": "diary"}, "zvanets.E004"),
    ],
)
def test_a_wrong_one_is_named(settings, changes, number):
    for name, value in changes.items():
        setattr(settings, name, value)
    assert ids() == [number]


@pytest.mark.parametrize("changes", [{"EMAIL_HOST": "127.0.0.1"}, {"EMAIL_USE_TLS": True}, {"EMAIL_USE_SSL": True}])
def test_a_password_may_be_told_in_private(settings, changes):
    for name, value in {"EMAIL_HOST": "mx.example.org", "EMAIL_HOST_USER": "diary", **changes}.items():
        setattr(settings, name, value)
    assert ids() == []
