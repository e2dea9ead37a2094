"""What has had its time is thrown away, the rest stays; a piece at a time, counted in the log, and once a day."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connections

from tests import small_school
from tests.marks import committed
from zvanets.accounts.models import SignIn
from zvanets.ivr.models import CallLog
from zvanets.lessons.models import CellKey
from zvanets.lib import clock
from zvanets.notifications import upkeep
from zvanets.notifications.upkeep import Upkeep
from zvanets.tenancy.school import at_school

pytestmark = committed
DAY = timedelta(days=1)


def sign_ins(*ages: timedelta):
    SignIn.objects.using("owner").bulk_create(SignIn(at=clock.now() - age, succeeded=True) for age in ages)


def kept() -> list[int]:
    ats = SignIn.objects.using("owner").order_by("at").values_list("at", flat=True)
    return [round((clock.now() - at) / DAY) for at in ats]


def cached() -> int:
    with connections["worker"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM zvanets_cache")
        return cursor.fetchone()[0]


def test_sign_ins_are_kept_for_a_year(db):
    sign_ins(DAY * 400, DAY * 366, DAY * 364, DAY * 0)
    Upkeep().run(clock.now())
    assert kept() == [364, 0]


def test_calls_are_kept_for_a_year_in_every_school(school):
    small = small_school.build(school.pk)
    with at_school(small.id):
        for days in (366, 364):
            started = clock.now() - DAY * days
            CallLog.objects.create(student=small.students[0], guardian=small.guardians[0], started_at=started)
    Upkeep().run(clock.now())
    with at_school(small.id):
        (kept_call,) = CallLog.objects.all()
    assert clock.now() - kept_call.started_at < DAY * 365


def test_keys_of_saved_cells_are_kept_for_a_month(school):
    small = small_school.build(school.pk)
    with at_school(small.id):
        for days in (31, 29):
            CellKey.objects.create(key=uuid4(), saved_at=clock.now() - DAY * days, saved_by=small.teacher)
    Upkeep().run(clock.now())
    with at_school(small.id):
        assert [(clock.now() - each.saved_at).days for each in CellKey.objects.all()] == [29]


def test_sessions_that_are_over_go(client, db):
    for days in (-1, 1):
        Session.objects.create(session_key=f"key{days}", session_data="{}", expire_date=clock.now() + DAY * days)
    Upkeep().run(clock.now())
    assert [session.session_key for session in Session.objects.all()] == ["key1"]


def test_counts_of_throttles_go_when_they_are_over_and_not_before(db):
    cache.set("over", 5, timeout=-1)
    cache.set("counts", 5, timeout=300)
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE zvanets_cache SET expires = expires - interval '1 hour' WHERE cache_key LIKE '%over'")
    upkeep.CACHE.clear(clock.now() + DAY * 400, lambda: False)
    assert cached() == 1
    assert cache.get("counts") == 5


def test_hundreds_of_people_signing_in_push_out_no_count(db):
    for n in range(400):
        cache.set(f"tries-{n}", 5, timeout=300)
    assert cached() == 400


def test_the_long_work_is_done_once_a_day(db):
    work = Upkeep()
    work.run(clock.now())
    sign_ins(DAY * 400)
    work.run(clock.now())
    assert kept() == [400]
    work._done_on -= DAY
    work.run(clock.now())
    assert kept() == []


def test_it_takes_a_piece_at_a_time_and_stops_when_told_to(db, monkeypatch):
    monkeypatch.setattr(upkeep, "AT_ONCE", 2)
    sign_ins(*[DAY * 400] * 5)
    Upkeep(is_stopping=lambda: True).run(clock.now())
    assert len(kept()) == 3
    Upkeep().run(clock.now())
    assert kept() == []


def test_a_run_is_bounded(db, monkeypatch):
    monkeypatch.setattr(upkeep, "AT_ONCE", 1)
    monkeypatch.setattr(upkeep, "MOST_A_RUN", 3)
    sign_ins(*[DAY * 400] * 5)
    Upkeep().run(clock.now())
    assert len(kept()) == 2


def test_what_was_deleted_is_counted_in_the_log(db, capfd):
    sign_ins(*[DAY * 400] * 5)
    Upkeep().run(clock.now())
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [(line["event"], line["kind"], line["count"]) for line in lines] == [("old rows deleted", "sign-ins", 5)]


@pytest.mark.parametrize("shelf", [*upkeep.OFTEN, *upkeep.DAILY], ids=lambda shelf: shelf.name)
def test_an_index_finds_what_is_old_or_the_table_stays_small(db, shelf):
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute(f"EXPLAIN SELECT ctid FROM {shelf.table} WHERE {shelf.is_old}", {"moment": clock.now()})
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("RESET enable_seqscan")
    assert "Index" in plan or shelf.table == "accounts_letter", plan
