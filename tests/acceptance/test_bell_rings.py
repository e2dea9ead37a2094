"""The bell rings: a teacher saves a lesson, and every guardian who asked for it reads it, or hears it by telephone."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.acceptance import browser as browsers
from tests.acceptance.browser import Hand, picture, sign_in, weight
from tests.acceptance.dialling import baresip_hears, dialled, sipp_hears
from tests.acceptance.places import Place, demo_school, real_school
from tests.acceptance.system import SCHOOLS, SMTP_SINK, wait_for

HEAVIEST = 60_000  # bytes of a page with its style and scripts
# How each kind reads, in Bulgarian, in Latin letters, or for those who chose English.
WORDS = {
    "absence": re.compile("[Оо]тсъства|[Oo]tsastva|[Aa]bsent"),
    "lateness": re.compile("[Зз]акъсня|[Zz]akasnya|[Ll]ate for"),
    "grade": re.compile("Отличен|Слаб|Excellent|Poor"),
    "remark": re.compile("Забележка|Remark"),
    "homework": re.compile("Домашна|Homework"),
}
PLACES = {"9900102": real_school, "demo": demo_school}
WITHOUT_LISTS = pytest.mark.skipif(
    not SCHOOLS.exists(), reason="the real schools' lists do not lie beside this checkout"
)

pytestmark = [pytest.mark.peer, pytest.mark.browser]


@pytest.fixture(scope="module", params=[pytest.param("9900102", marks=WITHOUT_LISTS), "demo"])
def place(request) -> Iterator[Place]:
    if SMTP_SINK is None or browsers.CHROMIUM is None:
        pytest.fail("smtp-sink (postfix) and chromium are needed: apt-get install postfix chromium")
    with PLACES[request.param]() as opened:
        yield opened


def students(page) -> list[int]:
    return [int(row.get_attribute("data-student")) for row in page.query_selector_all("tr[data-student]")]


def test_every_guardian_who_asked_knows_it_seconds_later(place, tmp_path, capsys):
    with browsers.chromium() as chromium, ExitStack() as calls:
        page = chromium.new_page()
        sign_in(page, place.system.url, place.teacher, place.password)
        page.goto(f"{place.url}/now/")
        lesson = page.url
        for link in ("Всички оценки", "Срочни и годишни оценки"):
            assert weight(page) <= HEAVIEST, page.url
            page.click(f"main >> text={link}")
            page.wait_for_load_state()
        assert weight(page) <= HEAVIEST, page.url
        page.goto(lesson)
        picture(page, "lesson")
        ids = students(page)
        absent = place.well_kept(ids)
        ids = [absent, *(one for one in ids if one != absent)]
        mother, father, *_ = place.family(absent)
        codes = by_telephone(chromium, place, absent, mother[0], father[0])
        family = chromium.new_context().new_page()
        sign_in(family, place.system.url, mother[2], place.password)
        family.goto(f"{place.system.url}/p/{place.school}/{absent}/")
        before = absences_read(family)
        fill_in(page, ids)
        saved = time.time()
        page.click("#save")
        page.wait_for_selector("#lesson .state >> text=Записано")
        seconds = {"portal": read_in_portal(family, before) - saved}
        sipp_call = calls.enter_context(dialled(tmp_path / "sipp", place.sip_port, codes[father[0]]))
        assert weight(family) <= HEAVIEST
        picture(family, "portal")
        seconds["SMS"] = read_by_sms(place, ids) - saved
        dialled_at = time.time()
        heard_at = baresip_hears(place, tmp_path / "baresip", codes[mother[0]], (absent, mother[1]))
        assert heard_at - dialled_at <= 45
        seconds |= {"the telephone rings": dialled_at - saved, "heard to its end": heard_at - saved}
        sipp_hears(place, sipp_call, (absent, father[1]))
        mails = {kind: at - saved for kind, at in read_by_mail(place, ids).items()}
        assert page.locator("#lesson [data-saved]").count() == 0
    with capsys.disabled():
        print(f"\n{place.school}: seconds from save to", words(seconds))
        print(f"{place.school}: seconds from save to the mail carrier:", words(mails))


def words(seconds: dict[str, float]) -> str:
    return ", ".join(f"{name} {each:.1f}" for name, each in seconds.items())


def by_telephone(chromium, place: Place, student: int, *rights: int) -> dict[int, str]:
    """Let the head give each of these a PIN; return the child's code and the PIN as they are keyed."""
    page = chromium.new_context().new_page()
    sign_in(page, place.system.url, place.director, place.password)
    codes = {}
    for right in rights:
        page.goto(f"{place.url}/students/{student}/family/")
        making = page.locator(f"details:has(form[action$='/rights/{right}/pin/'])")
        making.locator("summary").click()
        making.locator("button").click()
        codes[right] = re.sub(r"\D", "", "".join(page.locator("dl.facts b").all_inner_texts()))
        assert len(codes[right]) == 15
    return codes


def fill_in(page, ids: list[int]) -> None:
    page.fill("#topic", "Пропорции. Основно свойство")
    page.fill("#homework", "стр. 48, зад. 3, 4 и 7")
    page.check(f"#absent-{ids[0]}", force=True)
    page.check(f"#late-{ids[1]}", force=True)
    for student, grade in zip(ids[3:6], ("6", "5,50", "2"), strict=True):
        page.fill(f"[id=grade-{student}]", grade)
    page.click(f"tr[data-student='{ids[2]}'] button.name")
    page.check(f"#remark2-{ids[2]}", force=True)
    page.fill(f"#remark-{ids[2]}", "Няма учебник")


def absences_read(family) -> set[str]:
    family.reload()
    return {text for text in family.locator("#new li").all_inner_texts() if WORDS["absence"].search(text)}


def read_in_portal(family, before: set[str]) -> float:
    return wait_for(lambda: time.time() if absences_read(family) - before else None, 20)


def read_by_sms(place: Place, ids: list[int]) -> float:
    """Wait until every guardian who asked has the SMS; return when the last one came."""
    hearers = {
        "absence": place.hearers("sms", ids[:1], "absence"),
        "lateness": place.hearers("sms", ids[1:2], "lateness"),
    }
    assert hearers["absence"]

    def arrived() -> list[float] | None:
        told = {kind: [sms for sms in place.centre.messages if WORDS[kind].search(sms["text"])] for kind in hearers}
        reached = {kind: {f"+{sms['sms']}" for sms in told[kind]} for kind in hearers}
        is_told = all(hearers[kind] <= reached[kind] for kind in hearers)
        return [sms["at"] for kind in hearers for sms in told[kind]] if is_told else None

    return max(wait_for(arrived, 20))


def read_by_mail(place: Place, ids: list[int]) -> dict[str, float]:
    """Wait until every guardian has what they asked for; return when the last mail of each kind came."""
    kinds = {"absence": ids[:1], "lateness": ids[1:2], "remark": ids[2:3], "grade": ids[3:6], "homework": ids}
    came = {}
    for kind, children in kinds.items():
        hearers = place.hearers("email", children, kind)

        def arrived(kind=kind, hearers=hearers) -> list[float] | None:
            told = [(at, mail) for at, mail in place.system.sink.messages() if WORDS[kind].search(text_of(mail))]
            reached = {mail["To"].addresses[0].addr_spec for _, mail in told}
            return [at for at, _ in told] if hearers <= reached else None

        if hearers:  # the demo's families read homework in the portal
            came[kind] = max(wait_for(arrived, 60))
    assert {"absence", "grade"} <= set(came)
    return came


def text_of(mail) -> str:
    part = mail.get_body(("plain",))
    return f"{mail['Subject']}\n{part.get_content() if part else ''}"


def test_nobody_else_heard_and_nobody_twice(place):
    ask = place.system.ask
    told = ask("SELECT entry, guardian_id, channel FROM notifications_told")
    assert len(told) == len(set(told)) > 0
    assert ask("SELECT count(*) FROM notifications_message WHERE status IN ('failed', 'unknown')") == [(0,)]
    sent = ask("SELECT count(*) FROM notifications_message WHERE channel = 'email' AND status = 'accepted'")
    # Letters to the staff (what was entered in their name, what is not filled in) go the same way and are no messages.
    to_families = [mail for _at, mail in place.system.sink.messages() if mail["List-Unsubscribe"]]
    assert sent[0][0] == len(to_families)
    by_sms = "SELECT coalesce(sum(parts), 0) FROM notifications_message WHERE channel = 'sms' AND status = 'delivered'"
    assert ask(by_sms)[0][0] == len(place.centre.messages) > 0


def test_a_lesson_of_26_takes_at_most_30_keys(place, capsys):
    with browsers.chromium() as chromium:
        page = chromium.new_page()
        sign_in(page, place.system.url, place.teacher, place.password)
        page.goto(f"{place.url}/now/")
        before = page.url
        ids = students(page)
        hand = Hand(page)
        hand.tap(f"[id=grade-{ids[0]}]")
        hand.press("6", "5", "ArrowDown", "ArrowDown", "4")
        for _ in range(2):
            hand.press("ArrowDown", "ArrowDown", "ArrowLeft", "KeyO", "ArrowRight")
        hand.press("Control+KeyS")
        page.wait_for_selector("#lesson .state >> text=Записано")
        assert page.url == before
        assert page.locator("#lesson .counts").inner_text().count("отсъства") == 1
    with capsys.disabled():
        print(f"\n{hand.count} keys and taps for a lesson of {len(ids)} with two absences and three grades")
    assert hand.count <= 30
