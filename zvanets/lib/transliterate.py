"""Cyrillic in Latin letters by Закон за транслитерацията (ДВ 19/2009), and texts that fit the cheap coding of an SMS."""

import re
import unicodedata

from zvanets.lib.sms_length import GSM_BASIC, GSM_EXTENDED

_LAW = dict(zip("абвгдезийклмнопрстуфхъь", "abvgdeziyklmnoprstufhay", strict=True)) | {
    "ж": "zh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "sht",
    "ю": "yu",
    "я": "ya",
}
# Letters of names in other Cyrillic alphabets, which the Bulgarian law does not name.
_OTHERS = {
    "ѝ": "i",
    "ы": "y",
    "э": "e",
    "ё": "yo",
    "і": "i",
    "ї": "yi",
    "є": "ye",
    "ґ": "g",
    "ј": "y",
    "ђ": "dj",
    "љ": "lj",
}
_LETTERS = _LAW | _OTHERS

# Art. 5: „ия“ at the end of a word is "ia"; art. 6: the name of the country keeps its traditional form.
_FINAL_IA = re.compile(r"ия(?![^\W\d_])", re.IGNORECASE)
_COUNTRY = re.compile(r"(?<![^\W\d_])българия(?![^\W\d_])", re.IGNORECASE)

_SIGNS = {
    **dict.fromkeys("„“”‟«»″", '"'),
    **dict.fromkeys("’‘‚‛′`", "'"),
    **dict.fromkeys("–—‒−‐‑", "-"),
    **dict.fromkeys("\u00a0\u2009\u202f\u2007\t", " "),
    "№": "No.",
    "…": "...",
    "•": "*",
    "×": "x",
    "ı": "i",
    "ł": "l",
    "đ": "d",
}


def to_latin(text: str) -> str:
    """Return the text in Latin letters by the law: Щъркел is Shtarkel, Юлия is Yulia, България is Bulgaria.

    Capitals are kept: a letter of several becomes „Щ“ → "Sht" before a small letter and "SHT" among capitals.
    Other signs stay as they are.
    """
    text = _COUNTRY.sub(lambda found: _cased("bulgaria", found[0]), unicodedata.normalize("NFC", text))
    text = _FINAL_IA.sub(lambda found: _cased("i", found[0][0]) + _cased("a", found[0][1]), text)
    return "".join(_letter(text, place) for place in range(len(text)))


def _cased(latin: str, model: str) -> str:
    if len(model) > 1 and model.isupper():
        return latin.upper()
    return latin.capitalize() if model[0].isupper() else latin


def _letter(text: str, place: int) -> str:
    sign = text[place]
    latin = _LETTERS.get(sign.lower())
    if latin is None:
        return sign
    if not sign.isupper():
        return latin
    beside = text[place + 1 : place + 2] or text[max(place - 1, 0) : place]
    if not beside.isalpha():
        beside = text[max(place - 1, 0) : place]
    return latin.upper() if beside.isupper() else latin.capitalize()


def to_gsm(text: str) -> str:
    """Return the text in Latin letters and GSM 03.38 signs only: quotes, dashes and № are replaced, accents dropped.

    What has no counterpart (an emoji) becomes "?".
    """
    return "".join(map(_gsm, to_latin(text)))


def _gsm(sign: str) -> str:
    if sign in GSM_BASIC or sign in GSM_EXTENDED:
        return sign
    if sign.lower() in _SIGNS:
        return _cased(_SIGNS[sign.lower()], sign)
    bare = "".join(each for each in unicodedata.normalize("NFKD", sign) if each in GSM_BASIC)
    return bare or ("" if unicodedata.category(sign) in {"Mn", "Cf"} else "?")
