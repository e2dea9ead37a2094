"""The keys and the ear of the demo's telephone: what the page asks is handed on to the caller's process."""

import json
import re
import socket
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe

_SECONDS = 2.0
_MOST_BYTES = 40_000
_NAME = re.compile(r"[\w-]{0,40}")
_KEYS = re.compile(r"[0-9*#]{1,40}")


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Dial, press keys, hang up."""
    what, call, keys = (request.POST.get(name, "") for name in ("do", "call", "keys"))
    if (
        what not in {"dial", "press", "hang_up"}
        or not _NAME.fullmatch(call)
        or (what == "press" and not _KEYS.fullmatch(keys))
    ):
        return JsonResponse({"state": "ended"}, status=422)
    answer, _ = asked({"do": what, "call": call, "keys": keys})
    return JsonResponse(answer)


@require_safe
def sound(request: HttpRequest) -> HttpResponse:
    """What was heard since: A-law, with the place to go on from and the call's state beside it."""
    call, since = request.GET.get("call", ""), request.GET.get("from", "0")
    at = int(since) if since.isascii() and since.isdigit() and len(since) < 10 else 0
    answer, heard = asked({"do": "hear", "call": call if _NAME.fullmatch(call) else "", "from": at})
    response = HttpResponse(heard, content_type="audio/x-alaw-basic")
    response["X-Call-State"], response["X-Call-At"] = answer.get("state", "ended"), str(answer.get("at", 0))
    return response


def asked(question: dict[str, object]) -> tuple[dict[str, Any], bytes]:
    """Ask the telephone's process; one that does not answer is a line that is busy."""
    try:
        with socket.create_connection(("127.0.0.1", settings.TELEPHONE_PORT), timeout=_SECONDS) as line:
            line.sendall(json.dumps(question).encode() + b"\n")
            with line.makefile("rb") as answers:
                answer = json.loads(answers.readline(1000) or b"{}")
                return answer, answers.read(min(int(answer.get("bytes", 0)), _MOST_BYTES))
    except (OSError, ValueError):
        return {"state": "busy"}, b""
