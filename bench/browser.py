"""A person at a browser on one kept connection; and several of them at once, whose own cost does not count."""

import gzip
import html
import http.client
import json
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode

Fields = list[tuple[str, str]]
_FIELD = re.compile(
    r'<input type="(?:hidden|text|date)"[^>]*?\bname="(?P<input>[^"]+)"(?P<rest>[^>]*)>'
    r'|<textarea[^>]*?\bname="(?P<area>[^"]+)"[^>]*>(?P<text>[^<]*)</textarea>'
)
_VALUE = re.compile(r'\bvalue="([^"]*)"')


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    location: str


class Browser:
    """Keeps the connection and the cookies."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.origin = f"http://127.0.0.1:{port}"
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None)

    def post(self, path: str, fields: Fields) -> Answer:
        return self._ask("POST", path, urlencode(fields))

    def post_json(self, path: str, sent: object) -> Answer:
        """Send what a page's script sends, with the token of the log-in's cookie."""
        headers = {"Content-Type": "application/json", "X-CSRFToken": self.cookies["csrftoken"]}
        return self._ask("POST", path, json.dumps(sent), headers)

    def sign_in(self, username: str, password: str) -> None:
        page = self.get("/accounts/login/")
        sent = dict(fields_of(page.text)) | {"login": username, "password": password}
        assert self.post("/accounts/login/", list(sent.items())).status == 302

    def _ask(self, method: str, path: str, body: str | None, more: Mapping[str, str] | None = None) -> Answer:
        headers = {
            "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
            "Accept-Encoding": "gzip",
            "Accept-Language": "bg,en;q=0.7",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Origin": self.origin,
            "Referer": f"{self.origin}{path}",
            "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        headers |= more or {}
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        sent = response.read()
        text = (gzip.decompress(sent) if response.headers.get("Content-Encoding") == "gzip" else sent).decode()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(cookie).items()}
        return Answer(response.status, text, response.headers.get("Location", ""))


def fields_of(page: str, form: str = "<form") -> Fields:
    """What a browser would send of the form that `form` begins, as it was opened: hidden, text and date fields."""
    inside = page[page.index(form) :].partition("</form>")[0]
    found = []
    for match in _FIELD.finditer(inside):
        if match["input"]:
            value = _VALUE.search(match[0])
            found.append((match["input"], html.unescape(value[1]) if value else ""))
        else:
            found.append((match["area"], html.unescape(match["text"])))
    return found


def all_at_once(jobs: Sequence[Sequence[Callable[[], None]]]) -> None:
    """Do each list of jobs in order, the lists beside each other; an error of any is raised."""
    with ThreadPoolExecutor(len(jobs)) as pool:
        for done in [pool.submit(_in_order, each) for each in jobs]:
            done.result()


def _in_order(jobs: Sequence[Callable[[], None]]) -> None:
    for job in jobs:
        job()
