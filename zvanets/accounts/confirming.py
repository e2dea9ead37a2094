"""Whoever names an e-mail address shows that its letters reach them: six digits sent there, typed into the same browser.

What is expected lies in the session, as a keyed digest. An address that is somebody else's already gets another letter and
no code, and the page says the same.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from enum import Enum, auto
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, gettext

from zvanets.accounts.letters import post
from zvanets.accounts.models import User
from zvanets.lib import clock

LASTS = timedelta(minutes=15)
TRIES = 5


class Answer(Enum):
    DONE = auto()
    WRONG = auto()
    OVER = auto()  # expired, used up, or never sent


def begin(request: HttpRequest, what: str, address: str) -> None:
    """Send a code to a normalised address for one purpose („signup“, „email“); a former code counts no more."""
    code = f"{secrets.randbelow(10**6):06}"
    request.session[_key(what)] = {
        "address": address,
        "digest": _digest(what, address, code),
        "until": (clock.now() + LASTS).isoformat(),
        "tries": 0,
    }
    if User.objects.filter(email=address).exists():
        subject, text = gettext("Този адрес вече е на Ваш профил"), _known()
    else:
        subject = gettext("Код %s") % code
        text = gettext("Кодът, с който потвърждавате адреса си, е %s. Важи 15 минути. Не го казвайте на никого.") % code
    post(address, subject=subject, text=text, language=get_language() or "bg")


def _known() -> str:
    text = gettext(
        "Някой поиска код за този адрес, но той вече е на профил в Звънец. Ако сте Вие, влезте с него;"
        " забравена парола се сменя от %s. Ако не сте Вие, не правете нищо."
    )
    return text % f"{settings.ORIGIN}/accounts/password/reset/"


def waiting_for(request: HttpRequest, what: str) -> str:
    """Return the address whose code is expected, "" when none is."""
    return str(request.session.get(_key(what), {}).get("address", ""))


def check(request: HttpRequest, what: str, typed: str) -> Answer:
    """Compare what was typed and count the try; the code stays until `forget`, so that other fields may be mended."""
    kept = request.session.get(_key(what))
    if kept is None or kept["tries"] >= TRIES or datetime.fromisoformat(kept["until"]) < clock.now():
        return Answer.OVER
    digest = _digest(what, kept["address"], "".join(typed.split()))
    if hmac.compare_digest(digest, kept["digest"]):
        return Answer.DONE
    request.session[_key(what)] = kept | {"tries": kept["tries"] + 1}
    return Answer.WRONG


def forget(request: HttpRequest, what: str) -> None:
    request.session.pop(_key(what), None)


def in_words(answer: Answer) -> str:
    if answer is Answer.WRONG:
        return gettext("Кодът не е този, който изпратихме. Проверете цифрите и опитайте отново.")
    return gettext("Кодът вече не важи. Поискайте нов.")


def _key(what: str) -> str:
    return f"confirming-{what}"


def _digest(what: str, address: str, code: str) -> str:
    return hmac.new(settings.PIN_KEY, f"{what} {address} {code}".encode(), sha256).hexdigest()
