"""The demo's own page; there only when ZVANETS_DEMO is set."""

from django.urls import path

from zvanets.demo import telephone_views, views

app_name = "demo"
urlpatterns = [
    path("", views.phones, name="phones"),
    path("mail/", views.mail, name="mail"),
    path("sms/", views.sms, name="sms"),
    path("telephone/", telephone_views.act, name="telephone"),
    path("telephone/sound/", telephone_views.sound, name="sound"),
]
