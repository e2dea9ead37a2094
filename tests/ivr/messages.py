"""SIP requests as text, to be damaged by tests."""

SDP = b"""v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio 4000 RTP/AVP 0 8 96
a=rtpmap:96 telephone-event/8000
a=fmtp:96 0-15
a=sendrecv
""".replace(b"\n", b"\r\n")


def request(
    method: str,
    *,
    number: int = 1,
    branch: str = "1",
    call: str = "c1",
    tag: str = "a",
    to: str = "<sip:1@127.0.0.1>",
    body: bytes = b"",
    more: str = "",
    via: str = "127.0.0.1:5555",
) -> bytes:
    lines = [
        f"{method} sip:1@127.0.0.1 SIP/2.0",
        f"Via: SIP/2.0/UDP {via};branch=z9hG4bK{branch};rport",
        "Max-Forwards: 70",
        f"From: <sip:+359882818905@127.0.0.1>;tag={tag}",
        f"To: {to}",
        f"Call-ID: {call}",
        f"CSeq: {number} {method}",
        f"Contact: <sip:me@{via}>",
        *([more] if more else []),
        *([] if "Content-Length" in more else [f"Content-Length: {len(body)}"]),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def invite(**other) -> bytes:
    return request("INVITE", **{"body": SDP, "more": "Content-Type: application/sdp", **other})
