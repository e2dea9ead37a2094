"""The demo's own page; there only when ZVANETS_DEMO is set."""

from django.urls import path

from zvanets.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.phones, name="phones"),
    path("mail/", views.mail, name="mail"),
]
