"""Codes for students who have none yet."""

from secrets import SystemRandom

from zvanets.lib.damm import new_code
from zvanets.schools.models import StudentCode


def new_codes(count: int) -> list[str]:
    """Return codes that no student of any school has."""
    dice = SystemRandom()
    codes: set[str] = set()
    while len(codes) < count:
        drawn = {new_code(dice) for _ in range(count - len(codes))}
        taken = StudentCode.objects.filter(code__in=drawn).values_list("code", flat=True)
        codes |= drawn - set(taken)
    return list(codes)
