"""A refusal in words: what was wrong with what somebody typed, ready to be translated by a front."""

from collections.abc import Mapping


def gettext_noop(text: str) -> str:
    """Mark a Bulgarian sentence for the catalogue of translations and return it as it is."""
    return text


class Refusal(ValueError):
    """Something typed was not taken: `code` for programs, `msgid` % `params` for people.

    `msgid` is the Bulgarian sentence in the catalogue of translations, so a front says
    `gettext(refusal.msgid) % refusal.params`; `str(refusal)` is the Bulgarian text.
    """

    def __init__(self, code: str, msgid: str, params: Mapping[str, str | int] | None = None) -> None:
        self.code = code
        self.msgid = msgid
        self.params = dict(params or {})
        super().__init__(msgid % self.params if self.params else msgid)


def shown(text: str, longest: int = 30) -> str:
    """Return what was typed, on one line and short enough to stand in a sentence."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
