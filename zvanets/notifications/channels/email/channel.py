"""E-mail by SMTP over one kept connection to the operator's mail server."""

from django.conf import settings

from zvanets.guardians.models import ChannelName
from zvanets.lib import clock
from zvanets.notifications.channels.base import Letter
from zvanets.notifications.channels.email.addresses import return_path
from zvanets.notifications.channels.email.client import Connection, Server
from zvanets.notifications.channels.email.letter import compose, domain


class EmailChannel:
    name: str = ChannelName.EMAIL

    def __init__(self, server: Server | None = None) -> None:
        self.connection = Connection(server or server_of_settings())

    def send(self, letter: Letter) -> str:
        mail = compose(letter, clock.now())
        return self.connection.send(return_path(letter.school_id, letter.message_id), letter.address, mail)

    def close(self) -> None:
        self.connection.quit()


def server_of_settings() -> Server:
    """Read ZVANETS_SMTP_URL: smtp://host:25, smtp+tls://user:password@host:587 (STARTTLS), smtp+ssl://host:465."""
    return Server(
        host=settings.EMAIL_HOST,
        port=settings.EMAIL_PORT or 25,
        user=settings.EMAIL_HOST_USER or "",
        password=settings.EMAIL_HOST_PASSWORD or "",
        starttls=getattr(settings, "EMAIL_USE_TLS", False),
        tls=getattr(settings, "EMAIL_USE_SSL", False),
        name=domain(),
    )
