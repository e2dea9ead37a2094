"""The student's code: nine digits, the last of them a Damm check digit.

H. M. Damm's table (2004) finds every single wrong digit and every swap of neighbours, the slips of people who type from a label.
"""

from typing import Protocol

LENGTH = 9

_TABLE = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


class Dice(Protocol):
    """What `random.Random` and `secrets.SystemRandom` have in common."""

    def randrange(self, start: int, stop: int, /) -> int: ...


def check_digit(digits: str) -> str:
    """Return the digit to append; a number that already ends in its check digit gives "0"."""
    interim = 0
    for digit in digits:
        interim = _TABLE[interim][int(digit)]
    return str(interim)


def new_code(rng: Dice) -> str:
    """Return a new code of nine digits; never a leading zero, which spreadsheets drop. Give it `secrets.SystemRandom()`."""
    digits = str(rng.randrange(10 ** (LENGTH - 2), 10 ** (LENGTH - 1)))
    return digits + check_digit(digits)


def is_code(text: str) -> bool:
    """Tell whether the text is exactly nine digits that agree with their check digit."""
    return len(text) == LENGTH and text.isascii() and text.isdigit() and text[0] != "0" and check_digit(text) == "0"


def read_code(typed: str) -> str | None:
    """Return the nine digits of a code typed with spaces, dots or hyphens, None when it is no code."""
    code = "".join(letter for letter in typed if letter not in " \t\u00a0\u2009.-–")
    return code if is_code(code) else None


def in_threes(code: str) -> str:
    """Return „123 456 789“, as it stands on the label."""
    return " ".join(code[start : start + 3] for start in range(0, len(code), 3))
