"""A carrier that registers us, an exchange that shows a password, a call that must be confirmed: SIPp and plain datagrams."""

import re
import socket
import subprocess
import threading
import time

import pytest

from tests.ivr import sipp
from tests.ivr.line import HOST, calling, until
from tests.ivr.test_peers import pytestmark  # noqa: F401  (SIPp must be there)
from zvanets.ivr.carrier import Carrier
from zvanets.ivr.options import Trunk
from zvanets.ivr.sip.digest import Account

PASSWORD = "secret"
TIMER = "Content-Type: application/sdp\r\nSupported: timer\r\nAllow: INVITE, ACK, BYE, UPDATE\r\nSession-Expires: "
REGISTRAR = """<?xml version="1.0"?>
<scenario name="registrar">
  <recv request="REGISTER" />
  <send><![CDATA[
      SIP/2.0 401 Unauthorized
      [last_Via:]
      [last_From:]
      [last_To:];tag=[pid]
      [last_Call-ID:]
      [last_CSeq:]
      WWW-Authenticate: Digest realm="carrier.example", nonce="47ebe028cda119c35d4877b383027d28da013815", algorithm=MD5
      Content-Length: 0

  ]]></send>
  <recv request="REGISTER" auth="true">
    <action>
      <verifyauth assign_to="right" username="zvanets" password="secret" />
      <assignstr assign_to="unused" value="[$right]" />
    </action>
  </recv>
  <nop hide="true" test="right" next="1" /><nop next="2" /><label id="1" />
  <send next="3"><![CDATA[
      SIP/2.0 200 OK
      [last_Via:]
      [last_From:]
      [last_To:];tag=[pid]
      [last_Call-ID:]
      [last_CSeq:]
      Contact: <sip:zvanets@127.0.0.1>;expires=600
      Content-Length: 0

  ]]></send>
  <label id="2" />
  <send><![CDATA[
      SIP/2.0 403 Forbidden
      [last_Via:]
      [last_From:]
      [last_To:];tag=[pid]
      [last_Call-ID:]
      [last_CSeq:]
      Content-Length: 0

  ]]></send>
  <label id="3" />
  <nop><action><log message="[$unused]" /></action></nop>
</scenario>
"""


def registered(line, port: int, password: str = PASSWORD) -> Carrier:
    trunk = Trunk(Account("zvanets", password), "carrier.example", HOST, port)
    carrier = Carrier(trunk, (HOST, port), f"{HOST}:{line.port}", line.endpoint.send_ours)

    def begin() -> None:
        line.endpoint.carrier = carrier

    line.loop.call_soon_threadsafe(begin)
    return carrier


@pytest.mark.parametrize(("password", "is_in"), [("secret", True), ("wrong", False)])
def test_sipp_as_a_carrier_takes_our_password_and_no_other(line, tmp_path, password, is_in):
    port = sipp.free_port()
    (tmp_path / "registrar.xml").write_text(REGISTRAR)
    command = [sipp.SIPP, "-sf", "registrar.xml", "-i", HOST, "-p", str(port), "-m", "1", "-nostdin", "-trace_err"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as registrar:
        time.sleep(0.5)
        carrier = registered(line, port, password)
        try:
            until(lambda: carrier.registration.is_registered or carrier.registration._wait > 30, 20)
        finally:
            line.endpoint.carrier = None
            registrar.kill()
    assert carrier.registration.is_registered is is_in


def test_the_carrier_we_are_registered_with_is_believed_and_asked_for_no_password(opened_lines):
    line = opened_lines(peers=(), accounts={"pbx": "secret"})
    with calling(line) as caller:
        assert caller.dial() == 401
        registered(line, 9)
        until(lambda: line.endpoint.carrier)
        caller.call, caller.to = "c2", ""
        assert caller.dial() == 200
        assert line.calls[0].conversation.caller == "+359882818905"
        line.endpoint.carrier = None


@pytest.mark.parametrize(("password", "code"), [("secret", 0), ("wrong", 1)])
def test_sipp_as_an_exchange_calls_with_a_password(opened_lines, tmp_path, password, code):
    line = opened_lines(peers=(), accounts={"pbx": "secret"})
    text = sipp.scenario(sipp.pause(300), sipp.piece("bye"))
    first, rest = text.split('<recv response="100" optional="true" />', 1)
    challenge = '<recv response="401" auth="true" />' + _ack_and_again(first)
    text = (
        first
        + challenge
        + '<recv response="100" optional="true" />'
        + rest.replace("CSeq: 1 ACK", "CSeq: 2 ACK").replace("CSeq: 2 BYE", "CSeq: 3 BYE")
    )

    done = sipp.run(tmp_path, text, line.port, "-au", "pbx", "-ap", password)

    assert (done.returncode != 0) == bool(code), done.stderr
    assert line.counts["answered"] == 1 - code


def _ack_and_again(first: str) -> str:
    invite = first[first.index("<send") :]
    ack = """
  <send><![CDATA[
      ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
      [last_Via:]
      [last_From:]
      [last_To:]
      [last_Call-ID:]
      CSeq: 1 ACK
      Max-Forwards: 70
      Content-Length: 0

  ]]></send>
"""
    return ack + invite.replace("CSeq: 1 INVITE", "CSeq: 2 INVITE\n      [authentication]")


def test_a_timer_that_is_too_short_is_refused_and_a_good_one_is_agreed(line):
    with calling(line) as caller:
        caller.request("INVITE", body=caller.sdp(), more=f"{TIMER}30")
        status, text = caller.final()
        assert (status, "Min-SE: 90" in text) == (422, True)
        caller.call = "c2"
        caller.request("INVITE", body=caller.sdp(), more=f"{TIMER}1800")
        status, text = caller.final()
        assert status == 200
        assert "Session-Expires: 1800;refresher=uac" in text
        assert "Require: timer" in text


def opened(caller, refresher: str) -> None:
    caller.request("INVITE", body=caller.sdp(), more=f"{TIMER}90;refresher={refresher}")
    text = caller.final()[1]
    assert f"refresher={refresher}" in text
    caller.to = re.search(r"To: (.*)\r", text)[1]
    caller.media = (HOST, int(re.search(r"m=audio (\d+)", text)[1]))
    caller.request("ACK")


def test_a_call_that_nobody_confirms_is_ended_and_one_that_is_confirmed_goes_on(line):
    with calling(line) as caller:
        opened(caller, "uac")
        leg = until(lambda: line.calls and line.calls[0])
        leg.timer_at -= 50
        caller.request("UPDATE", more="Supported: timer\r\nSession-Expires: 90;refresher=uac")
        status, text = caller.final()
        assert (status, "Session-Expires: 90" in text) == (200, True)
        leg.timer_at -= 50
        time.sleep(0.3)
        assert line.calls
        leg.timer_at -= 50
        assert "BYE" in caller.answer(3.0)[1]


def test_where_it_is_ours_we_confirm_the_call(line):
    with calling(line) as caller:
        opened(caller, "uas")
        until(lambda: line.calls and line.calls[0]).timer_at -= 50
        text = caller.answer(3.0)[1]
        assert text.startswith("UPDATE ")
        assert "Session-Expires: 90;refresher=uac" in text
        assert line.calls


def test_a_challenge_to_our_bye_is_answered(line):
    carrier = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    carrier.bind((HOST, 0))
    carrier.settimeout(5)
    with calling(line) as caller, carrier:
        caller.signals.close()
        caller.signals = carrier
        registered(line, carrier.getsockname()[1])
        assert "REGISTER" in caller.answer()[1]
        assert caller.dial() == 200
        until(lambda: line.calls)
        line.loop.call_soon_threadsafe(line.endpoint.hang_up, line.calls[0], "test")
        bye = caller.answer()[1]
        _challenge(carrier, bye, line.port)
        again = caller.answer()[1]
        assert again.startswith("BYE ")
        assert "Proxy-Authorization: Digest" in again
        line.endpoint.carrier = None


def _challenge(carrier, text: str, port: int) -> None:
    lines = [each for each in text.split("\r\n") if each.startswith(("Via:", "From:", "To:", "Call-ID:", "CSeq:"))]
    asks = 'Proxy-Authenticate: Digest realm="x", nonce="n", qop="auth", algorithm=SHA-256'
    answer = "\r\n".join(["SIP/2.0 407 Proxy Authentication Required", *lines, asks, "Content-Length: 0", "", ""])
    threading.Thread(target=carrier.sendto, args=(answer.encode(), (HOST, port))).start()
