"""Long counts: `make soak` runs them whole, `make test` a twentieth, with a seed that is printed."""

import os
import random

SOAKS = os.environ.get("ZVANETS_SOAK") == "1"


def rounds(whole: int) -> int:
    """Return how many of `whole` rounds this run does."""
    return whole if SOAKS else max(1, whole // 20)


def draws() -> random.Random:
    """Return a source of chance whose seed a failing test shows; ZVANETS_SEED repeats a run."""
    seed = int(os.environ.get("ZVANETS_SEED") or random.SystemRandom().randrange(10**9))
    print(f"ZVANETS_SEED={seed}")
    return random.Random(seed)
