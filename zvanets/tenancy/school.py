"""The current school: one transaction, one SET LOCAL, and the wall does the rest."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connections, transaction

from zvanets.tenancy.constraints import Wall

BIGINT_MAX = 2**63 - 1


class NoSchool(RuntimeError):
    """A row behind the wall was asked for outside at_school()."""


@dataclass(frozen=True)
class _Here:
    """The innermost school, and what each connection was told; the two mappings are replaced, never changed."""

    school_id: int | None = None
    schools: Mapping[str, int] = field(default_factory=dict)
    users: Mapping[str, int] = field(default_factory=dict)


_NOWHERE = _Here()
_here: ContextVar[_Here] = ContextVar("zvanets_school", default=_NOWHERE)


def school_now() -> int:
    """The school of the enclosing at_school(); NoSchool outside."""
    school_id = _here.get().school_id
    if school_id is None:
        raise NoSchool("no school is open: wrap the work in at_school()")
    return school_id


def school_or_none() -> int | None:
    return _here.get().school_id


@contextmanager
def at_school(school_id: int, using: str = "default") -> Iterator[None]:
    """Open one school: one transaction in which row-level security shows its rows and no others."""
    here, number = _here.get(), _bigint(school_id)
    inside = _Here(number, {**here.schools, using: number}, here.users)
    with _local("app.school_id", number, here.schools.get(using), using, inside):
        yield


@contextmanager
def as_user(user_id: int, using: str = "default") -> Iterator[None]:
    """Show a person's own memberships in all schools: the one look across the wall."""
    here, number = _here.get(), _bigint(user_id)
    inside = _Here(here.school_id, here.schools, {**here.users, using: number})
    with _local("app.user_id", number, here.users.get(using), using, inside):
        yield


@contextmanager
def _local(name: str, value: int, before: int | None, using: str, inside: _Here) -> Iterator[None]:
    nested = connections[using].in_atomic_block
    with transaction.atomic(using=using):
        _set(using, name, value)
        token = _here.set(inside)
        try:
            yield
        except BaseException:
            nested = False  # ROLLBACK TO SAVEPOINT restores the setting by itself
            raise
        finally:
            _here.reset(token)
        if nested and not connections[using].needs_rollback:
            _set(using, name, before)  # RELEASE SAVEPOINT does not


def _set(using: str, name: str, value: int | None) -> None:
    # SET takes no parameters; PgBouncer and Citus pass on SET LOCAL and nothing else, so no set_config().
    text = "" if value is None else str(int(value))
    with connections[using].cursor() as cursor:
        cursor.execute(f"SET LOCAL {name} = '{text}'")


def _bigint(value: int) -> int:
    number = int(value)
    if not 0 < number <= BIGINT_MAX:
        raise ValueError(f"{number} is no identifier")
    return number


Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


class Guard:
    """Refuse a statement that names a walled table while no school is open: it would see 0 rows and no error."""

    def __init__(self, using: str = "default") -> None:
        self.using = using

    def __call__(self, execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        here = _here.get()
        if self.using not in here.schools:
            named = set(_walled_names().findall(str(sql)))
            if self.using in here.users:
                named -= _tables_with_mine()
            if named:
                raise NoSchool(f"{', '.join(sorted(named))} outside at_school(): {str(sql)[:200]}")
        return execute(sql, params, many, context)


@cache
def _walled_names() -> re.Pattern[str]:
    names = sorted(walled_tables())
    return re.compile(r"\b(" + "|".join(names) + r")\b" if names else r"(?!)")


@cache
def _tables_with_mine() -> frozenset[str]:
    return frozenset(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        for wall in model._meta.constraints
        if isinstance(wall, Wall) and wall.mine
    )


def walled_tables() -> Sequence[str]:
    """Every table that carries the wall, by what the models say."""
    return [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if any(isinstance(constraint, Wall) for constraint in model._meta.constraints)
    ]
