"""The small school, and a head beside its teacher."""

import pytest

from tests import small_school
from zvanets.tenancy.school import at_school


@pytest.fixture
def small(school):
    built = small_school.build(school.pk)
    with at_school(school.pk):
        yield built
