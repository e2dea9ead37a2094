from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "zvanets.staff"
