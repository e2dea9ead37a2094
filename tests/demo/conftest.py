"""The demo school, made once for these tests and committed, since its making is what is tested."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command

from tests.conftest import _make_schools
from tests.ivr.line import OPTIONS, Line


@pytest.fixture(scope="package")
def demo_school(django_db_setup, django_db_blocker) -> Iterator[int]:
    from zvanets.demo import seed
    from zvanets.demo.school import SCHOOL_ID

    with django_db_blocker.unblock():
        seed.ensure()
    yield SCHOOL_ID
    with django_db_blocker.unblock():
        call_command("flush", database="owner", interactive=False, verbosity=0)
        _make_schools()


@pytest.fixture(scope="session")
def speech(tmp_path_factory):
    return tmp_path_factory.mktemp("speech")


@pytest.fixture
def line(speech) -> Iterator[Line]:
    """A telephone line that nothing but these tests calls."""
    opened = Line(OPTIONS, speech)
    yield opened
    opened.stop()
