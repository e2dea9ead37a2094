"""The base of every table of a school."""

from django.db import models

from zvanets.tenancy.fields import OwnSchool


class SchoolRow(models.Model):
    """A row behind the wall: PRIMARY KEY (school_id, id) in the database, `id` in Django."""

    id = models.BigAutoField(primary_key=True)
    school = OwnSchool()

    class Meta:
        abstract = True
