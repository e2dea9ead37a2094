"""How a family gets in, beneath /access/: open to strangers, so not among the pages that ask for a password on the way."""

from django.urls import path

from zvanets.portal.views import access

app_name = "access"
urlpatterns = [
    path("", access.about, name="about"),
    path("apply/", access.apply, name="apply"),
    path("applied/", access.applied, name="applied"),
    path("invited/", access.invited, name="invited"),
]
