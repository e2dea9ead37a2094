"""The command `zvanets`. Django and everything heavy is imported inside the commands: a start must be quick."""

import functools
import importlib.util
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from zvanets.cli import state as states
from zvanets.cli.problem import Problem

# Commands of other rooms: a click command of this name, with "_" for "-". Such a module imports Django inside its
# functions, since it is imported to print its help; when the command runs, Django and the database are ready.
_ELSEWHERE = {
    "import-school": "zvanets.exchange.commands",
    "invent-contacts": "zvanets.demo.commands",
    "verify-history": "zvanets.history.commands",
    "receive-bounce": "zvanets.notifications.commands",
    "create-operator": "zvanets.cli.operators",
    "new-password": "zvanets.cli.operators",
    "erase-student": "zvanets.cli.erasing",
    "practice-school": "zvanets.cli.practising",
    "sms": "zvanets.notifications.channels.sms.commands",
    "ivr": "zvanets.ivr.commands",
    "print-book": "zvanets.books.commands",
    "offer-plan": "zvanets.billing.commands",
    "purse-statement": "zvanets.billing.commands",
    "reconcile": "zvanets.billing.commands",
    "refund-paid": "zvanets.billing.commands",
}
_LAST_WORDS_SECONDS = 20


class Commands(click.Group):
    """Our commands, and those of other rooms, whose modules are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_ELSEWHERE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _borrowed(cmd_name) if cmd_name in _ELSEWHERE else super().get_command(ctx, cmd_name)


def _borrowed(name: str) -> click.Command:
    module = _ELSEWHERE[name]
    if importlib.util.find_spec(module) is None:
        return click.Command(name, callback=lambda: _absent(name, module), short_help="not in this version")
    command: click.Command = getattr(importlib.import_module(module), name.replace("-", "_"))
    if command.callback is not None and not hasattr(command.callback, "__wrapped__"):
        command.callback = _with_django(command.callback)
    return command


def _absent(name: str, module: str) -> None:
    raise Problem(f"This version has no {name}: {module} is not there.")


def _with_django(callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        with _ready():
            return callback(*args, **kwargs)

    return wrapped


@contextmanager
def _ready() -> Iterator[None]:
    from zvanets.cli import database

    with database.opened(states.directory()) as found:
        found.make_ready()
        import django

        django.setup()
        yield


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Zvanets, the school bell that rings home.

    Without DATABASE_URL a PostgreSQL server of its own keeps the data under .zvanets/ (as root: /var/lib/zvanets).
    """


@commands.command("setup-database")
def setup_database() -> None:
    """Make roles and database, give them passwords, and migrate."""
    from zvanets.cli import database, migrations

    with database.opened(states.directory(), set_up=True):
        migrations.run()
    click.echo("The database is ready.")


@commands.command()
def migrate() -> None:
    """Bring the database up to this version."""
    from zvanets.cli import database, migrations

    with database.opened(states.directory()):
        migrations.run()


@commands.command()
@click.option("--host", envvar="ZVANETS_HOST", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="ZVANETS_PORT", default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Serve the web."""
    from zvanets.cli import database, static
    from zvanets.cli import serve as web

    web.refuse_taken(host, port)
    os.environ.setdefault("ZVANETS_ORIGIN", f"http://{host}:{port}")
    with database.opened(states.directory()) as found:
        found.make_ready()
        static.ensure(states.directory())
        click.echo(f"Zvanets serves at http://{host}:{port}; Ctrl-C stops it.")
        web.run(host, port)


@commands.command()
@click.option("--host", envvar="ZVANETS_HOST", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="ZVANETS_PORT", default=8000, show_default=True)
def demo(host: str, port: int) -> None:
    """Run an invented school: database, web, worker, mailbox."""
    from zvanets.cli.demo import Demo

    Demo(states.directory(), host, port).run()


@commands.command("prepare-demo", hidden=True)
def prepare_demo() -> None:
    """Make the demo school and print its log-ins as JSON."""
    with _ready():
        from zvanets.cli.demo import prepare

        click.echo(prepare())


@commands.command()
def worker() -> None:
    """Tell guardians what happened: fan out, send, try again."""
    stop = threading.Event()

    def leave(*_: object) -> None:
        stop.set()
        signal.alarm(_LAST_WORDS_SECONDS)  # a mail server that hangs must not keep us

    with _ready():
        from django.core.checks import run_checks

        from zvanets.billing.expiry import Expiry
        from zvanets.notifications.checks import TAG
        from zvanets.notifications.worker import run

        if wrong := run_checks(tags=[TAG]):
            raise Problem("\n".join(f"{error.id}: {error.msg}" for error in wrong))
        signal.signal(signal.SIGINT, leave)
        signal.signal(signal.SIGTERM, leave)
        run(stop, chores=(Expiry().run,))


@commands.command()
def office() -> None:
    """Do the office's long work: draw up timetables."""
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    if importlib.util.find_spec("ortools") is None:
        raise Problem("The solver is not installed: pip install 'zvanets[timetable]'")
    with _ready():
        from zvanets.timetable.office import run

        run(stop)


@commands.command("collect-static")
def collect_static() -> None:
    """Copy style sheets and scripts to where `serve` finds them."""
    from zvanets.cli import static

    static.collect()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        commands()
    except Problem as problem:
        click.secho(f"zvanets: {problem}", fg="red", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
