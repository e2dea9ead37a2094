"""One line per request: what was asked for by route, never by address, since addresses carry names, codes and words typed."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from zvanets.lib.logs import note


class AccessLog:
    """Outermost, so that its time holds everything."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        before = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        note(
            "answered",
            method=request.method,
            route=match.view_name if match else None,
            status=response.status_code,
            ms=round((time.perf_counter() - before) * 1000, 1),
            school=match.kwargs.get("school_id") if match else None,
        )
        return response
