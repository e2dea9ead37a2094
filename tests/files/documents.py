"""Small files of each kind, made here."""

import io
import zipfile

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(40)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(40)
HEIC = b"\x00\x00\x00\x18ftypheic" + bytes(40)
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
PROGRAM = b"MZ\x90\x00\x03" + bytes(100)


def package(*parts: str, **contents: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, text in contents.items():
            made.writestr(name, text)
        for name in parts:
            made.writestr(name, "x")
    return target.getvalue()


WORD = package("[Content_Types].xml", "word/document.xml")
MACROS = package("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")
SHEET = package("[Content_Types].xml", "xl/workbook.xml")
SLIDES = package("[Content_Types].xml", "ppt/presentation.xml", "ppt/embeddings/Microsoft_Excel_Sheet1.xlsx")
OPEN_TEXT = package(mimetype="application/vnd.oasis.opendocument.text")
ARCHIVE = package("a.exe")
