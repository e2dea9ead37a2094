"""The line may be covered: a certificate of the carrier's own authority is believed when it is named, no other."""

import asyncio
import subprocess

import pytest

from tests.notifications.sms.smsc import Smsc
from zvanets.notifications.channels.base import ChannelDown
from zvanets.notifications.channels.sms.carrier import carrier_of
from zvanets.notifications.channels.sms.session import open_session

pytestmark = pytest.mark.peer


@pytest.fixture
def covered(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=smsc"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run(command, check=True, capture_output=True)
    centre = Smsc(0, key, certificate)
    yield centre, certificate
    centre.stop()


async def bind(url: str) -> None:
    session = await open_session(carrier_of(url), lambda _head: None, lambda *_: None)
    await session.unbind()


def test_a_covered_line_binds_when_its_authority_is_named(covered):
    centre, certificate = covered
    asyncio.run(bind(f"smpps://diary:secret@127.0.0.1:{centre.port}?ca={certificate}"))
    assert centre.wait("bind")[0]["password"] == "secret"


def test_a_certificate_of_somebody_is_not_believed_and_hears_no_password(covered):
    centre, _ = covered
    with pytest.raises(ChannelDown, match="SSLCertVerificationError"):
        asyncio.run(bind(f"smpps://diary:secret@127.0.0.1:{centre.port}"))
    assert not centre.all("bind")
