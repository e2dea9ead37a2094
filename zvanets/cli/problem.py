"""The one error that ends a command with a sentence instead of a traceback."""


class Problem(Exception):
    """What stands in the way, and what the person at the terminal can do about it."""
