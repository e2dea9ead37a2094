"""From commit to accepted: 20 lessons a second for a minute, each child 1.9 guardians, e-mail to Postfix' smtp-sink."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from bench.common import ROOT, Figures, Installation, free_port, installation, wait_for
from bench.taught import TaughtClass

KEYS = {
    "p50_s": "seconds from commit to accepted by the mail server, kinds without grace, median",
    "p99_s": "the same, 99 of 100; at most 2",
    "max_s": "the slowest of them",
    "graced_p99_s": "seconds beyond the grace of the others, 99 of 100",
    "lost": "entries, times the guardians who should hear of each, that no accepted e-mail tells",
    "duplicated": "mails that the server took beyond one a message, and parts of SMS beyond those of each",
    "lessons": "lessons saved",
    "lessons_per_s": "their pace",
    "email_per_s": "e-mails accepted a second while it lasted",
    "portal_per_s": "messages in the portal a second while it lasted",
    "worker_cpu_ms": "milliseconds of the worker's CPU per e-mail, portal included",
    "db_cpu_ms": "milliseconds of the database's CPU per e-mail, the saving of lessons included",
}
PER_SECOND, SECONDS = 20, 60
SCHOOLS, CLASSES = 10, 4
WARM_UP = 40
ABSENT, MARKS = 3, ("5.50", "6", "4", "3.25", "2")
_SINK = shutil.which("smtp-sink", path=f"{os.environ['PATH']}:/usr/sbin") or "smtp-sink"
GRACE_SECONDS = 10  # of grades: so that both streams flow at once


def run(*, by_sms: bool = False) -> Figures:
    """With `by_sms` every second guardian has a telephone in the place of a mailbox, and npm's `smpp` is the carrier."""
    from bench.sms_throughput import centre

    port = free_port()
    with ExitStack() as open_:
        taken, environment = open_.enter_context(sink(port)), {"ZVANETS_SMTP_URL": f"smtp://127.0.0.1:{port}"}
        taken_by_sms: Callable[[], int] = int  # none
        if by_sms:
            carrier, taken_by_sms = open_.enter_context(centre())
            environment["ZVANETS_SMPP_URL"] = f"smpp://diary:secret@127.0.0.1:{carrier}?window=100&per_second=2000"
        system = open_.enter_context(installation(**environment))
        lessons = _lessons(by_sms=by_sms)
        system.start("worker")
        if by_sms:
            system.start("sms")
        wait_for(lambda: b"worker started" in (system.state / "worker.log").read_bytes(), 30)
        _feed(system, lessons[:WARM_UP], per_second=1000)
        wait_for(lambda: _is_quiet(system), 60, every=0.5)
        system.ask("ANALYZE")  # a table's first minute is not what a year is like
        return _measure(system, lessons[WARM_UP:], lambda: _count(taken) + taken_by_sms())


@contextmanager
def sink(port: int) -> Iterator[Path]:
    """Run smtp-sink and give the file in which it counts."""
    with tempfile.NamedTemporaryFile(prefix="zvanets-sink-") as log:
        who = ["-u", "nobody"] if os.geteuid() == 0 else []
        process = subprocess.Popen([_SINK, "-c", *who, f"127.0.0.1:{port}", "1000"], stdout=log, stderr=log)
        try:
            yield Path(log.name)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _lessons(*, by_sms: bool) -> list[dict[str, object]]:
    """Fill the schools and plan the lessons so that neighbours in time are of different schools and classes."""
    from bench import school
    from bench.families import give_families

    each = -(-(WARM_UP + PER_SECOND * SECONDS) // (SCHOOLS * CLASSES))
    classes: list[tuple[int, TaughtClass]] = []
    for school_id in range(9900901, 9900901 + SCHOOLS):
        taught = school.build(school_id, classes=CLASSES, lessons=each)
        give_families(school_id, grace_seconds=GRACE_SECONDS, by_sms=by_sms)
        classes += [(school_id, one) for one in taught]
    planned = []
    for n in range(each):
        for school_id, one in sorted(classes, key=lambda pair: (pair[1].class_group_id % CLASSES, pair[0])):
            planned.append(_lesson(school_id, one, n))
    return planned[: WARM_UP + PER_SECOND * SECONDS]


def _lesson(school_id: int, taught: TaughtClass, n: int) -> dict[str, object]:
    """The absent and the graded of a class change from lesson to lesson."""
    turned = [taught.students[(n * 8 + place) % len(taught.students)] for place in range(ABSENT + len(MARKS))]
    return {
        "school": school_id,
        "teacher": taught.user_id,
        "id": taught.lessons[n][0],
        "absent": turned[:ABSENT],
        "grades": list(zip(turned[ABSENT:], MARKS, strict=True)),
    }


def _feed(system: Installation, lessons: Sequence[dict[str, object]], *, per_second: int) -> dict[str, float]:
    plan = system.state / "plan.json"
    plan.write_text(json.dumps(lessons))
    command = [sys.executable, "-m", "bench.lesson_feed", str(plan), str(per_second)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT)
    feed: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return feed


def _measure(system: Installation, lessons: Sequence[dict[str, object]], taken: Callable[[], int]) -> Figures:
    [(began, before)] = system.ask(f"SELECT now(), count(*) FROM ({_ACCEPTED}) AS accepted")
    spent = {name: system.cpu_seconds(name) for name in ("worker", "database")}
    feed = _feed(system, lessons, per_second=PER_SECOND)
    wait_for(lambda: _is_quiet(system), GRACE_SECONDS + 120, every=0.5)
    spent = {name: system.cpu_seconds(name) - before_it for name, before_it in spent.items()}
    print(f"lessons saved in {feed['seconds']:.1f} s, the latest {feed['latest']:.2f} s late", flush=True)
    [(expected,)], [(told, accepted)], [(handed,)] = system.ask(_EXPECTED), system.ask(_TOLD), system.ask(_HANDED)
    mails = accepted - before
    return {
        **_seconds(system, began),
        "lost": expected - told,
        "duplicated": taken() - handed,
        "lessons": len(lessons),
        "lessons_per_s": round(len(lessons) / feed["seconds"], 1),
        "worker_cpu_ms": round(1000 * spent["worker"] / mails, 2),
        "db_cpu_ms": round(1000 * spent["database"] / mails, 2),
    }


def _is_quiet(system: Installation) -> bool:
    waiting = "status IN ('queued', 'sending', 'unknown')"
    left = f"SELECT EXISTS (SELECT FROM history_pending) OR EXISTS (SELECT FROM notifications_message WHERE {waiting})"
    return not system.ask(left)[0][0]


def _count(taken: Path) -> int:
    """smtp-sink writes its counters over each other: sess=1 quit=1 mesg=3."""
    return max(map(int, re.findall(rb"mesg=(\d+)", taken.read_bytes())), default=0)


def _seconds(system: Installation, began: datetime) -> Figures:
    urgent = system.ask(_WAITED, 0.0, ["email", "sms"], True, began)[0]
    by_sms = system.ask(_WAITED, 0.0, ["sms"], True, began)[0]
    graced = system.ask(_WAITED, float(GRACE_SECONDS), ["email", "sms"], False, began)[0]
    rates = dict(system.ask(_RATES, began))
    return {
        "p50_s": round(urgent[0], 3),
        "p99_s": round(urgent[1], 3),
        "max_s": round(urgent[2], 3),
        "graced_p99_s": round(graced[1], 3),
        "email_per_s": round(rates["email"], 1),
        "portal_per_s": round(rates["portal"], 1),
        **({"sms_p99_s": round(by_sms[1], 3), "sms_per_s": round(rates["sms"], 1)} if "sms" in rates else {}),
    }


_ACCEPTED = "SELECT FROM notifications_message WHERE channel <> 'portal' AND accepted_at IS NOT NULL"
# Every guardian of the child for every entry of its lesson that families are told of; a child is absent or graded.
_EXPECTED = """
SELECT count(*) FROM history_entry e
JOIN guardians_guardianship r ON r.school_id = e.school_id AND r.student_id = e.student_id
WHERE e.verb IN ('absence.recorded', 'grade.given')
"""
_TOLD = """
SELECT count(*), count(DISTINCT m.id) FROM notifications_told t
JOIN notifications_message m ON m.school_id = t.school_id AND m.id = t.message_id
WHERE m.channel <> 'portal' AND m.accepted_at IS NOT NULL
"""
# A child whose news met in one SMS, because telling fell behind, may take two parts.
_HANDED = """
SELECT sum(CASE WHEN channel = 'sms' THEN parts ELSE 1 END) FROM notifications_message
WHERE channel <> 'portal' AND accepted_at IS NOT NULL
"""
_WAITED = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY waited), percentile_cont(0.99) WITHIN GROUP (ORDER BY waited),
    max(waited)
FROM (SELECT extract(epoch FROM accepted_at - entered_at)::float8 - %s AS waited FROM notifications_message
      WHERE channel = ANY(%s) AND is_urgent = %s AND accepted_at IS NOT NULL AND entered_at > %s) AS each
"""
_RATES = """
SELECT channel, count(accepted_at) / extract(epoch FROM max(accepted_at) - min(accepted_at))::float8
FROM notifications_message WHERE entered_at > %s GROUP BY channel
"""
