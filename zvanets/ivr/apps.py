from django.apps import AppConfig


class IvrConfig(AppConfig):
    name = "zvanets.ivr"
