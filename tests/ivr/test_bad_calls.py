"""Calls that go wrong on the way: hung up too early, packets late and out of order, nothing said at all."""

import re
import time

from tests.counts import draws, rounds
from tests.ivr.line import calling, until
from zvanets.ivr import rtp


def test_who_hangs_up_while_it_rings_ends_the_call_that_was_to_be(opened_lines):
    line = opened_lines(ring_seconds=5.0)
    with calling(line) as caller:
        caller.request("INVITE", body=caller.sdp(), more="Content-Type: application/sdp")
        caller.answer()
        caller.to = re.search(r"To: (.*)\r", caller.answer()[1])[1]
        caller.request("BYE")
        assert sorted(caller.answer()[0] for _ in range(2)) == [200, 487]
        until(lambda: not line.calls)


def test_who_hangs_up_before_the_ack_ends_the_call_and_is_not_spoken_to(line):
    with calling(line) as caller:
        caller.request("INVITE", body=caller.sdp(), more="Content-Type: application/sdp")
        caller.to = re.search(r"To: (.*)\r", caller.final()[1])[1]
        assert caller.bye() == 200
        until(lambda: not line.calls)
        caller.request("ACK", number=1)
        assert caller.listen(0.3) == b""


def test_keys_whose_packets_come_late_and_in_the_wrong_order_are_heard_once_and_in_order(line):
    dice = draws()
    with calling(line) as caller:
        caller.dial()
        for call in range(rounds(40)):
            keys = "".join(dice.choices("0123456789", k=6))
            for _due, packet in sorted(jittered(keys, 100_000 * (call + 1), dice), key=lambda each: each[0]):
                caller.sound.sendto(packet, caller.media)
                time.sleep(0.001)
            until(lambda keys=keys: line.calls[0].conversation.call.entered == keys)
            caller.timestamp = 100_000 * (call + 1) + 50_000
            caller.press("*")
            until(lambda: line.calls[0].conversation.call.entered == "")


def jittered(keys: str, first: int, dice) -> list[tuple[float, bytes]]:
    """Presses every 240 ms in eight packets each, every packet up to 100 ms late: those of one press change places."""
    found = []
    for place, key in enumerate(keys):
        began = 0.24 * place
        for step in range(8):
            payload = rtp.event(key, 160 * min(step + 1, 5), is_end=step >= 5)
            packet = rtp.Packet(96, step == 0, 8 * place + step, first + int(8000 * began), 77, payload)
            found.append((began + 0.02 * step + dice.uniform(0, 0.1), rtp.packed(packet)))
    return found


def test_a_caller_who_neither_speaks_nor_presses_hears_the_question_and_then_nothing_more(line):
    with calling(line) as caller:
        caller.dial()
        heard = caller.listen(4.0)
        assert 2.8 < len(heard) / 8000 < 3.2  # three seconds to an address that has sent nothing
        assert line.calls[0].conversation.call.entered == ""
