"""The fronts and their doors."""

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


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("s/<int:school_id>/", include("zvanets.staff.urls")),
    path("p/", include("zvanets.portal.urls")),
    path("access/", include("zvanets.portal.access_urls")),
    path("u/<str:token>", unsubscribe, name="unsubscribe"),
    path("pay/", include("zvanets.billing.urls")),
    path("o/", include("zvanets.operator.urls")),
    *([path("demo/", include("zvanets.demo.urls"))] if settings.DEMO else []),
    path("", include("zvanets.accounts.urls")),
]
