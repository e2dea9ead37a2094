from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "zvanets.notifications"

    def ready(self) -> None:
        from zvanets.notifications import checks  # noqa: F401  (registers itself)
