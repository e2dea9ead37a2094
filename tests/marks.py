"""Marks that several rooms use."""

import pytest

# Commits for real, for tests of several connections, processes or threads. `owner` empties the tables afterwards:
# without it among the databases nothing would, since the others mirror it.
committed = pytest.mark.django_db(transaction=True, databases=["default", "worker", "owner"])
