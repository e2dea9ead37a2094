"""Where the bell rings: a real school and the demo, each with carriers that nobody here wrote, and who hears what there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.acceptance.system import PASSWORD, SCHOOLS, System, installation, wait_for
from tests.ivr import sipp
from tests.notifications.sms.smsc import Smsc, smsc

REAL = 9900102
CLOCK = "2025-10-07T10:20+03:00"
GRACE_SECONDS = 3
# The lesson of the fourth hour (10:10-10:50) of a class with marks in numbers, nearest to 26 students.
_TEACHER = """
SELECT u.username
FROM schools_lesson l
JOIN schools_course c ON c.id = l.course_id
JOIN schools_classgroup g ON g.id = c.class_group_id JOIN schools_yeargroup y ON y.id = g.year_group_id
JOIN schools_courseteacher t ON t.course_id = c.id AND t.starts_on <= l.date AND (t.ends_on IS NULL OR t.ends_on >= l.date)
JOIN schools_staffmember p ON p.id = t.staff_member_id JOIN accounts_user u ON u.id = p.user_id
JOIN schools_coursemember m ON m.course_id = c.id AND m.ends_on IS NULL
WHERE l.date = '2025-10-07' AND l.hour_no = 4 AND y.level BETWEEN 5 AND 12
GROUP BY l.id, u.username HAVING count(DISTINCT p.id) = 1
ORDER BY abs(count(*) - 26), l.id LIMIT 1
"""
_DIRECTOR = """
SELECT u.username FROM accounts_membership s JOIN accounts_user u ON u.id = s.user_id WHERE s.role = 'director' LIMIT 1
"""
_HEARERS = """
SELECT DISTINCT k.address
FROM guardians_guardianship r
JOIN guardians_subscription b ON b.guardianship_id = r.id AND b.channel = %s AND b.ends_on IS NULL
JOIN guardians_contact k ON k.guardian_id = r.guardian_id AND k.kind = %s AND k.confirmed_at IS NOT NULL
WHERE r.student_id = ANY(%s) AND r.withdrawn_at IS NULL AND %s = ANY(b.kinds)
"""
# Children with two who look after them, of whom somebody is told by SMS.
_WELL_KEPT = """
SELECT r.student_id FROM guardians_guardianship r
JOIN guardians_subscription b ON b.guardianship_id = r.id AND b.ends_on IS NULL
WHERE r.student_id = ANY(%s) AND r.withdrawn_at IS NULL AND r.relation <> 'self'
GROUP BY r.student_id
HAVING count(DISTINCT r.id) FILTER (WHERE b.channel = 'portal') >= 2 AND bool_or(b.channel = 'sms')
ORDER BY r.student_id
"""
_FAMILY = """
SELECT r.id, r.guardian_id, u.username FROM guardians_guardianship r
JOIN guardians_guardian g ON g.id = r.guardian_id JOIN accounts_user u ON u.id = g.user_id
WHERE r.student_id = %s AND r.withdrawn_at IS NULL AND r.relation <> 'self'
    AND EXISTS (SELECT FROM guardians_subscription b WHERE b.guardianship_id = r.id AND b.channel = 'portal')
ORDER BY r.id
"""


@dataclass
class Place:
    """One school with everything around it; all its people have one password."""

    system: System
    centre: Smsc
    sip_port: int
    school: int
    password: str
    teacher: str

    @property
    def url(self) -> str:
        return f"{self.system.url}/s/{self.school}"

    @property
    def director(self) -> str:
        return self.system.ask(_DIRECTOR)[0][0]

    def hearers(self, channel: str, children: list[int], kind: str) -> set[str]:
        """Return the addresses of those who asked for this kind of these children."""
        contact = "phone" if channel == "sms" else channel
        return {address for (address,) in self.system.ask(_HEARERS, channel, contact, children, kind)}

    def well_kept(self, students: list[int]) -> int:
        return self.system.ask(_WELL_KEPT, students)[0][0]

    def family(self, student: int) -> list[tuple[int, int, str]]:
        """Return right, guardian and user name of each who looks after the child."""
        return self.system.ask(_FAMILY, student)


@contextmanager
def real_school() -> Iterator[Place]:
    """A school of the state's lists, with invented families."""
    with _carriers(CLOCK) as (system, centre, sip_port):
        system.run("import-school", str(SCHOOLS / str(REAL)), "--year", "2025", "--yes")
        system.run("invent-contacts", str(REAL), "--password", PASSWORD)
        assert system.ask("SELECT count(*) FROM notifications_message") == [(0,)]
        assert system.ask("SELECT count(*) FROM history_pending") == [(0,)]
        system.ask(
            "INSERT INTO history_grace (school_id, verb, seconds) SELECT %s, v, %s FROM unnest(%s::text[]) v",
            REAL,
            GRACE_SECONDS,
            ["grade.given", "remark.written", "homework.given"],
        )
        _start(system, centre)
        yield Place(system, centre, sip_port, REAL, PASSWORD, system.ask(_TEACHER)[0][0])


@contextmanager
def demo_school() -> Iterator[Place]:
    with _carriers() as (system, centre, sip_port):
        system.run("prepare-demo")
        ((school,),) = system.ask("SELECT id FROM schools_school")
        _start(system, centre)
        yield Place(system, centre, sip_port, school, "zvanets-demo", "uchitel")


@contextmanager
def _carriers(clock: str | None = None) -> Iterator[tuple[System, Smsc, int]]:
    sip_port = sipp.free_port()
    with smsc(receipts="after") as centre:
        carrier = f"smpp://diary:secret@127.0.0.1:{centre.port}?per_second=200"
        sip = {"ZVANETS_SIP_PORT": str(sip_port), "ZVANETS_SIP_PEERS": "127.0.0.1", "ZVANETS_SIP_RING_SECONDS": "0"}
        with installation(clock, ZVANETS_SMPP_URL=carrier, **sip) as system:
            yield system, centre, sip_port


def _start(system: System, centre: Smsc) -> None:
    for name in ("serve", "worker", "sms", "ivr"):
        system.start(name)
    centre.wait("bind", seconds=30)
    wait_for(lambda: '"telephone listens"' in (system.state / "ivr.log").read_text(), 40)
