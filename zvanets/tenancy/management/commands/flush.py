"""Django's flush, for databases of tests alone: history refuses TRUNCATE everywhere else."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import flush
from django.db import connections

NO_MODELS = ("history_access", "zvanets_cache")
HISTORY = ("history_entry", "history_entrybody", "history_chainhead")


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        name = str(connection.settings_dict["NAME"])
        if not name.startswith("test_"):
            raise CommandError(f"{name} is no test database: its history is append-only")
        _run(connection, [f"ALTER TABLE {table} DISABLE TRIGGER no_truncate" for table in HISTORY])
        try:
            super().handle(**options)
        finally:
            _run(connection, [f"ALTER TABLE {table} ENABLE TRIGGER no_truncate" for table in HISTORY])
        _run(connection, [f"TRUNCATE {table}" for table in NO_MODELS])


def _run(connection: Any, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("; ".join(statements))
