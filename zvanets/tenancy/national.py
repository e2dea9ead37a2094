"""Tables without a school, what each role may do with them, and why they stand outside the wall."""

from typing import NamedTuple


class National(NamedTuple):
    app: str
    worker: str
    report: str
    reason: str
    names_schools: bool = False  # it leads to a school's rows and must be read before the school is known


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
    "accounts_letter": National(
        "INSERT",
        "SELECT, UPDATE, DELETE",
        NONE,
        "who asks for a new password has named no school; the web cannot read it",
    ),
    "account_emailaddress": National(WRITE, READ, NONE, "allauth's addresses belong to the person"),
    "account_emailconfirmation": National(WRITE, NONE, NONE, "allauth's addresses belong to the person"),
    "accounts_opensession": National(WRITE, WRITE, NONE, "a session is there before the person has chosen a school"),
    "mfa_authenticator": National(WRITE, NONE, NONE, "a second factor belongs to the person, in whatever school"),
    "schools_school": National(READ, READ, READ, "the list of schools itself"),
    "schools_studentcode": National(
        WRITE, READ, NONE, "who dials or types a code has named no school yet", names_schools=True
    ),
    "billing_invoicenumber": National(
        "SELECT, INSERT", READ, NONE, "a payment names a number and no school", names_schools=True
    ),
    "billing_notice": National(
        "SELECT, INSERT, UPDATE",
        READ,
        READ,
        "who takes money names an invoice and no school; kept before it is looked at",
    ),
    "notifications_sentpart": National(
        NONE, WRITE, NONE, "a carrier's receipt names its own id and no school", names_schools=True
    ),
    "notifications_smsseries": National(
        NONE, WRITE, NONE, "a telephone counts the long messages of all schools together"
    ),
    "notifications_earlyreceipt": National(NONE, WRITE, NONE, "a receipt whose id is not known yet"),
    "notifications_incomingsms": National(
        NONE, WRITE, READ, "who writes to the short code has named no school; it holds no number for long"
    ),
    "notifications_incomingpart": National(
        NONE, WRITE, NONE, "who writes to the short code has named no school; sealed, and for minutes"
    ),
    "zvanets_cache": National(WRITE, WRITE, NONE, "throttles count before anybody has signed in"),
}

# Indexes of a school's table that do not begin with the school, and why.
NATIONAL_INDEXES: dict[str, str] = {
    "pending_due": "the worker asks across schools what is due",
    "cell_keys_by_age": "the worker clears across schools what is old",
    "drafts_due": "the office asks across schools which draft waits",
    "messages_due": "the worker asks across schools what is due",
    "meetings_of_a_day": "the worker asks across schools of what families are to be reminded",
    "events_of_a_day": "the worker asks across schools of what families are to be reminded",
    "whose_number": "who writes to the short code has named no school",
}

# Columns that end in _id and hold no key of ours, and why.
PLAIN_IDS: dict[str, str] = {
    "person_id": "the state's number of a person; accounts follow it, it is no row of ours",
    "external_id": "a number of the system a school was imported from",
    "message_id": "of a part that was sent: its message may be erased before the carrier's receipt comes",
    "object_id": "history's word for a grade, an absence or a remark; which of them, the verb says",
}
