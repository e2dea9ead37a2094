"""The first log-ins of an installation and of a school."""

import pytest
from click.testing import CliRunner

from tests.accounts.people import person
from zvanets.accounts.models import User
from zvanets.cli.operators import new_password
from zvanets.cli.problem import Problem

pytestmark = pytest.mark.django_db


def test_the_head_of_a_school_that_came_in_gets_a_password_that_works():
    person("r.dimitrov.500025")
    done = CliRunner().invoke(new_password, ["R.Dimitrov.500025"])

    username, password = done.output.split()
    assert username == "r.dimitrov.500025"
    assert User.objects.get(username=username).check_password(password)


def test_a_name_that_nobody_has_is_refused():
    with pytest.raises(Problem, match=r"There is no user nobody\."):
        CliRunner().invoke(new_password, ["nobody"], catch_exceptions=False)
