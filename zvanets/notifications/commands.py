"""Commands of this room."""

import sys

import click


@click.command("receive-bounce")
@click.argument("recipient", default="")
def receive_bounce(recipient: str) -> None:
    """Take a returned mail on standard input, from a mail server's pipe; RECIPIENT is the address it came to."""
    from zvanets.notifications.channels.email import bounces

    verdict = bounces.receive(sys.stdin.buffer.read(bounces.SIZE_LIMIT + 1), recipient)
    click.echo(verdict.value)
