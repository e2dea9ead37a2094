from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "zvanets.billing"

    def ready(self) -> None:
        from zvanets.billing import checks  # noqa: F401  (registers itself)
