"""How many examples the property tests try: few in `make test`, many in `make soak` (HYPOTHESIS_PROFILE=soak)."""

import os

from hypothesis import settings

QUICK = 30


def load() -> None:
    settings.register_profile("quick", max_examples=QUICK, deadline=None, print_blob=True)
    settings.register_profile("soak", max_examples=20 * QUICK, deadline=None, print_blob=True)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
