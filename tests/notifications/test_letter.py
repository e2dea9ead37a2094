"""A mail as its reader's program sees it."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from zvanets.notifications.channels.base import NO_SCHOOL, Letter, SendError
from zvanets.notifications.channels.email import letter as letters
from zvanets.notifications.channels.email.addresses import read_return_path, return_path
from zvanets.notifications.tokens import read_unsubscribe_token

AT = datetime(2025, 10, 7, 7, 20, tzinfo=UTC)
TEXT = "Отличен 5,50 по математика\nвторник, 7 октомври\n\nПохвала по математика: помага <b>на</b> & другите"


def letter(**changes):
    usual = {
        "school_id": 9900102,
        "message_id": 77,
        "address": "mother@example.org",
        "language": "bg",
        "subject": "Ани: отличен 5,50 по математика и още 1 новина",
        "text": TEXT,
        "child": "Ани Желева",
        "school": 'ОУ „Христо Ботев“ "X" \\',
        "guardianship_id": 5,
    }
    return Letter(**usual | changes)


def parsed(**changes):
    return message_from_bytes(letters.compose(letter(**changes), AT), policy=policy.default)


def test_the_headers_say_from_whom_to_whom_and_when():
    mail = parsed()
    assert not mail.defects
    assert mail["Subject"] == "Ани: отличен 5,50 по математика и още 1 новина"
    assert mail["To"].addresses[0].addr_spec == "mother@example.org"
    assert mail["From"].addresses[0].display_name.startswith("ОУ „Христо Ботев“")
    assert mail["Date"].datetime == AT
    assert mail["Auto-Submitted"] == "auto-generated"


def test_every_line_is_short_ascii_and_ends_as_smtp_wants():
    raw = letters.compose(letter(subject="Ани: " + "дълга тема " * 12, school="У" * 90), AT)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 120


def test_text_and_html_say_the_same_and_what_was_typed_stays_text():
    mail = parsed()
    plain, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert plain.startswith("Ани Желева")
    assert "помага <b>на</b> & другите" in plain
    assert "помага &lt;b&gt;на&lt;/b&gt; &amp; другите" in html
    for part in (plain, html):
        assert "Отличен 5,50 по математика" in part
        assert "/p/" in part


def test_no_link_or_picture_in_the_mail_is_its_readers_own():
    one, other = (
        parsed(address=f"{who}@example.org", message_id=n, guardianship_id=n) for who, n in (("a", 1), ("b", 2))
    )
    for kind in ("plain", "html"):
        assert one.get_body((kind,)).get_content() == other.get_body((kind,)).get_content()
        assert "<img" not in one.get_body((kind,)).get_content()


def test_each_try_of_a_message_carries_the_same_id():
    again = message_from_bytes(letters.compose(letter(), datetime(2025, 10, 8, tzinfo=UTC)), policy=policy.default)
    assert parsed()["Message-ID"] == again["Message-ID"]
    assert parsed(message_id=78)["Message-ID"] != again["Message-ID"]


def test_one_click_ends_the_mails_about_this_child():
    mail = parsed()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = mail["List-Unsubscribe"].strip("<>")
    assert read_unsubscribe_token(url.rpartition("/u/")[2]) == (9900102, 5)


def test_a_letter_about_no_child_cannot_be_unsubscribed_from():
    mail = parsed(guardianship_id=None, child="")
    assert mail["List-Unsubscribe"] is None


def test_what_all_guardians_share_is_made_once():
    letters.body.cache_clear()
    for n in range(5):
        parsed(address=f"g{n}@example.org", message_id=n, guardianship_id=n)
    assert letters.body.cache_info().misses == 1


@pytest.mark.parametrize(
    "address", ["a@b.bg\r\nBcc: x@y.bg", "a@b.bg> SIZE=1", "майка@поща.бг", "", "nobody", "a b@c.bg", '"a b"@c.bg']
)
def test_an_address_that_could_smuggle_anything_in_is_refused(address):
    with pytest.raises(SendError) as refused:
        letters.compose(letter(address=address), AT)
    assert refused.value.permanent
    assert refused.value.bad_address


def test_a_header_cannot_be_smuggled_in_by_a_subject_or_a_name():
    mail = parsed(subject="Ани: x\r\nBcc: all@example.org", school="ОУ\r\nBcc: all@example.org", language="xx")
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Ани: x Bcc: all@example.org"


def test_a_return_path_names_its_message_and_cannot_be_forged():
    path = return_path(9900102, 77)
    assert len(path.partition("@")[0]) <= 64
    assert read_return_path(path) == (9900102, 77)
    assert read_return_path(f"<{path.upper()}>") == (9900102, 77)
    assert read_return_path(path.replace("-77-", "-78-")) is None
    assert read_return_path("postmaster@example.org") is None


@pytest.mark.parametrize("token", ["", "x", "а", "OTkwMDEwMi41", "=" * 9, "A" * 4000])
def test_a_token_that_is_not_ours_names_nothing(token):
    assert read_unsubscribe_token(token) is None


def test_a_letter_about_an_account_is_plain_and_speaks_for_no_school():
    text = "Здравейте,\n\nhttps://diary.example.org/accounts/password/reset/key/1-abc/"
    mail = parsed(school_id=NO_SCHOOL, school="", child="", guardianship_id=None, text=text)
    assert not mail.defects
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().split() == text.split()
    assert mail["From"].addresses[0].addr_spec == "diary@example.org"
    assert (mail["Content-Language"], mail["Auto-Submitted"]) == ("bg", "auto-generated")
    assert mail["List-Unsubscribe"] is None
