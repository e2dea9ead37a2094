"""The telephone exchange's end of the line: answers SIP over UDP, holds the calls, and lets them go."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from zvanets.ivr import calls
from zvanets.ivr.admission import Admission
from zvanets.ivr.beat import Beat
from zvanets.ivr.calls import ALLOW, Refused
from zvanets.ivr.carrier import Carrier
from zvanets.ivr.conversation import Conversation
from zvanets.ivr.leg import Leg, Stage, key_in
from zvanets.ivr.limits import is_scanner
from zvanets.ivr.options import Options
from zvanets.ivr.sip import sdp
from zvanets.ivr.sip.dialog import Dialog, Name, name_of, new_tag
from zvanets.ivr.sip.message import Header, Malformed, Request, Response, parse, respond
from zvanets.ivr.sip.transaction import Incoming, Place, Transactions
from zvanets.ivr.stream import NoPort, Stream
from zvanets.ivr.voice import Voice
from zvanets.lib.logs import note

_CARE_SECONDS = 0.1
_REPORT_SECONDS = 60.0
_SDP = ("content-type", "application/sdp")


class Endpoint(asyncio.DatagramProtocol):
    """One UDP socket for signalling; each call has another for its sound."""

    def __init__(self, options: Options, voice: Voice, threads: ThreadPoolExecutor) -> None:
        self.options, self.voice, self.threads = options, voice, threads
        self.loop = asyncio.get_running_loop()
        self.beat = Beat(self.loop)
        self.transactions = Transactions()
        self.legs: dict[Name, Leg] = {}
        self.counts: Counter[str] = Counter()
        self.carrier: Carrier | None = None
        self.is_stopping = False
        self._admission = Admission(options)
        self._transport: asyncio.DatagramTransport | None = None
        self._ends: set[asyncio.Task[None]] = set()
        self._is_empty = asyncio.Event()

    @property
    def port(self) -> int:
        return int(self._transport.get_extra_info("sockname")[1]) if self._transport else 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def error_received(self, _error: Exception) -> None:
        """An answer could not be delivered: its transaction repeats it or gives up."""

    def datagram_received(self, datagram: bytes, place: tuple[str, int]) -> None:
        place = place[0], place[1]  # IPv6 says more
        now = self.loop.time()
        if not self._is_known(place) and not self._admission.hears(place, now):
            self.counts["dropped"] += 1
            return
        try:
            self._receive(parse(datagram), place, now)
        except Malformed as problem:
            self._answer_malformed(problem, place)
        except Exception:  # noqa: BLE001  (one caller's datagram must not end the others' calls)
            self.counts["failed"] += 1
            note("a SIP message could not be dealt with", level=logging.ERROR, error=True)

    def _receive(self, message: Request | Response, place: Place, now: float) -> None:
        if isinstance(message, Response):
            sent = self.transactions.receive(message)
            if sent and self.carrier:
                self.carrier.answered(sent, message, now)
        elif message.method == "ACK":
            self._acknowledged(message, place)
        elif is_scanner(message.first("user-agent")):
            self.counts["scanner"] += 1
        else:
            self._request(message, place, now)

    def _is_known(self, place: Place) -> bool:
        """Whether it is the carrier: by its networks, or where we are registered."""
        return self.options.is_peer(place[0]) or (self.carrier is not None and self.carrier.is_at(place))

    def _answer_malformed(self, problem: Malformed, place: Place) -> None:
        self.counts["malformed"] += 1
        request = problem.request
        if request is not None and request.method != "ACK" and request.first("via"):
            status = 505 if str(problem) == "another version" else 400
            self.send(respond(request, status, tag=new_tag()).encoded(), place)

    def _request(self, request: Request, place: Place, now: float) -> None:
        request, back = calls.seen_from(request, place)
        taken = self.transactions.take(request, back, now)
        if taken is None:
            self.counts["dropped"] += 1
        elif isinstance(taken, bytes):
            if taken:
                self.send(taken, back)
        else:
            self._new_request(taken, place, now)

    def _new_request(self, taken: Incoming, place: Place, now: float) -> None:
        request = taken.request
        try:
            if request.method == "CANCEL":
                self._cancel(taken)
            elif request.to_tag:
                self._in_dialog(taken, place)
            else:
                self._out_of_dialog(taken, place, now)
        except Refused as refused:
            self.counts["refused"] += request.method == "INVITE"
            self.answer(taken, refused.status, *refused.headers)
        except (Malformed, sdp.NotAcceptable) as problem:
            self.answer(taken, 400 if isinstance(problem, Malformed) else 488)

    def _out_of_dialog(self, taken: Incoming, place: Place, now: float) -> None:
        method = taken.request.method
        if method == "INVITE":
            self._invite(taken, place, now)
        elif method == "OPTIONS":
            self.answer(taken, 200, *calls.about_us())
        else:
            raise Refused(481 if method in {"BYE", "INFO"} else 405)

    # A call begins.

    def _invite(self, taken: Incoming, place: Place, now: float) -> None:
        request = taken.request
        is_known = self._admission.recognise(request, now, is_carrier=self._is_known(place))
        calls.check_invite(request, self.options)
        timer = calls.session_of(request)
        self._must_have_room(request)
        self._admission.let_call(request, place, now, is_known=is_known)
        media = calls.described(request)
        dialog = Dialog.answering(request, place)
        self.answer(taken, 100)
        leg = self._leg(taken, dialog, media, place, now, is_known=is_known)
        leg.confirm(timer, now)
        if self.options.ring_seconds <= 0:
            self._pick_up(leg)
            return
        self.answer(taken, 180, self._contact(leg), tag=dialog.tag)
        leg.answering = self.loop.call_later(self.options.ring_seconds, self._pick_up, leg)

    def _must_have_room(self, request: Request) -> None:
        if self.is_stopping:
            raise Refused(503, ("retry-after", "60"))
        if len(self.legs) >= self.options.calls:
            raise Refused(486, ("retry-after", "30"))
        if any(
            leg.invite.request.call_id == request.call_id and leg.dialog.remote_tag == request.from_tag
            for leg in self.legs.values()
        ):
            raise Refused(482)

    def _leg(
        self, taken: Incoming, dialog: Dialog, media: sdp.Media | None, place: Place, now: float, *, is_known: bool
    ) -> Leg:
        caller = calls.number_of(taken.request) if is_known else ""
        talk = Conversation(self.voice, self.threads, caller)
        try:
            stream = Stream(self.loop, self.options.host, self.options.rtp_ports)
        except NoPort:
            raise Refused(503, ("retry-after", "30")) from None
        leg = Leg(dialog, taken, stream, talk, self.options.address_for(place[0]), media, now, seen_at=now)
        stream.on_key = leg.heard_event
        if media:
            leg.agree(media, place)
        self.legs[dialog.name] = leg
        return leg

    def _pick_up(self, leg: Leg) -> None:
        if leg.stage is not Stage.RINGING:
            return
        leg.stage, leg.answering = Stage.ANSWERED, None
        self._describe(leg, leg.invite)

    def _describe(self, leg: Leg, taken: Incoming) -> None:
        host, port, name, version = leg.our_host, leg.stream.port, leg.session, leg.version
        if leg.media and taken.request.body:
            body = sdp.answer(host, port, leg.media, session=name, version=version)
        else:
            body = sdp.offer(host, port, session=name, version=version)
        headers = self._contact(leg), ("allow", ALLOW), *leg.timer_headers, _SDP
        self.answer(taken, 200, *headers, tag=leg.dialog.tag, body=body)

    def _acknowledged(self, ack: Request, place: Place) -> None:
        refused = self.transactions.invite_of(ack)
        if refused and refused.status >= 300:
            self.transactions.acknowledge(refused)
            return
        leg = self.legs.get(name_of(ack))
        if leg is None or leg.stage is Stage.ENDED or not leg.dialog.takes(ack, place):
            return
        taken, leg.pending = leg.pending or leg.invite, None
        self.transactions.acknowledge(taken)
        if not taken.request.body and not self._answered_late(leg, ack, place):
            self.hang_up(leg, "no sound in common")
        elif leg.stage is Stage.ANSWERED:
            self._talk(leg)

    def _answered_late(self, leg: Leg, ack: Request, place: Place) -> bool:
        """Take the description that answers our offer."""
        try:
            media = sdp.read(ack.body)
        except sdp.NotAcceptable:
            return False
        leg.agree(media, place)
        return True

    def _talk(self, leg: Leg) -> None:
        leg.stage = Stage.TALKING
        self.counts["answered"] += 1
        leg.conversation.start()
        self.beat.join(leg, leg.beat)
        note("call began", count=len(self.legs))

    # A call goes on.

    def _in_dialog(self, taken: Incoming, place: Place) -> None:
        request = taken.request
        leg = self.legs.get(name_of(request))
        if leg is None or leg.stage is Stage.ENDED:
            raise Refused(481)
        if not leg.dialog.takes(request, place):
            raise Refused(500)
        doing = {
            "BYE": self._bye, "INFO": self._info, "INVITE": self._invite_again, "OPTIONS": self._options, "UPDATE": self._update,
        }  # fmt: skip
        if request.method not in doing:
            raise Refused(405)
        doing[request.method](leg, taken)

    def _bye(self, leg: Leg, taken: Incoming) -> None:
        self.answer(taken, 200)
        if leg.stage in {Stage.RINGING, Stage.ANSWERED} and leg.invite.status < 200:
            self.answer(leg.invite, 487, tag=leg.dialog.tag)
        self.transactions.acknowledge(leg.invite)
        self._let_go(leg, "bye")

    def _info(self, leg: Leg, taken: Incoming) -> None:
        key = key_in(taken.request)
        if key is None:
            raise Refused(415, ("accept", "application/dtmf-relay, application/dtmf"))
        self.answer(taken, 200)
        leg.seen_at = self.loop.time()
        if key:
            leg.heard_info(key)

    def _options(self, leg: Leg, taken: Incoming) -> None:  # noqa: ARG002
        self.answer(taken, 200, *calls.about_us())

    def _invite_again(self, leg: Leg, taken: Incoming) -> None:
        """A re-INVITE: hold, resume, or another place for the sound."""
        if leg.stage is not Stage.TALKING or leg.pending is not None:
            raise Refused(491)
        media = calls.described(taken.request)
        leg.confirm(calls.session_of(taken.request), self.loop.time())
        leg.version += 1
        leg.seen_at = self.loop.time()
        if media:
            leg.agree(media, leg.dialog.place)
        leg.pending = taken
        self._describe(leg, taken)

    def _update(self, leg: Leg, taken: Incoming) -> None:
        """Confirm that the call stands (RFC 3311, 4028); another place for the sound is asked for by a re-INVITE."""
        if taken.request.body:
            raise Refused(488)
        leg.confirm(calls.session_of(taken.request), self.loop.time())
        leg.seen_at = self.loop.time()
        self.answer(taken, 200, self._contact(leg), ("allow", ALLOW), *leg.timer_headers)

    def _care_for(self, leg: Leg, unheard: Sequence[Incoming], now: float) -> None:
        if leg.conversation.is_over:
            self.hang_up(leg, "over")
        elif leg.is_dead(now):
            self.hang_up(leg, "dead")
        elif leg.invite in unheard or leg.pending in unheard:
            self.hang_up(leg, "no ack")
        else:
            self._keep_timer(leg, now)

    def _keep_timer(self, leg: Leg, now: float) -> None:
        """Confirm the call when that is ours to do, and end one that nobody confirmed."""
        if leg.timer is None or leg.stage is not Stage.TALKING or now - leg.timer_at < leg.timer.patience:
            return
        if not leg.timer.is_ours:
            self.hang_up(leg, "not confirmed")
            return
        leg.timer_at = now
        headers = self._contact(leg), ("supported", "timer"), ("session-expires", f"{leg.timer.seconds};refresher=uac")
        self.send_ours(leg.dialog.request("UPDATE", self._our_address(leg), *headers), leg.dialog.place)

    def _cancel(self, taken: Incoming) -> None:
        invited = self.transactions.invite_of(taken.request)
        if invited is None:
            raise Refused(481)
        self.answer(taken, 200)
        leg = next((leg for leg in self.legs.values() if leg.invite is invited), None)
        if leg is not None and leg.stage is Stage.RINGING:
            self.answer(invited, 487, tag=leg.dialog.tag)
            self._let_go(leg, "cancelled")

    # A call ends.

    def hang_up(self, leg: Leg, why: str) -> None:
        """End a call from our side."""
        if leg.stage is Stage.ENDED:
            return
        if leg.stage is Stage.RINGING:
            self.answer(leg.invite, 480, tag=leg.dialog.tag)
        else:
            self.transactions.acknowledge(leg.invite)
            self.send_ours(leg.dialog.request("BYE", self._our_address(leg)), leg.dialog.place)
        self._let_go(leg, why)

    def _let_go(self, leg: Leg, why: str) -> None:
        if leg.answering:
            leg.answering.cancel()
        leg.stage = Stage.ENDED
        self.beat.leave(leg)
        leg.stream.close()
        self.legs.pop(leg.dialog.name, None)
        if not self.legs:
            self._is_empty.set()
        task = self.loop.create_task(leg.conversation.close())
        self._ends.add(task)
        task.add_done_callback(self._ends.discard)
        note("call ended", reason=why, seconds=round(self.loop.time() - leg.began_at, 1), count=len(self.legs))

    async def care(self) -> None:
        """Until cancelled: repeat what was not answered, let go of who has gone, report once a minute."""
        report_at = self.loop.time() + _REPORT_SECONDS
        while True:
            await asyncio.sleep(_CARE_SECONDS)
            now = self.loop.time()
            due = self.transactions.due(now)
            for datagram, place in due.datagrams:
                self.send(datagram, place)
            for leg in list(self.legs.values()):
                self._care_for(leg, due.unheard, now)
            if self.carrier:
                self.carrier.care(now)
            if now >= report_at:
                report_at = now + _REPORT_SECONDS
                self.report("telephone alive")

    async def stop(self) -> None:
        """Take no more calls, tell those under way, and end when they have."""
        self.is_stopping = True
        for leg in list(self.legs.values()):
            if leg.stage is Stage.TALKING:
                leg.conversation.last_words("stopping")
            else:
                self.hang_up(leg, "stopping")
        if self.legs:
            self._is_empty.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_empty.wait(), self.options.stop_seconds)
        for leg in list(self.legs.values()):
            self.hang_up(leg, "stopping")
        if self.carrier:
            await self.carrier.leave()
        if self._ends:
            await asyncio.wait(self._ends, timeout=5)

    def report(self, event: str) -> None:
        counts, beat = self.counts, self.beat.counts
        note(
            event, count=len(self.legs), answered=counts["answered"], refused=counts["refused"],
            dropped=counts["dropped"] + counts["scanner"], malformed=counts["malformed"], ticks=beat.ticks, late=beat.late,
        )  # fmt: skip

    # Words on the wire.

    def send_ours(self, request: Request, place: Place) -> None:
        """Send a request of ours, again and again until it is answered."""
        self.send(self.transactions.send(request, place, self.loop.time()), place)

    def answer(self, taken: Incoming, status: int, *headers: Header, tag: str = "", body: bytes = b"") -> None:
        response = respond(taken.request, status, *headers, tag=tag or ("" if status == 100 else new_tag()), body=body)
        self.send(self.transactions.answer(taken, response, self.loop.time()), taken.place)

    def send(self, datagram: bytes, place: Place) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(datagram, place)

    def _contact(self, leg: Leg) -> Header:
        return "contact", f"<sip:zvanets@{self._our_address(leg)}>"

    def _our_address(self, leg: Leg) -> str:
        host = f"[{leg.our_host}]" if ":" in leg.our_host else leg.our_host
        return f"{host}:{self.port}"
