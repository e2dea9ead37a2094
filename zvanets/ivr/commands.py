"""`zvanets ivr`: the telephone, until Ctrl-C or SIGTERM."""

import asyncio
import gc
import os
import signal
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from zvanets.ivr.options import Options, Trunk, WrongOption, from_settings
from zvanets.lib import phones
from zvanets.rules.ivr_menu import LANGUAGES, greeting

if TYPE_CHECKING:
    from zvanets.ivr.voice import Voice

_THREADS = 4  # each with a connection to the database of its own
_SWITCH_SECONDS = 0.0005  # a thread that reads the diary must not keep the sound waiting for 5 ms


@click.command("ivr", short_help="Answer the telephone.")
def ivr() -> None:
    """Answer the telephone: SIP over UDP, as ZVANETS_SIP_* say."""
    try:
        options = from_settings()
    except WrongOption as problem:
        raise click.ClickException(str(problem)) from None
    try:
        asyncio.run(serve(options))
    except OSError as problem:
        raise click.ClickException(
            f"The telephone cannot listen at {options.host}:{options.port}: {problem.strerror}"
        ) from None


async def serve(options: Options) -> None:
    """Listen until a signal comes; the first call finds its words made."""
    from zvanets.ivr.carrier import Carrier
    from zvanets.ivr.endpoint import Endpoint
    from zvanets.ivr.voice import Voice
    from zvanets.lib.logs import note

    sys.setswitchinterval(_SWITCH_SECONDS)
    _hurry()
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    voice = Voice(options.speech, options.recordings)
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="desk") as threads:
        endpoint = Endpoint(options, voice, threads)
        transport, _ = await loop.create_datagram_endpoint(lambda: endpoint, local_addr=(options.host, options.port))
        await voice.warm(*greeting(), language=LANGUAGES[0])
        phones.parse("+359888000111")  # its tables take a third of a second to load, which no call is to wait for
        gc.collect()
        gc.freeze()
        if options.trunk:
            place = await _place_of(options.trunk)
            contact = f"{options.address_for(place[0])}:{endpoint.port}"
            endpoint.carrier = Carrier(options.trunk, place, contact, endpoint.send_ours)
        care = loop.create_task(endpoint.care())
        warming = loop.create_task(_warm(voice))
        note("telephone listens", port=endpoint.port)
        await stopped.wait()
        await endpoint.stop()
        care.cancel()
        warming.cancel()
        transport.close()
        await voice.close()
        endpoint.report("telephone stopped")


async def _place_of(trunk: Trunk) -> tuple[str, int]:
    """Ask for the carrier's address, once: it is the operator who wrote its name."""
    found = await asyncio.get_running_loop().getaddrinfo(
        trunk.host, trunk.port, family=socket.AF_INET, type=socket.SOCK_DGRAM
    )
    return str(found[0][4][0]), trunk.port


async def _warm(voice: "Voice") -> None:
    """Make the other phrases while calls come already; a call that needs one waits for the one being made, no longer."""
    from zvanets.lib.logs import note

    for language in LANGUAGES:
        await voice.warm(language=language)
    note("telephone has its words")


def _hurry() -> None:
    """Ask the kernel to run this thread when its time has come: sound that is 10 ms late is heard, a page is not.

    Threads and processes that we start do not inherit it. Who may not ask shares the machine as others do.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
