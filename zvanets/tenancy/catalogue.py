"""Ask PostgreSQL's own catalogue whether the wall is whole; the grants of national tables are compared as well."""

from pathlib import Path
from typing import Any

from django.db import connections

from zvanets.tenancy.national import NATIONAL, NATIONAL_INDEXES, PLAIN_IDS
from zvanets.tenancy.roles import APP, REPORT, WORKER

QUESTIONS = Path(__file__).with_name("catalogue.sql").read_text(encoding="utf-8")
# The policies as PostgreSQL prints them.
ONE_SCHOOL = "(school_id = (NULLIF(current_setting('app.school_id'::text, true), ''::text))::bigint)"
MINE = "(user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::bigint)"
PARAMETERS = {
    "national": list(NATIONAL),
    "names_schools": [table for table, national in NATIONAL.items() if national.names_schools],
    "national_indexes": list(NATIONAL_INDEXES),
    "plain_ids": list(PLAIN_IDS),
    "one_school": ONE_SCHOOL,
    "mine": MINE,
}
GRANTED = """
SELECT c.relname, a.grantee::regrole::text, a.privilege_type
FROM pg_class c, aclexplode(c.relacl) a
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%s) AND a.grantee <> c.relowner
"""


def findings(using: str = "owner") -> list[str]:
    """Return one sentence per hole in the wall; an empty list means it is whole."""
    with connections[using].cursor() as cursor:
        return ask(cursor)


def ask(cursor: Any) -> list[str]:
    cursor.execute(QUESTIONS, PARAMETERS)
    holes = [str(row[0]) for row in cursor.fetchall()]
    cursor.execute(GRANTED, [list(NATIONAL)])
    granted = {(str(table), str(role), str(verb)) for table, role, verb in cursor.fetchall()}
    return holes + [f"{table} grants {verb} to {role}" for table, role, verb in sorted(granted - _wanted())]


def _wanted() -> set[tuple[str, str, str]]:
    return {
        (table, role, verb.strip())
        for table, national in NATIONAL.items()
        for role, verbs in ((APP, national.app), (WORKER, national.worker), (REPORT, national.report))
        for verb in verbs.split(",")
    }
