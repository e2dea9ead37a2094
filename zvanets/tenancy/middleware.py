"""One request of a school's pages is one transaction of that school."""

import re
from collections.abc import Callable

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase

from zvanets.tenancy.school import at_school

SCHOOL_PATH = re.compile(r"/s/([0-9]+)/")
DIGITS_OF_A_SCHOOL = 18


class StreamsInsideSchool(RuntimeError):
    """A streamed body is read after COMMIT, when the wall hides every row: open at_school() inside its generator."""


class OneSchool:
    """Open at_school() around views under /s/<school>/; keep nothing of a request that failed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        found = SCHOOL_PATH.match(request.path_info)
        if found is None:
            return self.get_response(request)
        if len(found[1]) > DIGITS_OF_A_SCHOOL or int(found[1]) == 0:
            raise Http404("no such school")
        with at_school(int(found[1])):
            response = self.get_response(request)
            if response.streaming:
                raise StreamsInsideSchool(request.path_info)
            # Django turns an exception into a response before it reaches us, and the block would commit.
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, _: Exception) -> None:
        if SCHOOL_PATH.match(request.path_info):
            transaction.set_rollback(True)
