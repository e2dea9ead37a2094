"""Tables without a school, what each role may do with them, and why they stand outside the wall."""

from typing import NamedTuple


class National(NamedTuple):
    app: str
    worker: str
    report: str
    reason: str


WRITE = "SELECT, INSERT, UPDATE, DELETE"
READ = "SELECT"
NONE = ""

NATIONAL: dict[str, National] = {
    "django_migrations": National(READ, READ, NONE, "the list of migrations; makemigrations reads it"),
    "django_content_type": National(READ, READ, NONE, "Django's list of models"),
    "django_session": National(WRITE, WRITE, NONE, "a session is there before the person has chosen a school"),
    "auth_permission": National(READ, NONE, NONE, "Django's list; permission here is what one can fetch"),
    "auth_group": National(READ, NONE, NONE, "Django's list, unused"),
    "auth_group_permissions": National(READ, NONE, NONE, "Django's list, unused"),
    "accounts_user": National(WRITE, READ, NONE, "a person may belong to several schools and signs in before either"),
    "accounts_signin": National("SELECT, INSERT", WRITE, READ, "an attempt to sign in belongs to no school yet"),
    "account_emailaddress": National(WRITE, READ, NONE, "allauth's addresses belong to the person"),
    "account_emailconfirmation": National(WRITE, NONE, NONE, "allauth's addresses belong to the person"),
    "schools_school": National(READ, READ, READ, "the list of schools itself"),
    "zvanets_cache": National(WRITE, WRITE, NONE, "throttles count before anybody has signed in"),
}

# Indexes of a school's table that do not begin with the school, and why.
NATIONAL_INDEXES: dict[str, str] = {
    "pending_due": "the worker asks across schools what is due",
    "messages_due": "the worker asks across schools what is due",
}
