"""Two fields carry the wall: OwnSchool on every table of a school, SchoolKey between such tables."""

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.models.constraints import BaseConstraint

from zvanets.tenancy.constraints import SameSchool, Wall
from zvanets.tenancy.school import school_or_none

_ST = TypeVar("_ST")
_GT = TypeVar("_GT")
NAME_MAX = 63

if TYPE_CHECKING:
    _BigInteger = models.BigIntegerField[Any, Any]
else:
    _BigInteger = models.BigIntegerField


class OwnSchool(models.ForeignKey[_ST, _GT]):
    """The school a row belongs to: filled by at_school(), shown in no form, first in every key.

    grants: "write", "append", "queue" or "read": what the web and the worker may do.
    mine: a column with a user's id whose owner may read the row from outside the school (memberships).
    """

    def __init__(self, *, grants: str = "write", mine: str = "", **kwargs: Any) -> None:
        self.grants = grants
        self.mine = mine
        kwargs.pop("to", None)
        kwargs.pop("on_delete", None)
        kwargs |= {"editable": False, "db_index": False, "default": school_or_none, "related_name": "+"}
        super().__init__("schools.School", models.PROTECT, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for given in ("editable", "db_index", "default", "related_name"):
            kwargs.pop(given, None)
        return name, path, args, kwargs

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False, **kw: Any) -> None:
        super().contribute_to_class(cls, name, private_only, **kw)
        carry(cls, Wall(name=_sentence(cls, "wall"), grants=self.grants, mine=self.mine), first=True)


class OwnSchoolId(_BigInteger):
    """The same wall for rooms below `schools`, which hold plain ids: no foreign key, the attribute is school_id."""

    def __init__(self, *, grants: str = "write", **kwargs: Any) -> None:
        self.grants = grants
        kwargs |= {"editable": False, "default": school_or_none}
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for given in ("editable", "default"):
            kwargs.pop(given, None)
        return name, path, args, kwargs

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        carry(cls, Wall(name=_sentence(cls, "wall"), grants=self.grants), first=True)


class SchoolKey(models.ForeignKey[_ST, _GT]):
    """A key to a row of the same school; the database compares both columns.

    on_delete is Django's word, db_on_delete the database's ("CASCADE", "SET NULL", "NO ACTION").
    An index (school, key) comes along unless one of the model's own already begins so, or with indexed=False where
    rows are written often and asked for otherwise.
    """

    def __init__(
        self, to: Any, on_delete: Any, *, db_on_delete: str = "NO ACTION", indexed: bool = True, **kwargs: Any
    ) -> None:
        self.db_on_delete = db_on_delete
        self.indexed = indexed
        super().__init__(to, on_delete, **(kwargs | {"db_constraint": False, "db_index": False}))

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for given in ("db_constraint", "db_index"):
            kwargs.pop(given, None)
        return name, path, args, kwargs

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False, **kw: Any) -> None:
        target = self.remote_field.model
        super().contribute_to_class(cls, name, private_only, **kw)
        carry(
            cls,
            SameSchool(
                name=_sentence(cls, f"{name}_of_same_school"),
                field=name,
                to=_label(cls, target),
                on_delete=self.db_on_delete,
                index=self.indexed and not _begins_an_index(cls, name),
            ),
        )


def carry(cls: type[models.Model], constraint: BaseConstraint, *, first: bool = False) -> None:
    """Add a constraint to a model in the making; a migration's own models already hold it."""
    meta = cls._meta
    if meta.abstract or cls.__module__ == "__fake__":
        return
    # A new list, never append: Meta's own is shared between the children of an abstract model.
    meta.constraints = [constraint, *meta.constraints] if first else [*meta.constraints, constraint]
    meta.original_attrs["constraints"] = meta.constraints


def _begins_an_index(cls: type[models.Model], name: str) -> bool:
    meta = cls._meta
    unique = [one for one in meta.constraints if isinstance(one, models.UniqueConstraint)]
    return any(
        one.condition is None and [field.lstrip("-") for field in one.fields[:2]] == ["school", name]
        for one in (*meta.indexes, *unique)
    )


def _sentence(cls: type[models.Model], words: str) -> str:
    return f"{cls._meta.app_label}_{cls._meta.model_name}_{words}"[:NAME_MAX]


def _label(cls: type[models.Model], target: Any) -> str:
    if not isinstance(target, str):
        return str(target._meta.label_lower)
    if target == "self":
        return cls._meta.label_lower
    return (target if "." in target else f"{cls._meta.app_label}.{target}").lower()
