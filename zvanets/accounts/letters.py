"""Letters about accounts: put down with the request's own transaction, sent by the worker's e-mail thread."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from django.db import connection

from zvanets.lib import clock, emails
from zvanets.lib.refusals import Refusal

# By hand: Django would ask for the new rows' ids, and the web may write letters but read none.
_POST = """
WITH posted AS (
    INSERT INTO accounts_letter (address, language, subject, text, created_at, due_at, attempts)
    SELECT t.address, t.language, t.subject, t.text, %(now)s, %(now)s, 0
    FROM unnest(%(addresses)s::text[], %(languages)s::text[], %(subjects)s::text[], %(texts)s::text[])
        AS t (address, language, subject, text)
)
SELECT pg_notify('zvanets_pending', 'email')
"""


@dataclass(frozen=True, slots=True)
class Post:
    """A letter to be."""

    address: str
    subject: str
    text: str
    language: str


def post(address: str, *, subject: str, text: str, language: str) -> None:
    """Leave a letter; the worker hears of it when the transaction commits."""
    post_all([Post(address, subject, text, language)])


def post_all(posts: Sequence[Post]) -> None:
    """Leave several letters in one statement."""
    if not posts:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _POST,
            {
                "addresses": [_normal(each.address) for each in posts],
                "languages": [each.language for each in posts],
                "subjects": [each.subject[:200] for each in posts],
                "texts": [each.text for each in posts],
                "now": clock.now(),
            },
        )


def _normal(address: str) -> str:
    with suppress(Refusal):  # an address that no server takes is found out by the worker, which tells nobody
        return emails.normalise(address)
    return address
