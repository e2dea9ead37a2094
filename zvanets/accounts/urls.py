"""Signing in and out, passwords, and the choice of a place. Whoever signs up sees nothing until a school lets them in."""

from allauth.account import views as allauth
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import URLPattern, path, re_path
from django.views.i18n import set_language

from zvanets.accounts import signing_up, views


def _second_factor() -> list[URLPattern]:
    """Allauth's own addresses, those alone that have a page of ours; the list of keys is part of the first page."""
    at = "accounts/second/"
    return [
        path(at, mfa.index, name="mfa_index"),
        path(f"{at}sign-in/", mfa.authenticate, name="mfa_authenticate"),
        path(f"{at}unlock/", views.unlock_by_code, name="mfa_reauthenticate"),
        path(f"{at}application/", totp.activate_totp, name="mfa_activate_totp"),
        path(f"{at}application/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
        path(f"{at}codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
        path(f"{at}codes/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
        path(f"{at}keys/", mfa.index, name="mfa_list_webauthn"),
        path(f"{at}keys/new/", webauthn.add_webauthn, name="mfa_add_webauthn"),
        path(f"{at}keys/<int:pk>/remove/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
        path(f"{at}keys/sign-in/", webauthn.login_webauthn, name="mfa_login_webauthn"),
        path(f"{at}keys/unlock/", views.unlock_by_key, name="mfa_reauthenticate_webauthn"),
    ]


urlpatterns = [
    path("", views.home, name="home"),
    path("language/", set_language, name="set_language"),
    path("accounts/login/", allauth.login, name="account_login"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/signup/", signing_up.ask, name="account_signup"),
    path("accounts/signup/code/", signing_up.code, name="signup_code"),
    path("accounts/email/", signing_up.email, name="email"),
    path("accounts/email/code/", signing_up.email_code, name="email_code"),
    path("accounts/inactive/", allauth.account_inactive, name="account_inactive"),
    path("accounts/unlock/", views.unlock, name="account_reauthenticate"),
    path("accounts/sessions/", views.sessions, name="sessions"),
    path("accounts/password/change/", allauth.password_change, name="account_change_password"),
    path("accounts/password/set/", allauth.password_set, name="account_set_password"),
    path("accounts/password/reset/", allauth.password_reset, name="account_reset_password"),
    path("accounts/password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    *_second_factor(),
]
