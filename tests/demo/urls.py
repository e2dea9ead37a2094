"""The addresses with the demo's own page among them, as they are when ZVANETS_DEMO is set."""

from django.urls import include, path

from config import urls

urlpatterns = [path("demo/", include("zvanets.demo.urls")), *urls.urlpatterns]
