"""What a page asks of the database, counted as the bench counts: without the words around a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

# Inside a test's own transaction a block of at_school() is a savepoint, and sets the school back at its end.
NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK")
SET_BACK = ("SET LOCAL app.school_id = ''", "SET LOCAL app.user_id = ''")


@contextmanager
def statements() -> Iterator[list[str]]:
    """Give a list that holds, after the block, the SQL of each statement."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as seen:
        yield found
    found.extend(
        query["sql"]
        for query in seen.captured_queries
        if not query["sql"].startswith(NOT_COUNTED) and query["sql"] not in SET_BACK
    )
