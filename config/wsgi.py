"""The web application: static files in front, Django behind."""

import os
import re
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from wsgiref.headers import Headers
from wsgiref.types import WSGIApplication

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from whitenoise import WhiteNoise

_HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")


def _never_changes(_path: str, url: str) -> bool:
    return bool(_HASHED.search(url))


def _headers(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


django = get_wsgi_application()
_ = get_resolver().url_patterns  # a broken address stops the start, and the first visitor does not wait for imports
application: WSGIApplication = WhiteNoise(
    django,
    root=settings.STATIC_ROOT if Path(settings.STATIC_ROOT).exists() else None,
    prefix=settings.STATIC_URL,
    immutable_file_test=_never_changes,
    add_headers_function=_headers,
    allow_all_origins=False,
)
