"""The bootstrap makes roles that serve and no more; the tests themselves stand on it."""

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from tests import postgres
from tests.marks import committed
from zvanets.schools.models import Subject
from zvanets.tenancy import grants, roles
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db(databases=["default", "worker", "owner"])


def test_a_second_bootstrap_changes_nothing():
    def shape(admin):
        return admin.execute(
            "SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolbypassrls"
            " FROM pg_roles WHERE rolname LIKE 'zv\\_%' ORDER BY 1"
        ).fetchall()

    with postgres.admin() as admin:
        admin.autocommit = True
        before = shape(admin)
        roles.bootstrap(admin, database=postgres.TEST_NAME, passwords={})
        assert shape(admin) == before
    assert [row[0] for row in before] == sorted(roles.ROLES)
    assert not any(row[1] or row[3] or row[4] or row[6] for row in before)


def test_the_application_is_not_the_owner():
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (roles.APP,)


@committed
def test_the_owner_without_a_school_sees_nothing(school):
    with at_school(school.pk):
        Subject.objects.create(name="Химия")
    with psycopg.connect(postgres.role_url(roles.OWNER, postgres.TEST_NAME)) as owner:
        assert owner.execute("SELECT count(*) FROM schools_school").fetchone() == (2,)
        assert owner.execute("SELECT count(*) FROM schools_subject").fetchone() == (0,)


def test_grants_may_be_applied_again_and_again():
    from zvanets.tenancy.catalogue import findings

    grants.apply()
    grants.apply()
    assert findings() == []


def test_flush_refuses_a_database_that_is_not_a_test(monkeypatch):
    monkeypatch.setitem(connections["owner"].settings_dict, "NAME", "zvanets")
    with pytest.raises(CommandError, match="no test database"):
        call_command("flush", database="owner", interactive=False)


def test_every_alias_points_at_the_test_database():
    for alias in connections:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_database()")
            assert cursor.fetchone() == (postgres.TEST_NAME,)
