"""How many examples the property tests try: few in `make test`, many in `make soak` (HYPOTHESIS_PROFILE=soak)."""

import os

from hypothesis import settings

settings.register_profile("quick", max_examples=30, deadline=None, print_blob=True)
settings.register_profile("soak", max_examples=20 * 30, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
