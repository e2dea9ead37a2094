"""People of the small school beside its teacher."""

import html
import re

from django.test import Client

from tests import small_school
from zvanets.accounts.models import Membership, Role, User
from zvanets.lib import clock
from zvanets.schools.models import Course, CourseTeacher, Subject
from zvanets.tenancy.school import at_school


def colleague(small, role: Role = Role.TEACHER, *, leads: bool = False) -> User:
    """Another member of staff; `leads`: teaches „Час на класа“ to the small school's class."""
    with at_school(small.id):
        user, member = small_school.add_teacher("Петър", f"Колев {role} {leads}", clock.today())
        Membership.objects.filter(user=user).update(role=role)
        if leads:
            subject = Subject.objects.create(name="Час на класа")
            hour = Course.objects.create(class_group=small.class_group, subject=subject, is_class_hour=True)
            CourseTeacher.objects.create(course=hour, staff_member=member, starts_on=clock.today())
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def home(small, rest="") -> str:
    return f"/s/{small.id}/{rest}"


def fields(page) -> dict[str, str]:
    """The hidden fields as a browser would send them back."""
    text = page.content.decode()
    found = re.findall(r'<input type="hidden" name="(version|key|base)" value="([^"]*)"', text)
    return {name: html.unescape(value) for name, value in found}
