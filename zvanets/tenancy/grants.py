"""Grants on the tables without a school, applied after each migrate; those behind the wall carry their own."""

from django.db import connections

from zvanets.tenancy.national import NATIONAL
from zvanets.tenancy.roles import APP, REPORT, WORKER


def apply(using: str = "owner") -> None:
    """Give each role exactly what NATIONAL says, on every table that is there."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in sorted(present & set(NATIONAL)):
            cursor.execute("; ".join(_statements(table)))


def _statements(table: str) -> list[str]:
    national = NATIONAL[table]
    wanted = {APP: national.app, WORKER: national.worker, REPORT: national.report}
    return [
        f'REVOKE ALL ON "{table}" FROM {", ".join(wanted)}',
        *(f'GRANT {verbs} ON "{table}" TO {role}' for role, verbs in wanted.items() if verbs),
    ]
