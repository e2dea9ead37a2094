"""at_school() opens one school and closes it again, whatever happens inside."""

import threading

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction

from tests import postgres, small_school
from tests.marks import committed
from zvanets.accounts.models import Membership, Role, User
from zvanets.lib import clock
from zvanets.schools.models import Subject
from zvanets.tenancy import roles
from zvanets.tenancy.school import NoSchool, as_user, at_school, school_now


def setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.school_id', true)")
        return cursor.fetchone()[0] or ""


def test_rows_get_the_school_without_being_told(school):
    with at_school(school.pk):
        assert Subject.objects.create(name="Химия").school_id == school.pk


def test_one_school_does_not_see_the_other(two_schools):
    here, there = two_schools
    with at_school(here.pk):
        subject = Subject.objects.create(name="Химия")

    with at_school(there.pk):
        assert not Subject.objects.filter(pk=subject.pk).exists()
        assert Subject.objects.filter(pk=subject.pk).update(name="Физика") == 0
        assert Subject.objects.filter(pk=subject.pk).delete()[0] == 0
    with at_school(here.pk):
        assert Subject.objects.get().name == "Химия"


def test_a_row_of_another_school_cannot_be_written(two_schools):
    here, there = two_schools
    with at_school(here.pk), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Subject.objects.create(school=there, name="Химия")


def test_a_row_cannot_be_moved_to_another_school(two_schools):
    here, there = two_schools
    with at_school(here.pk):
        subject = Subject.objects.create(name="Химия")
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Subject.objects.filter(pk=subject.pk).update(school=there)


def test_a_key_into_another_school_is_refused(two_schools):
    here, there = (small_school.build(school.pk) for school in two_schools)
    here.course.subject_id = there.course.subject_id
    with at_school(here.id), pytest.raises(IntegrityError, match="of_same_school"), transaction.atomic():
        here.course.save()


def test_schools_nest_and_come_back(two_schools):
    here, there = two_schools
    with at_school(here.pk):
        with at_school(there.pk):
            assert school_now() == there.pk
            assert setting() == str(there.pk)
        assert school_now() == here.pk
        assert setting() == str(here.pk)


def test_a_school_inside_a_transaction_does_not_outlive_its_block(school):
    with transaction.atomic():
        with at_school(school.pk):
            pass
        assert setting() == ""


@committed
def test_each_connection_comes_back_to_its_own_school(two_schools):
    here, there = two_schools
    with at_school(here.pk), at_school(there.pk, "worker"):
        with at_school(there.pk):
            pass
        assert setting() == str(here.pk)
        assert school_now() == there.pk


def test_an_error_inside_leaves_the_outer_school_open(two_schools):
    here, there = two_schools
    with at_school(here.pk):
        with pytest.raises(ZeroDivisionError), at_school(there.pk):
            _ = 1 / 0
        assert setting() == str(here.pk)
        assert school_now() == here.pk


def test_a_rolled_back_inner_school_leaves_the_outer_one_open(two_schools):
    here, there = two_schools
    with at_school(here.pk):
        with at_school(there.pk):
            transaction.set_rollback(True)
        assert setting() == str(here.pk)


def test_outside_there_is_no_school():
    with pytest.raises(NoSchool):
        school_now()


@pytest.mark.parametrize("wrong", ["1'; DROP TABLE x; --", "", "1,2", None, 0, -1, 2**63, "９９x"])
def test_only_a_number_opens_a_school(wrong):
    with pytest.raises((ValueError, TypeError)), at_school(wrong):
        pass


@pytest.mark.django_db
def test_the_guard_refuses_a_walled_table_outside():
    with pytest.raises(NoSchool, match="schools_subject"):
        Subject.objects.count()


@pytest.mark.django_db
def test_the_guard_refuses_sql_written_by_hand():
    with pytest.raises(NoSchool, match="gradebook_grade"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM gradebook_grade")


def test_a_person_sees_their_own_seats_in_every_school(two_schools):
    mother, other = (User.objects.create(username=name, name=name) for name in ("mother", "other"))
    for school in two_schools:
        with at_school(school.pk):
            for user in (mother, other):
                Membership.objects.create(user=user, role=Role.GUARDIAN, starts_on=clock.today())

    with as_user(mother.pk):
        seats = list(Membership.objects.order_by("school_id"))
        assert [(seat.school_id, seat.user_id) for seat in seats] == [(one.pk, mother.pk) for one in two_schools]
        assert Membership.objects.update(role=Role.DIRECTOR) == 0


def test_being_oneself_opens_nothing_else(school):
    with as_user(1), pytest.raises(NoSchool):
        Subject.objects.count()


@committed
def test_the_worker_sees_every_school_and_the_application_none(two_schools):
    for school in two_schools:
        with at_school(school.pk):
            Subject.objects.create(name="Химия")

    assert Subject.objects.using("worker").count() == 2
    with psycopg.connect(postgres.role_url(roles.APP, postgres.TEST_NAME)) as application:
        assert application.execute("SELECT count(*) FROM schools_subject").fetchone() == (0,)
        assert application.execute("UPDATE schools_subject SET name = 'Физика'").rowcount == 0


@committed
def test_threads_do_not_share_a_school(school):
    seen = []

    def look():
        try:
            school_now()
        except NoSchool:
            seen.append("none")
        finally:
            connections.close_all()

    with at_school(school.pk):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    assert seen == ["none"]
