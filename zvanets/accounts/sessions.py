"""Sessions in the database, found together with their user: one statement by hand where Django builds and sends two.

Their data is JSON that the database can read; a signature would guard it against the database alone.
"""

import json
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db import connection

from zvanets.accounts.models import User
from zvanets.lib import clock

_FIELDS = [field for field in User._meta.concrete_fields if field.name not in {"created_at", "last_login"}]
_NAMES = [field.attname for field in _FIELDS]
_FIND = f"""
SELECT s.session_data, {", ".join(f"u.{field.column}" for field in _FIELDS)}
FROM django_session s LEFT JOIN accounts_user u ON u.id =
    CASE WHEN s.session_data LIKE '{{%%' THEN (s.session_data::json ->> '{SESSION_KEY}')::bigint END
WHERE s.session_key = %s AND s.expire_date > %s
"""  # noqa: S608 — names of our own columns


class SessionStore(db.SessionStore):
    user: User | None = None  # whom the session names, found with it; whether they may go on is the middleware's to ask

    def load(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(_FIND, [self.session_key, clock.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        if row[1] is not None:
            self.user = User.from_db(connection.alias, _NAMES, row[1:])
        return self.decode(row[0])

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        # Django would take the machine's clock, and a session begun in a rehearsed October would have ended long ago.
        return super().get_expiry_date(**{"modification": clock.now(), **kwargs})

    def encode(self, session_dict: dict[str, Any]) -> str:
        return json.dumps(session_dict, separators=(",", ":"))

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        try:
            return dict(json.loads(session_data))
        except (ValueError, TypeError):
            return {}
