"""The web server: granian with WSGI, two processes of one thread each, which Django likes best."""

import multiprocessing
import socket
from wsgiref.types import WSGIApplication

from zvanets.cli.problem import Problem
from zvanets.cli.processes import ending_with

WORKERS = 2
_CONNECTIONS = 400  # for each process; an idle browser holds one for 30 s
_LOGS = {"loggers": {"_granian": {"propagate": True}}, "formatters": {}, "handlers": {}}  # to our own handler


def run(host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    from zvanets.lib import logs

    refuse_taken(host, port)
    multiprocessing.set_start_method("spawn")  # a forked worker loses a SIGTERM while it loads, see docs/adr/0005
    logs.configure()
    Granian(
        "config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=WORKERS,
        blocking_threads=1,  # more threads cost more: 14.7 ms against 12.6 for a save (the interpreter's lock)
        backpressure=_CONNECTIONS,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
        log_dictconfig=_LOGS,
        log_level=LogLevels.warning,
    ).serve(target_loader=load, wrap_loader=True)


def load(_target: str) -> WSGIApplication:
    """Load the application in a worker, which must not outlive a killed master."""
    master = multiprocessing.parent_process()
    if master is not None and master.pid is not None:
        ending_with(master.pid)()
    from config.wsgi import application

    return application


def refuse_taken(host: str, port: int) -> None:
    """Two servers would share one port without a word, since granian opens it with SO_REUSEPORT."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError as error:
            raise Problem(f"Port {port} cannot be used ({error.strerror}); set ZVANETS_PORT to another.") from None
