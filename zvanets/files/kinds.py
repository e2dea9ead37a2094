"""What a file is, by what stands in it: its name is only a name."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

from zvanets.lib import zips
from zvanets.lib.refusals import Refusal, gettext_noop, shown

MOST_PARTS = 5_000  # of a document: beyond that only a bomb has as many
NAME_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Kind:
    media_type: str
    suffixes: tuple[str, ...]  # the first is added to a name that has none of them


PDF = Kind("application/pdf", (".pdf",))
TEXT = Kind("text/plain; charset=utf-8", (".txt", ".csv"))
BY_FIRST_BYTES = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", Kind("image/jpeg", (".jpg", ".jpeg"))),
    (b"\x89PNG\r\n\x1a\n", Kind("image/png", (".png",))),
)
IMAGES_OF_PHONES = {b"heic", b"heix", b"mif1", b"msf1"}
HEIC = Kind("image/heic", (".heic", ".heif"))
WEBP = Kind("image/webp", (".webp",))
_OFFICE = "application/vnd.openxmlformats-officedocument."
BY_PART = {
    "word/document.xml": Kind(f"{_OFFICE}wordprocessingml.document", (".docx",)),
    "xl/workbook.xml": Kind(f"{_OFFICE}spreadsheetml.sheet", (".xlsx",)),
    "ppt/presentation.xml": Kind(f"{_OFFICE}presentationml.presentation", (".pptx",)),
}
BY_MIMETYPE = {
    f"application/vnd.oasis.opendocument.{name}": Kind(f"application/vnd.oasis.opendocument.{name}", (suffix,))
    for name, suffix in (("text", ".odt"), ("spreadsheet", ".ods"), ("presentation", ".odp"))
}
_MACROS = ("vbaproject.bin", "basic/", "scripts/", "/activex/", "/oleobject")
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def kind_of(name: str, content: bytes) -> Kind:
    """Return what the content is; Refusal when it is nothing that may be attached."""
    for first, kind in BY_FIRST_BYTES:
        if content.startswith(first):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content[4:8] == b"ftyp" and content[8:12] in IMAGES_OF_PHONES:
        return HEIC
    if content.startswith(b"PK\x03\x04"):
        return _document(name, content)
    if content.startswith(OLD_OFFICE):
        raise _refusal(
            "file_old", gettext_noop("„%(name)s“ е в стар формат. Запазете го като .docx, .xlsx, .pptx или PDF."), name
        )
    if _is_text(content):
        return TEXT
    raise _refusal(
        "file_kind",
        gettext_noop("„%(name)s“ не може да се прикачи. Приемат се PDF, снимки, документи, таблици и текст."),
        name,
    )


def safe_name(name: str, kind: Kind) -> str:
    """Return the name without folders and signs of control, with a suffix that says what is inside."""
    last = PurePath(name.replace("\\", "/")).name
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in last).split())
    stem, suffix = (plain, "") if plain.lower().endswith(kind.suffixes) else (plain or "файл", kind.suffixes[0])
    if len(stem) + len(suffix) > NAME_LENGTH:
        end = suffix or next(each for each in kind.suffixes if stem.lower().endswith(each))
        return stem[: NAME_LENGTH - len(end)] + end
    return stem + suffix


def _document(name: str, content: bytes) -> Kind:
    """Look at a package's list of contents without unpacking anything but a short mimetype."""
    broken = gettext_noop("„%(name)s“ е повреден и не може да се отвори. Запазете го наново и опитайте пак.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.namelist()
            kind = next((BY_PART[part] for part in parts if part in BY_PART), None) or _open_document(package)
    except zips.BROKEN:
        raise _refusal("file_broken", broken, name) from None
    if kind is None or len(parts) > MOST_PARTS:
        archive = gettext_noop("„%(name)s“ е архив. Прикачете самите файлове един по един.")
        raise _refusal("file_archive", archive, name)
    if any(sign in part.lower() for part in parts for sign in _MACROS):
        macros = gettext_noop("„%(name)s“ съдържа макроси или вградени обекти. Запазете го без тях или като PDF.")
        raise _refusal("file_macros", macros, name)
    return kind


def _open_document(package: zipfile.ZipFile) -> Kind | None:
    first = package.infolist()[0] if package.infolist() else None
    if first is None or first.filename != "mimetype" or first.file_size > 100:
        return None
    return BY_MIMETYPE.get(package.read(first).decode("ascii", "replace"))


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return bool(text) and not any(ord(letter) < 32 and letter not in "\t\r\n\f" for letter in text)


def _refusal(code: str, msgid: str, name: str) -> Refusal:
    return Refusal(code, msgid, {"name": shown(name, 60)})
