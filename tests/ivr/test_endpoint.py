"""The endpoint met by datagrams: calls as they should be, and as they should not."""

import time

import pytest

from tests.counts import draws, rounds
from tests.ivr.line import calling, until
from tests.ivr.messages import SDP, invite
from tests.marks import committed
from zvanets.ivr import phrases
from zvanets.ivr.limits import Rate
from zvanets.ivr.models import CallLog
from zvanets.ivr.voice import Speech, Voice
from zvanets.lib import g711
from zvanets.rules.ivr import State
from zvanets.tenancy.school import at_school


def talk(line):
    """The talk of the one call that is open."""
    return until(lambda: line.calls and line.calls[0].conversation)


def state(line):
    return talk(line).call.state


def test_a_call_is_answered_heard_and_ended(line):
    with calling(line) as caller:
        assert caller.dial() == 200
        caller.say()
        heard = caller.listen(1.0)
        assert 40 * 160 <= len(heard) <= 55 * 160
        assert g711.rms(g711.from_ulaw(heard)) > 300
        assert caller.bye() == 200
    until(lambda: not line.calls)


def test_the_greeting_arrives_whole(line, speech):
    import asyncio

    words = Speech(phrases.said("welcome", "bg"), "bg", "welcome")
    prompt = asyncio.run(Voice(speech).say(words)).translate(g711.ALAW_TO_ULAW)
    with calling(line) as caller:
        caller.dial()
        caller.say()
        heard = caller.listen(len(prompt) / 8000 + 0.3)

    at = heard.find(prompt[4000:4160]) - 4000
    assert at >= 0
    assert heard[at : at + len(prompt)] == prompt


@pytest.mark.parametrize("way", ["rtp", "info"])
def test_keys_arrive_by_rtp_and_by_info(line, way):
    with calling(line) as caller:
        caller.dial()
        if way == "rtp":
            caller.press("123456789")
        else:
            assert [caller.info(key) for key in "123456789"] == [200] * 9
        until(lambda: talk(line).call.wrong == 1)  # it is no code


def test_who_sends_a_key_both_ways_is_heard_once(line):
    with calling(line) as caller:
        caller.dial()
        for key in "1234":
            caller.press(key)
            caller.info(key)
        until(lambda: talk(line).call.entered == "1234")


def test_info_says_star_and_hash_by_number_too(line):
    with calling(line) as caller:
        caller.dial()
        assert [caller.info(key) for key in ("1", "10", "2", "#", "99", "x")] == [200] * 6
        until(lambda: talk(line).call.wrong == 1)
        caller.request("INFO", body=b"hello", more="Content-Type: text/plain")
        assert caller.final()[0] == 415


@committed
def test_code_and_pin_lead_into_the_diary(line, family):
    with calling(line) as caller:
        caller.dial()
        caller.press(family.code)
        until(lambda: state(line) is State.PIN)
        caller.press(family.pin)
        until(lambda: state(line) is State.MENU)
        caller.press("2")
        until(lambda: any(getattr(each, "id", "") == "no_grades" for each in talk(line).call.says))
        caller.bye()

    def ended():
        with at_school(family.small.id):
            return CallLog.objects.filter(ended_at__isnull=False, opened=["grades"]).first()

    until(ended)


@committed
def test_three_wrong_pairs_end_the_call(line, family):
    with calling(line) as caller:
        caller.dial()
        caller.press("123456789" * 3)
        status, text = caller.answer(20.0)
        assert (status, text.split(" ")[0]) == (0, "BYE")
    until(lambda: not line.calls)


def test_an_invite_that_comes_twice_is_one_call_and_gets_one_answer(line):
    with calling(line) as caller:
        datagram = caller.request("INVITE", body=caller.sdp(), more="Content-Type: application/sdp")
        first = caller.final()
        caller.send(datagram)
        assert caller.final() == first
        assert len(line.calls) == 1


def test_the_answer_is_repeated_until_it_is_acknowledged(line):
    with calling(line) as caller:
        caller.request("INVITE", body=caller.sdp(), more="Content-Type: application/sdp")
        answers = [caller.final()[0] for _ in range(3)]
        assert answers == [200, 200, 200]
        assert not line.calls[0].conversation.call.heard
        assert line.calls[0].stream.sent == 0


def test_cancel_ends_the_ringing(opened_lines):
    line = opened_lines(ring_seconds=5.0)
    with calling(line) as caller:
        caller.request("INVITE", body=caller.sdp(), more="Content-Type: application/sdp")
        assert [caller.answer()[0] for _ in range(2)] == [100, 180]
        caller.request("CANCEL", same=True)
        assert sorted(caller.answer()[0] for _ in range(2)) == [200, 487]
        caller.request("ACK", same=True)
        until(lambda: not line.calls)


def test_a_caller_who_rings_and_hangs_up_early_is_gone(opened_lines):
    line = opened_lines(ring_seconds=0.2)
    with calling(line) as caller:
        caller.dial()
        assert caller.bye() == 200
        assert caller.bye() == 481
    assert not line.calls


def test_hold_is_silent_and_resume_is_not(line):
    with calling(line) as caller:
        caller.dial()
        caller.say()
        caller.listen(0.2)
        assert caller.dial(caller.sdp().replace(b"sendrecv", b"sendonly")) == 200
        caller.listen(0.2)
        assert caller.listen(0.3) == b""
        assert caller.dial() == 200
        caller.say()
        assert len(caller.listen(0.4)) > 1600


def test_a_call_without_a_description_gets_our_offer(line):
    with calling(line) as caller:
        caller.request("INVITE")
        status, text = caller.final()
        assert status == 200
        assert "m=audio" in text
        assert "PCMA/8000" in text
        caller.to = text.partition("To: ")[2].partition("\r")[0]
        caller.request("ACK", body=caller.sdp(), more="Content-Type: application/sdp")
        caller.listen(0.3)
        until(lambda: line.calls[0].stream.sent > 5)


def test_a_call_with_no_codec_in_common_is_488_and_one_with_another_body_415(line):
    with calling(line) as caller:
        assert caller.dial(SDP.replace(b"RTP/AVP 0 8 96", b"RTP/AVP 18")) == 488
    with calling(line, "c2") as caller:
        caller.request("INVITE", body=b"x", more="Content-Type: text/plain")
        assert caller.final()[0] == 415
    assert not line.calls


def test_video_is_declined_and_the_sound_taken(line):
    with calling(line) as caller:
        video = b"m=video 5000 RTP/AVP 96\r\n"
        caller.request("INVITE", body=caller.sdp() + video, more="Content-Type: application/sdp")
        _, text = caller.final()
        assert "m=video 0 RTP/AVP 96" in text


def test_packets_from_elsewhere_are_neither_heard_nor_followed(line):
    with calling(line) as caller, calling(line, "c2") as stranger:
        caller.dial()
        caller.say()
        caller.listen(0.1)
        stranger.media, stranger.timestamp = caller.media, 10**6
        stranger.press("123")
        time.sleep(0.2)
        assert line.calls[0].stream.foreign > 0
        assert talk(line).call.entered == ""
        assert stranger.listen(0.1) == b""


def test_sound_goes_where_the_first_packet_came_from(line):
    with calling(line) as caller, calling(line, "c2") as moved:
        caller.dial()
        moved.media = caller.media
        moved.say()
        assert len(moved.listen(0.3)) > 800


def test_to_whom_has_never_sent_a_packet_only_three_seconds_go(opened_lines):
    line = opened_lines()
    with calling(line) as caller:
        caller.dial()
        until(lambda: line.calls[0].stream.sent >= 150, 8)
        time.sleep(0.3)
        assert line.calls[0].stream.sent == 150


def test_an_address_that_no_packet_may_come_from_is_not_believed(line):
    with calling(line, host="127.0.0.1") as caller, calling(line, "c2", host="127.0.0.2") as stranger:
        caller.dial()
        stranger.media = caller.media
        stranger.press("5")
        time.sleep(0.2)
        assert talk(line).call.entered == ""


def test_what_is_malformed_is_answered_400_or_not_at_all(line):
    with calling(line) as caller:
        caller.send(
            invite(via=f"127.0.0.1:{caller.signals.getsockname()[1]}").replace(b"CSeq: 1 INVITE", b"CSeq: x INVITE")
        )
        assert caller.final()[0] == 400
        caller.send(b"\x00\x01\x02")
        caller.send(b"REGISTER sip:x SIP/2.0\r\n\r\n")
        caller.request("REGISTER")
        assert caller.final()[0] == 405
        caller.request("OPTIONS")
        status, text = caller.final()
        assert status == 200
        assert "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, INFO" in text
    assert line.counts["malformed"] == 3


def test_what_asks_for_more_than_we_can_is_told_so(line):
    with calling(line) as caller:
        caller.request("INVITE", body=caller.sdp(), more="Content-Type: application/sdp\r\nRequire: 100rel")
        status, text = caller.final()
        assert status == 420
        assert "Unsupported: 100rel" in text


def test_scanners_hear_nothing(line):
    with calling(line) as caller:
        caller.request("OPTIONS", more="User-Agent: friendly-scanner")
        caller.request("INVITE", more="User-Agent: sipvicious")
        with pytest.raises(TimeoutError):
            caller.answer(0.4)
    assert line.counts["scanner"] == 2


def test_an_address_that_asks_too_much_is_not_answered_for_a_while(opened_lines):
    line = opened_lines(peers=(), requests=Rate(5, 60.0))
    with calling(line) as caller:
        for _ in range(20):
            caller.request("OPTIONS")
        time.sleep(0.3)
        assert line.counts["dropped"] == 15


def test_an_address_and_a_caller_may_call_so_often(opened_lines):
    line = opened_lines(peers=(), calls_of_an_address=Rate(3, 600.0))
    with calling(line) as caller:
        statuses = []
        for number in range(5):
            caller.call, caller.to = f"c{number}", ""
            statuses.append(caller.dial())
        assert statuses == [200, 200, 200, 480, 480]

    line = opened_lines(calls_of_a_caller=Rate(2, 600.0))
    with calling(line) as caller:
        statuses = []
        for number in range(4):
            caller.call, caller.to = f"d{number}", ""
            statuses.append(caller.dial())
        assert statuses == [200, 200, 480, 480]


def test_when_every_line_is_taken_the_next_is_busy(opened_lines):
    line = opened_lines(calls=1)
    with calling(line) as caller, calling(line, "c2") as second:
        assert caller.dial() == 200
        assert second.dial() == 486
        caller.bye()
        second.call, second.to = "c3", ""
        assert second.dial() == 200


def test_a_number_that_is_not_ours_is_404(opened_lines):
    line = opened_lines(numbers=("+359 2 123 4567",))
    with calling(line) as caller:
        assert caller.dial() == 404
    assert line.options.is_ours("021234567")
    assert line.options.is_ours("+35921234567")
    assert not line.options.is_ours("0882818905")


def test_five_hundred_keys_at_once_are_survived(line):
    with calling(line) as caller:
        caller.dial()
        caller.press("1" * 500)
        until(lambda: talk(line).call.is_ending, 10)


def test_nobody_presses_anything_and_the_call_ends_by_itself(line, monkeypatch):
    monkeypatch.setattr("zvanets.rules.ivr.SECONDS_FOR_A_CHOICE", 0.2)
    monkeypatch.setattr("zvanets.ivr.voice.PAUSE", b"")
    with calling(line) as caller:
        caller.dial()
        line.endpoint.voice.ready = lambda _speech: b"\xd5" * 320
        caller.say()
        until(lambda: not line.calls, 20)


def test_who_falls_silent_for_a_minute_has_gone(line, monkeypatch):
    monkeypatch.setattr("zvanets.ivr.leg.DEAD_SECONDS", 0.3)
    with calling(line) as caller:
        caller.dial()
        caller.listen(0.1)
        assert "BYE" in caller.answer(3.0)[1]
    until(lambda: not line.calls)


def test_a_stop_tells_callers_and_takes_no_more(opened_lines):
    line = opened_lines(stop_seconds=0.5)
    with calling(line) as caller, calling(line, "c2") as late:
        caller.dial()
        caller.say()
        line.loop.call_soon_threadsafe(line._stopped.set)
        until(lambda: line.endpoint.is_stopping)
        assert late.dial() == 503
        assert "BYE" in caller.answer(3.0)[1]


def test_random_datagrams_end_no_call(line):
    dice = draws()
    with calling(line) as caller, calling(line, "c2") as rubbish:
        caller.dial()
        caller.say()
        until(lambda: line.calls[0].stream.is_latched)
        good = invite(via="127.0.0.1:9")
        for _ in range(rounds(100_000)):
            datagram = bytearray(good)
            for _ in range(dice.randrange(1, 6)):
                datagram[dice.randrange(len(datagram))] = dice.randrange(256)
            rubbish.send(bytes(datagram[: dice.randrange(1, len(datagram) + 1)]))
            if dice.random() < 0.5:
                rubbish.sound.sendto(dice.randbytes(dice.randrange(0, 40)), caller.media)
            if dice.random() < 0.02:
                time.sleep(0.002)
        caller.press("12")
        until(lambda: line.calls and line.calls[0].conversation.call.entered == "12")
        assert line.counts["failed"] == 0
        assert caller.bye() == 200
