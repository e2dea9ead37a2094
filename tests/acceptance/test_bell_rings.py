"""The bell rings: a teacher of a real school saves a lesson, and every guardian who asked for it knows."""

import re
import time
from collections.abc import Iterator

import pytest

from tests.acceptance import browser as browsers
from tests.acceptance.browser import Hand, picture, sign_in, weight
from tests.acceptance.system import PASSWORD, SCHOOLS, SMTP_SINK, System, installation, wait_for

SCHOOL = 9900102
CLOCK = "2025-10-07T10:20+03:00"
GRACE_SECONDS = 3
HEAVIEST = 60_000  # bytes of a page with its style and scripts
# How each kind reads, in Bulgarian or for those who chose English.
WORDS = {
    "absence": re.compile("Отсъства|Absent"),
    "lateness": re.compile("Закъсня|Late"),
    "grade": re.compile("Отличен|Слаб|Excellent|Poor"),
    "remark": re.compile("Забележка|Remark"),
    "homework": re.compile("Домашна|Homework"),
}

pytestmark = [
    pytest.mark.peer,
    pytest.mark.browser,
    pytest.mark.skipif(not SCHOOLS.exists(), reason="the real schools' lists do not lie beside this checkout"),
]

# The lesson of the fourth hour (10:10-10:50) of a class with marks in numbers, nearest to 26 students.
LESSON = """
SELECT l.id, u.username, g.name, s.name, count(*) AS size
FROM schools_lesson l
JOIN schools_course c ON c.id = l.course_id JOIN schools_subject s ON s.id = c.subject_id
JOIN schools_classgroup g ON g.id = c.class_group_id JOIN schools_yeargroup y ON y.id = g.year_group_id
JOIN schools_courseteacher t ON t.course_id = c.id AND t.starts_on <= l.date AND (t.ends_on IS NULL OR t.ends_on >= l.date)
JOIN schools_staffmember p ON p.id = t.staff_member_id JOIN accounts_user u ON u.id = p.user_id
JOIN schools_coursemember m ON m.course_id = c.id AND m.ends_on IS NULL
WHERE l.date = '2025-10-07' AND l.hour_no = 4 AND y.level BETWEEN 5 AND 12
GROUP BY l.id, u.username, g.name, s.name HAVING count(DISTINCT p.id) = 1
ORDER BY abs(count(*) - 26), l.id LIMIT 1
"""
HEARERS = """
SELECT DISTINCT k.address
FROM guardians_guardianship r
JOIN guardians_subscription b ON b.guardianship_id = r.id AND b.channel = 'email' AND b.ends_on IS NULL
JOIN guardians_contact k ON k.guardian_id = r.guardian_id AND k.kind = 'email' AND k.confirmed_at IS NOT NULL
WHERE r.student_id = ANY(%s) AND r.withdrawn_at IS NULL AND %s = ANY(b.kinds)
"""
FAMILY = """
SELECT u.username FROM guardians_guardianship r JOIN guardians_guardian g ON g.id = r.guardian_id
JOIN accounts_user u ON u.id = g.user_id
JOIN guardians_subscription b ON b.guardianship_id = r.id AND b.channel = 'portal' AND 'absence' = ANY(b.kinds)
WHERE r.student_id = %s ORDER BY u.id LIMIT 1
"""


@pytest.fixture(scope="module")
def school() -> Iterator[System]:
    if SMTP_SINK is None or browsers.CHROMIUM is None:
        pytest.fail("smtp-sink (postfix) and chromium are needed: apt-get install postfix chromium")
    with installation(CLOCK) as system:
        system.run("import-school", str(SCHOOLS / str(SCHOOL)), "--year", "2025", "--yes")
        system.run("invent-contacts", str(SCHOOL), "--password", PASSWORD)
        assert system.ask("SELECT count(*) FROM notifications_message") == [(0,)]
        assert system.ask("SELECT count(*) FROM history_pending") == [(0,)]
        system.ask(
            "INSERT INTO history_grace (school_id, verb, seconds) SELECT %s, v, %s FROM unnest(%s::text[]) v",
            SCHOOL,
            GRACE_SECONDS,
            ["grade.given", "remark.written", "homework.given"],
        )
        system.start("serve")
        system.start("worker")
        yield system


def students(page) -> list[int]:
    return [int(row.get_attribute("data-student")) for row in page.query_selector_all("tr[data-student]")]


def test_every_guardian_who_asked_reads_it_seconds_later(school, capsys):
    _, teacher, class_group, subject, size = school.ask(LESSON)[0]
    with browsers.chromium() as chromium:
        page = chromium.new_page()
        sign_in(page, school.url, teacher, PASSWORD)
        page.goto(f"{school.url}/s/{SCHOOL}/now/")
        assert f"{class_group} · {subject}" in page.inner_text("h1")
        assert weight(page) <= HEAVIEST
        picture(page, "lesson")
        ids = students(page)
        assert len(ids) == size
        family = chromium.new_context().new_page()
        sign_in(family, school.url, school.ask(FAMILY, ids[2])[0][0], PASSWORD)
        fill_in(page, ids)
        saved = time.time()
        page.click("#save")
        page.wait_for_selector("#lesson .state >> text=Записано")
        portal_seconds = read_in_portal(family, saved)
        assert weight(family) <= HEAVIEST
        picture(family, "portal")
        mail_seconds = read_by_mail(school, ids, saved)
        assert page.locator("#lesson [data-saved]").count() == 0
    with capsys.disabled():
        print(f"\nfrom save to the portal {portal_seconds:.1f} s;")
        print("from save to the mail carrier:", ", ".join(f"{kind} {s:.1f} s" for kind, s in mail_seconds.items()))


def fill_in(page, ids: list[int]) -> None:
    page.fill("#topic", "Пропорции. Основно свойство")
    page.fill("#homework", "стр. 48, зад. 3, 4 и 7")
    page.check(f"#late-{ids[1]}", force=True)
    page.check(f"#absent-{ids[2]}", force=True)
    for student, grade in zip(ids[3:6], ("6", "5,50", "2"), strict=True):
        page.fill(f"[id=grade-{student}]", grade)
    page.click(f"tr[data-student='{ids[0]}'] button.name")
    page.check(f"#remark2-{ids[0]}", force=True)
    page.fill(f"#remark-{ids[0]}", "Няма учебник")


def read_in_portal(family, saved: float) -> float:
    def seen() -> float | None:
        family.reload()
        return time.time() - saved if "тсъства" in family.inner_text("main") else None

    return wait_for(seen, 20)


def read_by_mail(school: System, ids: list[int], saved: float) -> dict[str, float]:
    """Wait until every guardian has what they asked for; return the seconds of the last mail of each kind."""
    kinds = {"absence": ids[2:3], "lateness": ids[1:2], "grade": ids[3:6], "remark": ids[0:1], "homework": ids}
    seconds = {}
    for kind, children in kinds.items():
        hearers = {address for (address,) in school.ask(HEARERS, children, kind)}
        assert hearers, f"nobody asked for {kind}"

        def arrived(kind=kind, hearers=hearers) -> list[float] | None:
            told = [(at, mail) for at, mail in school.sink.messages() if WORDS[kind].search(text_of(mail))]
            reached = {mail["To"].addresses[0].addr_spec for _, mail in told}
            return [at for at, _ in told] if hearers <= reached else None

        seconds[kind] = max(wait_for(arrived, 60)) - saved
    return seconds


def text_of(mail) -> str:
    part = mail.get_body(("plain",))
    return f"{mail['Subject']}\n{part.get_content() if part else ''}"


def test_nobody_else_heard_and_nobody_twice(school):
    told = school.ask("SELECT entry, guardian_id, channel FROM notifications_told")
    assert len(told) == len(set(told)) > 0
    assert school.ask("SELECT count(*) FROM notifications_message WHERE status IN ('failed', 'unknown')") == [(0,)]
    sent = school.ask("SELECT count(*) FROM notifications_message WHERE channel = 'email' AND status = 'accepted'")
    assert sent[0][0] == len(school.sink.messages())


def test_a_lesson_of_26_takes_at_most_30_keys(school, capsys):
    _, teacher, *_ = school.ask(LESSON)[0]
    with browsers.chromium() as chromium:
        page = chromium.new_page()
        sign_in(page, school.url, teacher, PASSWORD)
        page.goto(f"{school.url}/s/{SCHOOL}/now/")
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
