"""The web is killed in the middle of saves: whole or not at all, and the same save sent again is done once."""

import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar

import pytest

from tests.acceptance.system import SMTP_SINK, System, installation, wait_for
from tests.counts import draws, rounds

PASSWORD = "zvanets-demo"
GRADES_A_SAVE = 3


class Teacher:
    """A signed-in teacher who speaks HTTP and tries again until the lesson is saved."""

    def __init__(self, url: str, name: str, password: str) -> None:
        self.url = url
        self.jar = CookieJar()
        self.web = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.post("/accounts/login/", self.get("/"), login=name, password=password)

    def get(self, path: str) -> str:
        return self.web.open(self.url + path, timeout=10).read().decode()

    def post(self, path: str, page: str, **fields: str) -> str:
        fields["csrfmiddlewaretoken"] = field(page, "csrfmiddlewaretoken")
        data = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(self.url + path, data, {"Referer": self.url + path})  # noqa: S310 — loopback
        return self.web.open(request, timeout=10).read().decode()

    def save_until_done(self, path: str, at_first_try: Callable[[], None]) -> None:
        """Save the lesson with three more grades, the same key for each try."""
        page = wait_for(lambda: self.try_to(lambda: self.get(path)), 60)
        students = re.findall(r'id="grade-(\d+)" name="(grade-\d+-\d)"', page)[:GRADES_A_SAVE]
        fields = {name: "5" for _, name in students}
        fields |= {"version": field(page, "version"), "key": str(uuid.uuid4()), "topic": "Пропорции", "kind": "1"}
        at_first_try()
        wait_for(lambda: self.try_to(lambda: self.post(path, page, **fields)), 60)

    def try_to(self, act) -> str | None:
        try:
            return act()
        except urllib.error.HTTPError as refused:
            if refused.code >= 500:
                return None
            raise
        except OSError:
            return None


def kill_and_start(system: System, after: float) -> None:
    time.sleep(after)
    system.kill("serve")
    system.start("serve")


def field(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


@pytest.fixture(scope="module")
def demo() -> Iterator[System]:
    if SMTP_SINK is None:
        pytest.fail("smtp-sink is needed: apt-get install postfix")
    with installation() as system:
        system.run("prepare-demo")
        system.start("serve")
        yield system


LESSON = """
SELECT l.school_id, l.id, u.username FROM schools_lesson l
JOIN schools_courseteacher t ON t.course_id = l.course_id
JOIN schools_staffmember p ON p.id = t.staff_member_id JOIN accounts_user u ON u.id = p.user_id
JOIN schools_course c ON c.id = l.course_id JOIN schools_classgroup g ON g.id = c.class_group_id
JOIN schools_yeargroup y ON y.id = g.year_group_id
WHERE l.date <= current_date AND l.substitute_id IS NULL AND y.level BETWEEN 5 AND 12
    AND t.starts_on <= l.date AND (t.ends_on IS NULL OR t.ends_on >= l.date) AND u.username = 'uchitel'
    AND NOT EXISTS (SELECT FROM lessons_lessonrecord r WHERE r.lesson_id = l.id)
    AND (SELECT count(*) FROM schools_coursemember m WHERE m.course_id = c.id AND m.ends_on IS NULL) >= 5
ORDER BY l.date DESC, l.id LIMIT 1
"""


@pytest.mark.peer
def test_no_save_is_lost_or_doubled_when_the_web_is_killed(demo):
    school, lesson, name = demo.ask(LESSON)[0]
    chance = draws()
    kills = rounds(100)
    teacher = Teacher(demo.url, name, PASSWORD)
    path = f"/s/{school}/lessons/{lesson}/"
    for _ in range(kills):
        killer = threading.Thread(target=kill_and_start, args=(demo, chance.uniform(0, 0.04)))
        teacher.save_until_done(path, killer.start)
        killer.join()
    assert demo.ask("SELECT version FROM lessons_lessonrecord WHERE lesson_id = %s", lesson) == [(kills,)]
    grades = demo.ask("SELECT count(*) FROM gradebook_grade WHERE lesson_id = %s", lesson)[0][0]
    assert grades == kills * GRADES_A_SAVE
    entries = demo.ask(
        "SELECT verb, count(*) FROM history_entry WHERE lesson_id = %s AND verb IN ('lesson.saved', 'grade.given')"
        " AND number > 0 GROUP BY verb",
        lesson,
    )
    assert dict(entries) == {"lesson.saved": kills, "grade.given": kills * GRADES_A_SAVE}
    assert "whole" in demo.run("verify-history").lower()
