"""The table of doors: every address of the product, who may open it, by which methods, and what it may cost.

A new URL fails tests/test_doors.py until somebody decides here.
"""

from dataclasses import dataclass

from tests.peopled import EVERYBODY, FAMILY, ROLES

HEADS = ("director", "school_admin")
WRITES_ALL = (*HEADS, "clerk")
LEADS = (*HEADS, "homeroom")
PRIVATE = ("director", "teacher", "homeroom")
CHILDS_OWN = ("guardian", "student", "guest")
SIGNED_IN = EVERYBODY[1:]


@dataclass(frozen=True, slots=True)
class Door:
    """Who gets in. `statements` is what a GET may ask of the database; for `post` nothing is promised but an answer."""

    to: tuple[str, ...]
    get: bool = True
    post: bool = False
    statements: int = 0


DOORS: dict[str, Door] = {
    "healthz": Door(EVERYBODY, post=True, statements=1),
    "unsubscribe": Door(EVERYBODY, post=True, statements=1),
    # Accounts
    "home": Door(SIGNED_IN, statements=4),
    "set_language": Door(EVERYBODY, post=True, statements=1),
    "account_login": Door(EVERYBODY, post=True, statements=2),
    "account_logout": Door(EVERYBODY, post=True, statements=2),
    "account_signup": Door(EVERYBODY, post=True, statements=2),
    "account_inactive": Door(EVERYBODY, statements=2),
    "account_reauthenticate": Door(SIGNED_IN, post=True, statements=9),
    "account_change_password": Door(SIGNED_IN, post=True, statements=2),
    "account_set_password": Door(SIGNED_IN, post=True, statements=2),
    "account_reset_password": Door(EVERYBODY, post=True, statements=2),
    "account_reset_password_done": Door(EVERYBODY, statements=2),
    "account_reset_password_from_key": Door(EVERYBODY, post=True, statements=3),
    "account_reset_password_from_key_done": Door(EVERYBODY, statements=2),
    "sessions": Door(SIGNED_IN, post=True, statements=4),
    "mfa_index": Door(SIGNED_IN, statements=4),
    "mfa_list_webauthn": Door(SIGNED_IN, statements=4),
    "mfa_authenticate": Door(EVERYBODY, post=True, statements=2),
    "mfa_reauthenticate": Door(SIGNED_IN, post=True, statements=9),
    "mfa_reauthenticate_webauthn": Door(SIGNED_IN, post=True, statements=9),
    "mfa_login_webauthn": Door(EVERYBODY, post=True, statements=2),
    "mfa_activate_totp": Door(SIGNED_IN, post=True, statements=9),
    "mfa_deactivate_totp": Door((), post=True),
    "mfa_view_recovery_codes": Door(()),
    "mfa_generate_recovery_codes": Door(SIGNED_IN, post=True, statements=9),
    "mfa_add_webauthn": Door(SIGNED_IN, post=True, statements=9),
    "mfa_remove_webauthn": Door(SIGNED_IN, post=True, statements=9),
    # Staff
    "staff:today": Door(ROLES, statements=13),
    "staff:now": Door(ROLES, statements=5),
    "staff:day": Door(ROLES, statements=7),
    "staff:this_week": Door(ROLES, statements=7),
    "staff:week": Door(ROLES, statements=7),
    "staff:told": Door(ROLES, statements=7),
    "staff:lesson": Door((*WRITES_ALL, "teacher"), post=True, statements=12),
    "staff:homework_file": Door((*WRITES_ALL, "teacher"), statements=5),
    "staff:grade": Door((*WRITES_ALL, "teacher"), statements=6),
    "staff:correct_grade": Door((*WRITES_ALL, "teacher"), get=False, post=True),
    "staff:withdraw_grade": Door((*WRITES_ALL, "teacher"), get=False, post=True),
    "staff:remark": Door((*WRITES_ALL, "teacher", "homeroom"), statements=5),
    "staff:withdraw_remark": Door((*WRITES_ALL, "teacher", "homeroom"), get=False, post=True),
    "staff:class_groups": Door(ROLES, statements=10),
    "staff:class_group": Door((*WRITES_ALL, "teacher", "homeroom"), statements=12),
    "staff:class_day": Door(WRITES_ALL, statements=10),
    "staff:excuse": Door((*HEADS, "homeroom"), get=False, post=True),
    "staff:class_remarks": Door(LEADS, post=True, statements=9),
    "staff:sanctions": Door(LEADS, post=True, statements=9),
    "staff:sanction": Door(LEADS, post=True, statements=5),
    "staff:works": Door((*WRITES_ALL, "teacher", "homeroom"), post=True, statements=12),
    "staff:work": Door((*WRITES_ALL, "teacher", "homeroom"), post=True, statements=9),
    "staff:withdraw_work": Door((*HEADS, "teacher", "homeroom"), get=False, post=True),
    "staff:meetings": Door((*WRITES_ALL, "teacher", "homeroom"), post=True, statements=10),
    "staff:meeting": Door(LEADS, post=True, statements=5),
    "staff:cancel_meeting": Door(LEADS, get=False, post=True),
    "staff:events": Door(ROLES, post=True, statements=9),
    "staff:event": Door(LEADS, post=True, statements=5),
    "staff:cancel_event": Door(LEADS, get=False, post=True),
    "staff:notes": Door((*WRITES_ALL, "teacher", "homeroom"), post=True, statements=13),
    "staff:note": Door((*LEADS, "teacher"), post=True, statements=5),
    "staff:supports": Door(PRIVATE, post=True, statements=15),
    "staff:support": Door(PRIVATE, post=True, statements=11),
    "staff:end_support": Door(PRIVATE, get=False, post=True),
    "staff:individual": Door(PRIVATE, post=True, statements=12),
    "staff:individual_work": Door(PRIVATE, post=True, statements=5),
    "staff:health": Door(PRIVATE, post=True, statements=8),
    "staff:health_note": Door(PRIVATE, post=True, statements=5),
    "staff:to_approve": Door(HEADS, post=True, statements=5),
    "staff:homeroom": Door((*HEADS, "homeroom"), statements=22),
    "staff:new_notice": Door((*HEADS, "homeroom"), post=True, statements=6),
    "staff:accept_notice": Door((*HEADS, "homeroom"), get=False, post=True),
    "staff:refuse_notice": Door((*HEADS, "homeroom"), get=False, post=True),
    "staff:notice_file": Door((*HEADS, "homeroom"), statements=8),
    "staff:bulk": Door((*HEADS, "homeroom"), post=True, statements=6),
    "staff:closings": Door((*HEADS, "homeroom"), post=True, statements=8),
    "staff:reopen": Door(HEADS, get=False, post=True),
    "staff:absences": Door((*HEADS, "homeroom"), statements=14),
    "staff:medical": Door((*HEADS, "homeroom"), get=False, post=True),
    "staff:carried": Door((*HEADS, "homeroom"), get=False, post=True),
    "staff:absence": Door((*HEADS, "homeroom"), post=True, statements=8),
    "staff:verify": Door(HEADS, get=False, post=True),
    "staff:open_lesson": Door(HEADS, get=False, post=True),
    "staff:student": Door((*WRITES_ALL, "teacher", "homeroom"), statements=15),
    "staff:family": Door((*HEADS, "homeroom"), statements=8),
    "staff:unlock": Door((*HEADS, "homeroom"), get=False, post=True),
    "staff:withdraw_right": Door(HEADS, get=False, post=True),
    "staff:pin": Door((*HEADS, "homeroom"), get=False, post=True),
    "staff:way_in": Door(HEADS, get=False, post=True),
    "staff:register": Door(HEADS, post=True, statements=7),
    "staff:drafts": Door(HEADS, post=True, statements=6),
    "staff:draft": Door(HEADS, statements=16),
    "staff:cancel_draft": Door(HEADS, get=False, post=True),
    "staff:begin_draft": Door(HEADS, get=False, post=True),
    "staff:plans": Door(ROLES, statements=5),
    "staff:plan_template": Door(ROLES, statements=3),
    "staff:plan": Door((*WRITES_ALL, "teacher"), post=True, statements=6),
    "staff:plan_sheet": Door((*WRITES_ALL, "teacher"), get=False, post=True),
    "staff:plan_copy": Door((*WRITES_ALL, "teacher"), get=False, post=True),
    "staff:people": Door(HEADS, statements=5),
    "staff:password": Door(HEADS, get=False, post=True),
    "staff:announcements": Door(ROLES, statements=9),
    "staff:write": Door(ROLES, post=True, statements=9),
    "staff:announcement": Door((*WRITES_ALL, "teacher", "homeroom"), statements=9),
    "staff:withdraw_announcement": Door((*HEADS, "teacher"), get=False, post=True),
    "staff:remove_second_factor": Door(HEADS, get=False, post=True),
    "staff:sign_in_rules": Door(HEADS, post=True, statements=6),
    "staff:addresses": Door(HEADS, statements=6),
    "staff:printed": Door(ROLES, get=False, post=True),
    "staff:head": Door(HEADS, statements=14),
    "staff:unfilled": Door(WRITES_ALL, statements=6),
    "staff:settings": Door(HEADS, post=True, statements=6),
    # Families
    "portal:home": Door(SIGNED_IN, statements=8),
    "portal:child": Door(CHILDS_OWN, statements=8),
    "portal:new": Door(CHILDS_OWN, statements=6),
    "portal:read": Door(CHILDS_OWN, get=False, post=True),
    "portal:news": Door(CHILDS_OWN, statements=7),
    "portal:grades": Door(CHILDS_OWN, statements=8),
    "portal:average": Door(CHILDS_OWN, statements=8),
    "portal:absences": Door(CHILDS_OWN, statements=14),
    "portal:notice": Door(("guardian",), post=True, statements=11),
    "portal:withdraw_notice": Door(("guardian",), get=False, post=True),
    "portal:notice_file": Door(("guardian",), statements=6),
    "portal:remarks": Door(CHILDS_OWN, statements=8),
    "portal:homework": Door(CHILDS_OWN, statements=8),
    "portal:homework_file": Door(CHILDS_OWN, statements=6),
    "portal:week": Door(CHILDS_OWN, statements=7),
    "portal:printed": Door(CHILDS_OWN, get=False, post=True),
    "portal:settings": Door(CHILDS_OWN, statements=9),
    "portal:kinds": Door(CHILDS_OWN, get=False, post=True),
    "portal:language": Door(CHILDS_OWN, get=False, post=True),
    "portal:contacts": Door(CHILDS_OWN, get=False, post=True),
    "portal:pin": Door(("guardian", "guest"), post=True, statements=5),
    "portal:confirm": Door(("guardian",), post=True, statements=6),
    "portal:code": Door(("guardian",), get=False, post=True),
    "portal:remove": Door(("guardian",), get=False, post=True),
    # Those who run the service
    "operator:home": Door(("operator",), statements=4),
    # The demo's page: nobody signs in to it, and it shows letters of the invented school alone
    "demo:phones": Door(EVERYBODY, statements=5),
    "demo:sms": Door(EVERYBODY, statements=3),
    "demo:mail": Door(EVERYBODY, statements=2),
    "demo:telephone": Door(EVERYBODY, get=False, post=True),
    "demo:sound": Door(EVERYBODY),
}
assert set(FAMILY) > set(CHILDS_OWN)
