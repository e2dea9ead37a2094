"""Numbers of documents in words that somebody typed: they are kept nowhere."""

import re

_DATE = re.compile(r"\b\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?(?:19|20)\d\d\b|\b(?:19|20)\d\d-\d{2}-\d{2}\b")
_BETWEEN = re.compile(r"(?<=\d)[\s./\u2010-\u2015-]+(?=\d)")
_NUMBER = re.compile(r"\d{6}")


def holds_number(text: str) -> bool:
    """Tell whether six digits follow each other, with spaces or dashes between as people write them; dates are none."""
    return bool(_NUMBER.search(text) or _NUMBER.search(_BETWEEN.sub("", _DATE.sub(" ", text))))
