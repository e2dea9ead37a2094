"""What every page knows; no query."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

try:
    VERSION = version("zvanets")
except PackageNotFoundError:  # run from a checkout that was never installed
    VERSION = "0"


def product(request: HttpRequest) -> dict[str, Any]:
    # An error page may be drawn before anybody has looked who is asking.
    user = getattr(request, "user", None) or AnonymousUser()
    return {"version": VERSION, "source_url": settings.SOURCE_URL, "user": user}
