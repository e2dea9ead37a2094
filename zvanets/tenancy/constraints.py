"""The wall and the keys along it, as constraints that makemigrations writes and remembers."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Columns, Statement, Table
from django.db.models.constraints import BaseConstraint
from django.db.utils import DEFAULT_DB_ALIAS

# What the planner likes best is the plain comparison; NULLIF because a used setting falls back to '' and not to NULL.
ONE_SCHOOL = "(school_id = NULLIF(current_setting('app.school_id', true), '')::bigint)"
EVERY_SCHOOL_SETTING = "(current_setting('app.every_school', true) = 'on')"
MINE = "({column} = NULLIF(current_setting('app.user_id', true), '')::bigint)"

GRANTS = {
    "write": "SELECT, INSERT, UPDATE, DELETE",
    "append": "SELECT, INSERT",
    "queue": "SELECT, UPDATE, DELETE",  # filled by a function of the owner, emptied by the worker
    "read": "SELECT",
}
WRITERS = "zv_app, zv_worker"
EVERYBODY = "zv_app, zv_worker, zv_report"


class SchoolConstraint(BaseConstraint):
    """What both share: SQL that waits for the end of the migration, and equality by value."""

    fields: ClassVar[Sequence[str]] = ()

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SchoolConstraint):
            return NotImplemented
        return self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((type(self), self.name))

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """Nothing to write inside CREATE TABLE; the statements wait."""
        return self.create_sql(model, schema_editor)

    def create_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        raise NotImplementedError

    def validate(
        self,
        model: type[models.Model],
        instance: models.Model,
        exclude: Iterable[str] | None = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """The database is the judge."""

    def check(self, *_: Any) -> list[Any]:
        return []


class Wall(SchoolConstraint):
    """One school is a wall: PRIMARY KEY (school_id, id), row-level security, one policy per role, grants."""

    def __init__(self, *, name: str, grants: str = "write", mine: str = "") -> None:
        super().__init__(name=name)
        self.grants = grants
        self.mine = mine

    def deconstruct(self) -> Any:
        kwargs: dict[str, Any] = {"name": self.name}
        if self.grants != "write":
            kwargs["grants"] = self.grants
        if self.mine:
            kwargs["mine"] = self.mine
        return f"{type(self).__module__}.{type(self).__qualname__}", (), kwargs

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        # A renamed model comes as RemoveConstraint + AddConstraint: without this the table would end bare.
        _forget(schema_editor, table=schema_editor.quote_name(model._meta.db_table), wall="down")
        # Walls first, keys last: makemigrations writes both in any order, and a key needs its target's wall.
        schema_editor.deferred_sql[0:0] = self._statements(model, schema_editor, "up", self._up(model))
        return ""

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        # Backwards the keys of other tables still hang on the primary key, so the wall falls last.
        _forget(schema_editor, table=schema_editor.quote_name(model._meta.db_table), wall="up")
        schema_editor.deferred_sql.extend(self._statements(model, schema_editor, "down", self._down(model)))
        return ""

    def _statements(self, model: Any, editor: Any, way: str, templates: Iterable[str]) -> list[Statement]:
        table = Table(model._meta.db_table, editor.quote_name)
        key = Columns(model._meta.db_table, [model._meta.pk.column], editor.quote_name)
        return [Statement(template, table=table, key=key, wall=way) for template in templates]

    def _up(self, model: Any) -> list[str]:
        policies = [
            ("one_school", f"TO zv_app, zv_owner USING {ONE_SCHOOL}"),
            ("migrating", f"TO zv_owner USING {EVERY_SCHOOL_SETTING}"),
            ("every_school", "TO zv_worker USING (true)"),
            ("read_every_school", "FOR SELECT TO zv_report USING (true)"),
        ]
        if self.mine:
            policies.append(("mine", f"FOR SELECT TO zv_app USING {MINE.format(column=self.mine)}"))
        return [
            *_swap_of(model, "school_id, %(key)s"),
            "ALTER TABLE %(table)s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
            *_drop_policies(),
            *(f"CREATE POLICY {name} ON %(table)s {text}" for name, text in policies),
            f"REVOKE ALL ON %(table)s FROM {EVERYBODY}",
            f"GRANT {GRANTS[self.grants]} ON %(table)s TO {WRITERS}",
            "GRANT SELECT ON %(table)s TO zv_report",
        ]

    def _down(self, model: Any) -> list[str]:
        return [
            f"REVOKE ALL ON %(table)s FROM {EVERYBODY}",
            *_drop_policies(),
            "ALTER TABLE %(table)s NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY",
            *_swap_of(model, "%(key)s"),
        ]


class SameSchool(SchoolConstraint):
    """FOREIGN KEY (school_id, x_id) REFERENCES far (school_id, id), and the index beneath it."""

    def __init__(self, *, name: str, field: str, to: str, on_delete: str = "NO ACTION", index: bool = True) -> None:
        super().__init__(name=name)
        self.field = field
        self.to = to
        self.on_delete = on_delete
        self.index = index

    def deconstruct(self) -> Any:
        kwargs: dict[str, Any] = {"name": self.name, "field": self.field, "to": self.to}
        if self.on_delete != "NO ACTION":
            kwargs["on_delete"] = self.on_delete
        if not self.index:
            kwargs["index"] = False
        return f"{type(self).__module__}.{type(self).__qualname__}", (), kwargs

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        column, far = self._ends(model)
        table, quote = model._meta.db_table, schema_editor.quote_name
        parts = {
            "table": Table(table, quote),
            "column": Columns(table, [column], quote),
            "far": Table(far.db_table, quote),
            "far_key": Columns(far.db_table, [far.pk.column], quote),
            "name": quote(self.name),
            "index": quote(_index_name(self.name)),
        }
        schema_editor.deferred_sql.extend(Statement(template, **parts) for template in self._up())
        return ""

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        _forget(schema_editor, name=quote(self.name))
        table, name, index = quote(model._meta.db_table), quote(self.name), quote(_index_name(self.name))
        return f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}; DROP INDEX IF EXISTS {index}"

    def _ends(self, model: Any) -> tuple[str, Any]:
        """Return the column and the model it points to."""
        # Undoing a rename meets the constraint of the former name beside a field or a model of the newer one.
        field = next((one for one in model._meta.local_fields if one.name == self.field), None)
        if field is None:
            return f"{self.field}_id", model._meta.apps.get_model(self.to)._meta
        return field.column, field.related_model._meta

    def _up(self) -> list[str]:
        on_delete = "SET NULL (%(column)s)" if self.on_delete == "SET NULL" else self.on_delete
        key = (
            "ALTER TABLE %(table)s DROP CONSTRAINT IF EXISTS %(name)s, ADD CONSTRAINT %(name)s"
            " FOREIGN KEY (school_id, %(column)s) REFERENCES %(far)s (school_id, %(far_key)s)"
            f" ON DELETE {on_delete} DEFERRABLE INITIALLY IMMEDIATE"
        )
        index = "CREATE INDEX IF NOT EXISTS %(index)s ON %(table)s (school_id, %(column)s)"
        return [key, index] if self.index else [key]


def _swap_of(model: Any, after: str) -> list[str]:
    """Nothing where the school itself is the key."""
    return [] if model._meta.pk.column == "school_id" else [_swap_key(after)]


def _swap_key(after: str) -> str:
    """Exchange the primary key; its name is looked up, for a renamed table keeps the old one, and it may be gone."""
    return (
        "DO $$ DECLARE old text; columns integer; BEGIN"  # noqa: S608
        " SELECT quote_ident(conname), cardinality(conkey) INTO old, columns FROM pg_constraint"
        " WHERE conrelid = '%(table)s'::regclass AND contype = 'p';"
        f" IF columns IS DISTINCT FROM {after.count(',') + 1} THEN"
        "  IF old IS NOT NULL THEN EXECUTE 'ALTER TABLE %(table)s DROP CONSTRAINT ' || old; END IF;"
        f"  ALTER TABLE %(table)s ADD PRIMARY KEY ({after});"
        " END IF; END $$"
    )


def _drop_policies() -> list[str]:
    names = ("one_school", "migrating", "every_school", "read_every_school", "mine")
    return [f"DROP POLICY IF EXISTS {name} ON %(table)s" for name in names]


def _index_name(name: str) -> str:
    return f"{name[:59]}_idx"


def _parts(statement: Any) -> dict[str, Any]:
    return statement.parts if isinstance(statement, Statement) else {}


def _forget(editor: Any, **parts: str) -> None:
    """Drop the waiting statements that have these parts."""
    editor.deferred_sql[:] = [
        one for one in editor.deferred_sql if any(str(_parts(one).get(name)) != value for name, value in parts.items())
    ]
