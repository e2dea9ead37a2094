"""A guardian of two children of the demo school opens the family's page; and the page, left open, asks for news."""

import html
import re

from bench.browser import Browser, all_at_once
from bench.common import Figures, Installation, installation, medians

KEYS = {
    "cpu_ms": "milliseconds of CPU per page, web and database together; at most 6",
    "web_cpu_ms": "of these in the web",
    "db_cpu_ms": "of these in the database",
    "statements": "statements per page without BEGIN and COMMIT; at most 8",
    "bytes": "size of the page, not compressed",
    "poll_cpu_ms": "milliseconds of CPU per question of an open page whether anything is new, when nothing is",
    "poll_statements": "statements per such question",
}
GUARDIANS, ROUNDS, A_ROUND, WARM_UP = 8, 7, 120, 80
_POLL = re.compile(r'hx-get="([^"]+/new/[^"]+)"')


def run() -> Figures:
    with installation(ZVANETS_DEMO="1") as system:
        from zvanets.demo import seed

        seed.ensure()
        login = next(each for each in seed.logins() if each.role == "guardian")
        system.ask("VACUUM ANALYZE")
        system.start("serve")
        return _measure(system, [Guardian(system.port, login.username, login.password) for _ in range(GUARDIANS)])


def _measure(system: Installation, guardians: list["Guardian"]) -> Figures:
    def read(count: int) -> None:
        all_at_once([[guardian.read] * (count // GUARDIANS) for guardian in guardians])

    def poll(count: int) -> None:
        all_at_once([[guardian.poll] * (count // GUARDIANS) for guardian in guardians])

    read(WARM_UP)
    poll(WARM_UP)
    pages, polls = [], []
    for _ in range(ROUNDS):
        pages.append(system.cost(A_ROUND, lambda: read(A_ROUND)))
        polls.append(system.cost(A_ROUND, lambda: poll(A_ROUND)))
    return {
        **medians(pages),
        "statements": len(system.statements(guardians[0].read)),
        "bytes": guardians[0].bytes,
        "poll_cpu_ms": medians(polls)["cpu_ms"],
        "poll_statements": len(system.statements(guardians[0].poll)),
    }


class Guardian:
    """Reads the page of the first child, and leaves it open."""

    bytes = 0
    question = ""

    def __init__(self, port: int, username: str, password: str) -> None:
        self.browser = Browser(port)
        self.browser.sign_in(username, password)

    def read(self) -> None:
        answer = self.browser.get("/p/")
        assert answer.status == 200, answer
        assert "Среден успех" in answer.text
        asked = _POLL.search(answer.text)
        assert asked
        self.question = html.unescape(asked[1])
        self.bytes = len(answer.text.encode())

    def poll(self) -> None:
        assert self.browser.get(self.question).status == 204
