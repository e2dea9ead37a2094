"""The telephone of the demo's page: a real call through the web to the diary's voice."""

import re
import socket
import time

import pytest
from django.test import Client

from tests.ivr.line import HOST, until
from zvanets.demo import seed, telephone_views
from zvanets.guardians.models import PinTry
from zvanets.ivr.models import CallLog
from zvanets.tenancy.school import at_school

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.demo.urls")]


def act(client: Client, what: str, call: str = "", keys: str = "") -> dict:
    return client.post("/demo/telephone/", {"do": what, "call": call, "keys": keys}).json()


def hear(client: Client, call: str, at: int = 0):
    return client.get("/demo/telephone/sound/", {"call": call, "from": at})


def test_the_voice_comes_to_the_page_and_keys_go_to_the_call(bridge, line):
    client = Client()
    call = act(client, "dial")["call"]
    until(lambda: hear(client, call)["X-Call-State"] == "talking")
    time.sleep(1.0)

    answer = hear(client, call)
    assert len(answer.content) > 4000
    assert answer.content.strip(b"\xd5")
    at = int(answer["X-Call-At"])
    act(client, "press", call, "12345")
    until(lambda: line.calls[0].conversation.call.entered == "12345")
    assert int(hear(client, call, at)["X-Call-At"]) > at

    act(client, "hang_up", call)
    until(lambda: not line.calls)
    assert hear(client, call)["X-Call-State"] == "ended"


def test_a_line_that_hangs_up_ends_the_call_on_the_page(bridge, line):
    client = Client()
    call = act(client, "dial")["call"]
    until(lambda: line.calls and hear(client, call)["X-Call-State"] == "talking")
    line.loop.call_soon_threadsafe(line.endpoint.hang_up, line.calls[0], "test")

    until(lambda: hear(client, call)["X-Call-State"] == "ended")


def test_without_the_telephones_process_the_line_is_busy(settings):
    settings.TELEPHONE_PORT = 1

    assert act(Client(), "dial") == {"state": "busy"}
    assert hear(Client(), "x")["X-Call-State"] == "busy"


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"do": "shout"},
        {"do": "press", "keys": "x"},
        {"do": "press", "keys": "1" * 41},
        {"do": "dial", "call": "<" * 50},
    ],
)
def test_what_no_telephone_asks_is_refused(asked):
    assert Client().post("/demo/telephone/", asked).status_code == 422


def test_who_asks_the_bridge_nonsense_gets_no_answer(bridge, settings):
    for words in (
        b"\n",
        b"{}\n",
        b"[]\n",
        b"nonsense\n",
        b'{"do": "press"}\n',
        b'{"do": "hear", "call": "x", "from": []}\n',
    ):
        with socket.create_connection((HOST, settings.TELEPHONE_PORT), timeout=3) as line:
            line.sendall(words)
            line.shutdown(socket.SHUT_WR)
            while line.recv(1000):
                pass
    assert telephone_views.asked({"do": "hear", "call": "x"})[0]["state"] == "ended"


def test_the_page_tells_code_and_pin(demo_school, settings):
    settings.TELEPHONE_PORT = 1

    page = Client().get("/demo/").content.decode()

    with at_school(demo_school):
        code = seed.code_of_a_child()
    assert re.sub(r"\D", "", code) in page.replace(" ", "")
    assert seed.PIN in page
    assert page.count("data-key=") == 12


def test_code_and_pin_of_the_page_open_the_diary(demo_school):
    from zvanets.ivr import desk

    with at_school(demo_school):
        code = seed.code_of_a_child()
    opened = desk.look_up(code, seed.PIN)

    assert isinstance(opened, desk.Opened)
    assert opened.diary.child == "Борис Василев"
    with at_school(demo_school):
        assert CallLog.objects.count() == 1
        assert PinTry.objects.filter(succeeded=True).exists()
