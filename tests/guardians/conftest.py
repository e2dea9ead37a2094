from datetime import timedelta

import pytest

from tests.small_school import SmallSchool, build
from zvanets.lib import clock
from zvanets.tenancy.school import at_school


@pytest.fixture
def small(school) -> SmallSchool:
    return build(school.pk)


@pytest.fixture
def inside(small):
    """The small school, open for the whole test."""
    with at_school(small.id):
        yield small


@pytest.fixture
def later(monkeypatch):
    def pass_time(**some) -> None:
        monkeypatch.setattr(clock, "_offset", clock._offset + timedelta(**some))

    return pass_time
