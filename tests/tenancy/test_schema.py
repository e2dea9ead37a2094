"""makemigrations writes the wall, remembers it, and every step can be taken back: the schema is compared each time."""

import pytest
from django.apps.registry import Apps
from django.core.management import call_command
from django.db import connections, models, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ModelState, ProjectState

from zvanets.schools.models import School
from zvanets.tenancy.fields import OwnSchool, SchoolKey

GRAPH = MigrationLoader(None).graph
pytestmark = pytest.mark.django_db(databases=["owner"])

# What a schema is, in an order that no renaming or adding of columns changes.
FINGERPRINT = """
SELECT c.relname, 'table ' || c.relrowsecurity || c.relforcerowsecurity || COALESCE(c.relacl, acldefault('r', c.relowner))::text
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relname LIKE 'tenancy\\_%' AND c.relkind = 'r'
UNION ALL
SELECT c.relname, 'column ' || a.attname || format_type(a.atttypid, a.atttypmod) || a.attnotnull || a.attidentity::text
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relname LIKE 'tenancy\\_%' AND c.relkind = 'r'
UNION ALL
SELECT tablename, 'index ' || indexdef FROM pg_indexes WHERE tablename LIKE 'tenancy\\_%'
UNION ALL
SELECT conrelid::regclass::text, 'key ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid::regclass::text LIKE 'tenancy\\_%' AND contype <> 'n'
UNION ALL
SELECT tablename, 'policy ' || concat(policyname, cmd, roles, qual) FROM pg_policies WHERE tablename LIKE 'tenancy\\_%'
ORDER BY 1, 2
"""


class Yes(MigrationQuestioner):
    """Every question of makemigrations is answered with yes."""

    def ask_rename(self, *_):
        return True

    def ask_rename_model(self, *_):
        return True


def room_and_desk(apps, *, room="Room", key="room", on_delete="NO ACTION", **extra):
    """Two tables of a school: desks stand in rooms, a desk may belong to another desk."""

    class Meta:
        app_label = "tenancy"

    Meta.apps = apps
    base = {"__module__": __name__, "Meta": Meta, "school": OwnSchool()}
    far = type(room, (models.Model,), {**base, "id": models.BigAutoField(primary_key=True)})
    own = extra.pop("own", {})
    near = {"__module__": __name__, "Meta": Meta, "id": models.BigAutoField(primary_key=True), **extra}
    if own is not None:
        near["school"] = OwnSchool(**own)
        near["next"] = SchoolKey("self", models.CASCADE, null=True, db_on_delete="CASCADE")
    if key:
        near[key] = SchoolKey(f"tenancy.{room}", models.CASCADE, null=True, db_on_delete=on_delete)
    return [far, type("Desk", (models.Model,), near)]


def room_alone(apps):
    return room_and_desk(apps)[:1]


def state(build=None, **how):
    """A project of schools and these models."""
    whole = ProjectState()
    whole.add_model(ModelState.from_model(School))
    for model in build(Apps(), **how) if build else ():
        whole.add_model(ModelState.from_model(model))
    return whole


def operations(before, after):
    changes = MigrationAutodetector(before.clone(), after.clone(), Yes()).changes(GRAPH)
    return [operation for migration in changes.get("tenancy", []) for operation in migration.operations]


def fingerprint():
    with connections["owner"].cursor() as cursor:
        cursor.execute(FINGERPRINT)
        return cursor.fetchall()


def migrate(before, after, *, at_once=True):
    """Apply what makemigrations would write; return the steps to take it back."""
    steps, now = [], before
    for operation in operations(before, after):
        then = now.clone()
        operation.state_forwards("tenancy", then)
        steps.append((operation, now, then))
        now = then
    run = [steps] if at_once else [[step] for step in steps]
    for group in run:
        with connections["owner"].schema_editor() as editor:
            for operation, start, end in group:
                operation.database_forwards("tenancy", editor, start, end)
    return steps


def take_back(steps):
    with connections["owner"].schema_editor() as editor:
        for operation, start, end in reversed(steps):
            operation.database_backwards("tenancy", editor, end, start)


@pytest.fixture(autouse=True)
def _rolled_back():
    with transaction.atomic(using="owner"):
        yield
        transaction.set_rollback(True, using="owner")


def test_nothing_is_left_to_write_after_it_is_written():
    before, after = state(), state(room_and_desk)
    for operation in operations(before, after):
        operation.state_forwards("tenancy", before)
    assert operations(before, state(room_and_desk)) == []


def test_the_wall_and_its_keys_are_in_the_database():
    migrate(state(), state(room_and_desk))

    text = "\n".join(f"{table} {what}" for table, what in fingerprint())
    assert "tenancy_room key tenancy_room_pkey PRIMARY KEY (school_id, id)" in text
    assert "FOREIGN KEY (school_id, room_id) REFERENCES tenancy_room(school_id, id) DEFERRABLE" in text
    assert (
        "FOREIGN KEY (school_id, next_id) REFERENCES tenancy_desk(school_id, id) ON DELETE CASCADE DEFERRABLE" in text
    )
    assert "USING btree (school_id, room_id)" in text
    assert text.count("policy one_school") == 2
    assert "zv_app=arwd/zv_owner" in text


STEPS = {
    "two tables appear": (None, {}, room_and_desk, {}),
    "a table with keys is added": (room_alone, {}, room_and_desk, {}),
    "a key is added": (room_and_desk, {"key": ""}, room_and_desk, {}),
    "a key's end changes": (room_and_desk, {}, room_and_desk, {"on_delete": "CASCADE"}),
    "a key may be emptied": (room_and_desk, {}, room_and_desk, {"on_delete": "SET NULL"}),
    "a key is renamed": (room_and_desk, {}, room_and_desk, {"key": "place"}),
    "a model is renamed": (room_and_desk, {}, room_and_desk, {"room": "Hall"}),
    "grants change": (room_and_desk, {}, room_and_desk, {"own": {"grants": "read"}}),
    "the school comes later": (room_and_desk, {"own": None, "key": ""}, room_and_desk, {}),
    "a column with a default of the database": (
        room_and_desk,
        {},
        room_and_desk,
        {"seats": models.IntegerField(db_default=2)},
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_and_its_way_back(step):
    first, how, second, how_then = STEPS[step]
    nothing, before, after = state(), state(first, **how), state(second, **how_then)
    migrate(nothing, before)
    was = fingerprint()

    steps = migrate(before, after)
    walled = [table for table, what in fingerprint() if what.startswith("policy one_school")]

    assert steps
    assert len(walled) == 2
    assert fingerprint() != was
    take_back(steps)
    assert fingerprint() == was


def test_steps_in_one_migration_or_in_many_end_the_same():
    with transaction.atomic(using="owner"):
        migrate(state(), state(room_and_desk))
        at_once = fingerprint()
        transaction.set_rollback(True, using="owner")

    migrate(state(), state(room_and_desk), at_once=False)

    assert fingerprint() == at_once


def test_a_table_with_a_default_of_the_database_is_made_behind_the_wall():
    migrate(state(), state(room_and_desk, seats=models.IntegerField(db_default=2)))
    assert sum(what.startswith("policy one_school") for _, what in fingerprint()) == 2


def test_a_deleted_model_leaves_nothing():
    whole, rest = state(room_and_desk), state(room_alone)
    migrate(state(), rest)
    was = fingerprint()
    migrate(rest, whole)

    migrate(whole, rest)

    assert fingerprint() == was


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_migrations_say_all_that_the_models_say():
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)
