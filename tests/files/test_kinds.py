"""What a file is, is said by what stands in it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.files import documents
from zvanets.files.kinds import NAME_LENGTH, PDF, kind_of, safe_name
from zvanets.lib.refusals import Refusal


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (documents.PDF, ".pdf"),
        (documents.JPEG, ".jpg"),
        (documents.PNG, ".png"),
        (documents.WEBP, ".webp"),
        (documents.HEIC, ".heic"),
        (documents.WORD, ".docx"),
        (documents.SHEET, ".xlsx"),
        (documents.SLIDES, ".pptx"),
        (documents.OPEN_TEXT, ".odt"),
        ("Прочетете стр. 12\r\n".encode(), ".txt"),
        (b"<html><script>alert(1)</script>", ".txt"),
    ],
)
def test_what_is_taken_is_known_by_its_content(content, suffix):
    assert kind_of("без име", content).suffixes[0] == suffix


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (documents.PROGRAM, "file_kind"),
        (documents.OLD_WORD, "file_old"),
        (documents.MACROS, "file_macros"),
        (documents.ARCHIVE, "file_archive"),
        (documents.WORD[:60], "file_broken"),
        (documents.package(*(f"xl/{n}" for n in range(5_001)), "xl/workbook.xml"), "file_archive"),
        ("стар текст".encode("cp1251"), "file_kind"),
    ],
)
def test_what_is_refused_is_refused_in_words_with_its_name(content, code):
    with pytest.raises(Refusal) as refusal:
        kind_of("задача.pdf", content)
    assert refusal.value.code == code
    assert "задача.pdf" in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("задача.pdf", "задача.pdf"),
        ("задача.PDF", "задача.PDF"),
        ("задача.exe", "задача.exe.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Моите\\снимка.pdf", "снимка.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie: x.pdf"),
        ("", "файл.pdf"),
        ("д" * 300 + ".pdf", "д" * (NAME_LENGTH - 4) + ".pdf"),
    ],
)
def test_a_name_loses_its_folders_and_says_what_is_inside(name, kept):
    assert safe_name(name, PDF) == kept


@given(st.text())
def test_whatever_somebody_calls_a_file_its_name_is_one_short_line(name):
    kept = safe_name(name, PDF)
    assert kept.isprintable()
    assert len(kept) <= NAME_LENGTH
    assert kept.lower().endswith(".pdf")
    assert "/" not in kept


@given(st.binary(max_size=200))
def test_whatever_stands_in_a_file_the_answer_is_a_kind_or_a_refusal(content):
    with suppress(Refusal):
        assert kind_of("x", content).suffixes
