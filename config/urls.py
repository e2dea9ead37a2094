"""The fronts and their doors."""

from importlib.util import find_spec

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from zvanets.portal.views.unsubscribe import unsubscribe


def healthz(_request: HttpRequest) -> HttpResponse:
    """Whether this process can answer from the database; an error here is a 500."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def _front(prefix: str, module: str) -> list[URLPattern | URLResolver]:
    return [path(prefix, include(module))] if find_spec(module) else []


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    *_front("s/<int:school_id>/", "zvanets.staff.urls"),
    *_front("p/", "zvanets.portal.urls"),
    path("u/<str:token>", unsubscribe, name="unsubscribe"),
    *_front("o/", "zvanets.operator.urls"),
    *(_front("demo/", "zvanets.demo.urls") if settings.DEMO else []),
    *_front("", "zvanets.accounts.urls"),
]
