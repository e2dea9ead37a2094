"""Django's PostgreSQL connection, with two habits that thousands of requests on one kept connection ask for."""

import select
from typing import Any, Self

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus


class Cursor(base.ServerBindingCursor):
    def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool | None = None
    ) -> Self:
        """Prepare only what has parameters: SET LOCAL names its school, and each school would push out another's plan."""
        kept = False if params is None and prepare is None else prepare
        return super().execute(query, params, prepare=kept, binary=binary)  # type: ignore[misc, no-any-return]


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        found: dict[str, Any] = super().get_connection_params()
        if found["cursor_factory"] is base.ServerBindingCursor:
            found["cursor_factory"] = Cursor
        return found

    def is_usable(self) -> bool:
        """Ask SELECT 1, which Django does before every request, only when the socket is not silent.

        A server that went away has said so, and its last word waits there.
        """
        return self._is_silent() or bool(super().is_usable())

    def _is_silent(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return not waiting.poll(0)
