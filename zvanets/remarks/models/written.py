"""What all entries of the room share: who wrote it when, and that it ends with a reason and is never deleted."""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from zvanets.accounts.models import User
from zvanets.tenancy.models import SchoolRow


class WrittenQuerySet(models.QuerySet[Any]):
    def standing(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def written_by(self, user: User) -> Self:
        return self.filter(written_by=user)


class Written(SchoolRow):
    """An entry of the class book."""

    written_at = models.DateTimeField()
    written_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True


def ends_with_a_reason(noun: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(ended_at__isnull=True) | ~Q(ended_why=""), name=f"{noun}_ends_with_a_reason"
    )
