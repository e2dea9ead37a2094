"""Django's migrate, as the owner, with the grants of the national tables afterwards."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import migrate

from zvanets.tenancy import grants


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if not (options["plan"] or options["check_unapplied"]):
            grants.apply(options["database"])
