"""The catalogue finds every hole; each sabotage here is rolled back."""

import pytest
from django.db import ProgrammingError, connections, transaction

from tests import postgres
from zvanets.tenancy.catalogue import ask, findings

pytestmark = pytest.mark.django_db(databases=["owner"])


def test_the_wall_is_whole():
    assert findings() == []


SABOTAGES = {
    "a table nobody decided about": (
        "CREATE TABLE stray (id bigint PRIMARY KEY)",
        "stray has neither school_id nor an entry in NATIONAL",
    ),
    "a national table that grew a school": (
        "ALTER TABLE django_content_type ADD school_id bigint",
        "django_content_type has school_id and an entry in NATIONAL",
    ),
    "a row without a school": (
        "CREATE TABLE loose (id bigint, school_id bigint)",
        "loose.school_id may be NULL",
    ),
    "row security off": (
        "ALTER TABLE gradebook_grade DISABLE ROW LEVEL SECURITY",
        "gradebook_grade has row security switched off or not forced",
    ),
    "row security not forced": (
        "ALTER TABLE gradebook_grade NO FORCE ROW LEVEL SECURITY",
        "gradebook_grade has row security switched off or not forced",
    ),
    "the policy gone": (
        "DROP POLICY one_school ON gradebook_grade",
        "gradebook_grade has no policy one_school with the one right text",
    ),
    "the policy softened": (
        "ALTER POLICY one_school ON gradebook_grade USING (school_id IS NOT NULL)",
        "gradebook_grade has no policy one_school with the one right text",
    ),
    "writing where one cannot see": (
        "ALTER POLICY one_school ON gradebook_grade WITH CHECK (true)",
        "gradebook_grade has no policy one_school with the one right text",
    ),
    "a second policy": (
        "CREATE POLICY also ON gradebook_grade FOR SELECT USING (true)",
        "gradebook_grade has a second policy for zv_app: also",
    ),
    "the one exception widened": (
        "ALTER POLICY mine ON accounts_membership USING (true)",
        "accounts_membership has a second policy for zv_app: mine",
    ),
    "a unique key over all schools": (
        "CREATE UNIQUE INDEX one_code ON schools_student (code)",
        "schools_student has a unique index that does not begin with the school: one_code",
    ),
    "an index over all schools": (
        "CREATE INDEX by_name ON schools_student (sort_name)",
        "schools_student has an index that does not begin with the school: by_name",
    ),
    "a key that forgets the school": (
        (
            "ALTER TABLE schools_student ADD UNIQUE (id); ALTER TABLE gradebook_grade"
            " ADD CONSTRAINT of_anybody FOREIGN KEY (student_id) REFERENCES schools_student (id)"
        ),
        "gradebook_grade has a key that does not pair school with school: of_anybody",
    ),
    "a key that pairs crosswise": (
        (
            "ALTER TABLE schools_student ADD UNIQUE (id, school_id); ALTER TABLE gradebook_grade"
            " ADD CONSTRAINT crossed FOREIGN KEY (student_id, school_id) REFERENCES schools_student (id, school_id)"
        ),
        "gradebook_grade has a key that does not pair school with school: crossed",
    ),
    "a national row that points into a school": (
        (
            "ALTER TABLE accounts_user ADD home bigint, ADD room bigint,"
            " ADD CONSTRAINT lives FOREIGN KEY (home, room) REFERENCES schools_student (school_id, id)"
        ),
        "accounts_user is national and has a key into a school: lives",
    ),
    "an id without a key": (
        "ALTER TABLE gradebook_grade ADD friend_id bigint",
        "gradebook_grade.friend_id looks like a key and is none",
    ),
    "a view with its owner's eyes": (
        "CREATE VIEW all_grades AS SELECT * FROM gradebook_grade; GRANT SELECT ON all_grades TO zv_app",
        "all_grades is a view that zv_app may read with its owner's eyes",
    ),
    "the right to empty a table": (
        "GRANT TRUNCATE ON gradebook_grade TO zv_app",
        "gradebook_grade grants TRUNCATE, REFERENCES or TRIGGER to zv_app",
    ),
    "history open to the pen": (
        "GRANT UPDATE (verb) ON history_entry TO zv_app",
        "history_entry may be written by zv_app",
    ),
    "a table its readers cannot read": (
        "REVOKE SELECT ON gradebook_grade FROM zv_report",
        "gradebook_grade can not be read by zv_report",
    ),
    "a function without a path": (
        (
            "CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM gradebook_grade';"
            "REVOKE ALL ON FUNCTION peek FROM PUBLIC"
        ),
        "peek runs as its owner and is open to everybody or to any search_path",
    ),
    "a function for everybody": (
        "GRANT EXECUTE ON FUNCTION history_erase TO PUBLIC",
        "history_erase runs as its owner and is open to everybody or to any search_path",
    ),
    "a partition with a door": (
        "GRANT SELECT ON history_access_other TO zv_app",
        "history_access_other is a partition with a door of its own for zv_app",
    ),
    "a national table given away": (
        "GRANT DELETE ON schools_school TO zv_app",
        "schools_school grants DELETE to zv_app",
    ),
}


@pytest.mark.parametrize("sabotage", SABOTAGES)
def test_the_catalogue_finds(sabotage):
    statement, sentence = SABOTAGES[sabotage]

    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(statement)
        found = findings()
        transaction.set_rollback(True, using="owner")

    assert sentence in found


@pytest.mark.parametrize(
    "sabotage",
    [
        "GRANT zv_owner TO zv_app",
        "ALTER ROLE zv_app SUPERUSER",
        "ALTER ROLE zv_app BYPASSRLS",
        "ALTER ROLE zv_app CREATEDB",
    ],
)
def test_a_servant_made_a_master_is_found(sabotage):
    with postgres.admin() as admin:
        admin.execute(sabotage)
        found = ask(admin.cursor())
        admin.rollback()

    assert "zv_app is more than a user of the tables" in found


def test_the_owner_itself_cannot_make_a_master():
    with pytest.raises(ProgrammingError, match=r"(?i)admin option"), connections["owner"].cursor() as cursor:
        cursor.execute("GRANT zv_owner TO zv_app")
