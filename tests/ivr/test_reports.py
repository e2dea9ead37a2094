"""RTCP: we report how much was sent, and hear from a peer that is on hold that it is still there."""

import contextlib
import struct
import time

from tests.ivr.line import HOST, calling, until
from zvanets.ivr import rtp
from zvanets.ivr.stream import bound


def test_a_report_is_a_sender_report_and_a_name():
    told = rtp.report(7, 1_000_000_000.5, 800, 50)

    assert struct.unpack_from("!BBHI", told) == (0x80, 200, 6, 7)
    assert struct.unpack_from("!IIIII", told, 8) == (3_208_988_800, 2**31, 800, 50, 8000)
    assert struct.unpack_from("!BBHI", told, 28) == (0x81, 202, 4, 7)
    assert len(told) == 28 + 4 * 5
    assert told[36:46] == b"\x01\x0800000007"


def test_reports_go_beside_the_sound_and_theirs_keep_a_call_alive(line, monkeypatch):
    monkeypatch.setattr("zvanets.ivr.stream.REPORT_FRAMES", 20)
    monkeypatch.setattr("zvanets.ivr.leg.DEAD_SECONDS", 1.0)
    with calling(line) as caller, contextlib.ExitStack() as stack:
        caller.sound.close()
        caller.sound, reports, _port = bound(HOST, range(30_000, 32_000))
        stack.enter_context(reports)
        caller.sound.settimeout(3)
        reports.settimeout(3)
        caller.dial()
        caller.say()
        caller.listen(1.0)
        told = reports.recv(2048)
        assert told[1] == 200
        assert struct.unpack_from("!I", told, 20)[0] > 0
        for _ in range(6):
            reports.sendto(b"\x80\xc9\0\1\0\0\0\7", (HOST, caller.media[1] + 1))
            time.sleep(0.3)
        assert line.calls[0].stream.reports > 3
        reports.sendto(b"rubbish", (HOST, caller.media[1] + 1))
        until(lambda: not line.calls)  # then nothing comes any more
