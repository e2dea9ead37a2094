"""Where the providers call us, beneath /pay/."""

from django.urls import path

from zvanets.billing.providers.desk import webhook as desk
from zvanets.billing.providers.epay import webhook as epay

app_name = "billing"
urlpatterns = [
    path("epay/", epay.notified, name="epay"),
    path("init", desk.init, name="init"),
    path("confirm", desk.confirm, name="confirm"),
]
