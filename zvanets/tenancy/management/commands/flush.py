"""Django's flush, for databases of tests alone: history refuses TRUNCATE everywhere else."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import flush
from django.db import connections

HISTORY = ("history_entry", "history_entrybody", "history_chainhead")


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        name = str(connection.settings_dict["NAME"])
        if not name.startswith("test_"):
            raise CommandError(f"{name} is no test database: its history is append-only")
        self._triggers(connection, "DISABLE")
        try:
            super().handle(**options)
        finally:
            self._triggers(connection, "ENABLE")

    @staticmethod
    def _triggers(connection: Any, verb: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("; ".join(f"ALTER TABLE {table} {verb} TRIGGER no_truncate" for table in HISTORY))
