"""Letters about accounts: put down with the request's own transaction, sent by the worker's e-mail thread."""

from contextlib import suppress

from django.db import connection

from zvanets.lib import clock, emails
from zvanets.lib.refusals import Refusal

# By hand: Django would ask for the new row's id, and the web may write letters but read none.
_POST = """
WITH posted AS (
    INSERT INTO accounts_letter (address, language, subject, text, created_at, due_at, attempts)
    VALUES (%(address)s, %(language)s, %(subject)s, %(text)s, %(now)s, %(now)s, 0)
)
SELECT pg_notify('zvanets_pending', 'email')
"""


def post(address: str, *, subject: str, text: str, language: str) -> None:
    """Leave a letter; the worker hears of it when the transaction commits."""
    with suppress(Refusal):  # an address that no server takes is found out by the worker, which tells nobody
        address = emails.normalise(address)
    with connection.cursor() as cursor:
        cursor.execute(
            _POST,
            {"address": address, "language": language, "subject": subject[:200], "text": text, "now": clock.now()},
        )
