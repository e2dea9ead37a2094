"""The quick question whether migrations wait."""

import pytest
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from zvanets.cli import migrations


def test_it_sees_on_disk_what_django_sees():
    loader = MigrationLoader(None)
    assert migrations.on_disk() == set(loader.disk_migrations)


@pytest.mark.django_db(databases=["owner"])
def test_nothing_waits_after_migrating_and_a_forgotten_one_does():
    connections["owner"].ensure_connection()
    raw = connections["owner"].connection
    assert migrations.waiting(raw) == set()
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'tenancy' AND name = '0001_cache'")
    assert migrations.waiting(raw) == {("tenancy", "0001_cache")}
