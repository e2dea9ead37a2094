"""What is known of a file on the disk; a room that takes files makes a table of its own of it and says whose they are."""

from typing import Self

from django.db import models

from zvanets.tenancy.models import SchoolRow


class StoredFile(SchoolRow):
    """Прикачен файл. The content lies under the random `key`; with the row of its owner this row goes, then the content."""

    key = models.CharField(max_length=32)
    name = models.CharField(max_length=120)  # as people call it, never a path
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)  # SHA-256, in hexadecimal
    added_at = models.DateTimeField()
    added_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"file {self.pk}"

    @classmethod
    def tables(cls) -> list[type[Self]]:
        """Return every room's table of files."""
        return cls.__subclasses__()
