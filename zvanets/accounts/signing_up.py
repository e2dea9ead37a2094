"""A stranger makes an account that opens nothing yet, and everybody may change their e-mail address."""

from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.core.internal.ratelimit import consume
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from zvanets.accounts import confirming
from zvanets.accounts.actions import change_email, sign_up
from zvanets.accounts.actor import SignedInRequest
from zvanets.accounts.confirming import Answer
from zvanets.accounts.forms import NO_DIGITS
from zvanets.accounts.models import User
from zvanets.accounts.proof import ask_for_proof, is_proven
from zvanets.lib import emails
from zvanets.lib.refusals import Refusal

SIGN_UP, EMAIL = "signup", "email"
# Of codes asked for and of codes typed; an address gets three letters an hour, whoever asks.
RATES = {"ask_code": "30/h/ip", "code_to": "3/h/key", "type_code": "60/h/ip"}


class EmailForm(forms.Form):
    email = forms.CharField(
        label=gettext_lazy("Електронна поща"),
        max_length=254,
        help_text=gettext_lazy("Личен адрес, до който имате достъп сега. По-късно може да го смените."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": gettext_lazy("Напишете адреса.")},
    )

    def clean_email(self) -> str:
        try:
            return emails.normalise(self.cleaned_data["email"])
        except Refusal as refusal:
            raise forms.ValidationError(_(refusal.msgid) % refusal.params) from refusal


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Кодът от писмото"),
        max_length=20,
        help_text=gettext_lazy("Шест цифри. Писмото идва до минута; вижте и в спама."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "short"}),
        error_messages={"required": gettext_lazy("Напишете кода.")},
    )


class PersonForm(forms.Form):
    """Who signs up and the password they choose; the base of every form by which a stranger becomes a user."""

    first_name = forms.CharField(
        label=gettext_lazy("Собствено име"),
        max_length=100,
        validators=[NO_DIGITS],
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=gettext_lazy("Фамилия"),
        max_length=100,
        validators=[NO_DIGITS],
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Нова парола"),
        max_length=200,
        strip=False,
        help_text=gettext_lazy("Поне 10 знака. Три случайни думи са по-добри от една с цифри."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        typed = self.cleaned_data
        name = f"{typed.get('first_name', '')} {typed.get('last_name', '')}"
        validate_password(typed["password"], User(name=name))
        return str(typed["password"])


class SignUpForm(CodeForm, PersonForm):
    field_order = ("code", "first_name", "last_name", "password")


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Take an address and send a code there, or tell its owner by letter that it has an account."""
    if request.user.is_authenticated:
        return redirect("home")
    return _ask(request, SIGN_UP, "account/signup.html")


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Take the code, the names and a password, and sign in whoever knew them."""
    address = confirming.waiting_for(request, SIGN_UP)
    if request.user.is_authenticated or not address:
        return redirect("home" if request.user.is_authenticated else "account_signup")
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and _is_right(request, form, SIGN_UP):
        typed = form.cleaned_data
        names = {"first_name": typed["first_name"], "last_name": typed["last_name"]}
        try:
            user = sign_up(address, password=typed["password"], **names)
        except Refusal as refusal:  # somebody else was quicker with the same address
            form.add_error("code", _(refusal.msgid))
        else:
            confirming.forget(request, SIGN_UP)
            return enter(request, user, to="/access/")
    return _page(request, "account/signup_code.html", form, address=address)


def enter(request: HttpRequest, user: User, *, to: str) -> HttpResponse:
    """Sign in somebody who has just made their account."""
    return perform_login(request, Login(user=user, email_verification="none", redirect_url=to))  # type: ignore[no-any-return]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def email(request: SignedInRequest) -> HttpResponse:
    """Send a code to a new address of one's own; the one before stays until the code is typed."""
    if request.method == "POST" and EmailForm(request.POST).is_valid() and not is_proven(request):
        return ask_for_proof(request, _("Адреса си сменя само който потвърди, че е той: на него идва нова парола."))
    return _ask(request, EMAIL, "account/email.html")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def email_code(request: SignedInRequest) -> HttpResponse:
    address = confirming.waiting_for(request, EMAIL)
    if not address:
        return redirect("email")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and _is_right(request, form, EMAIL):
        try:
            change_email(request.user, address)
        except Refusal as refusal:
            form.add_error("code", _(refusal.msgid))
        else:
            confirming.forget(request, EMAIL)
            messages.success(request, _("Адресът е сменен. На стария също писахме."))
            return redirect("email")
    return _page(request, "account/email_code.html", form, address=address)


def _ask(request: HttpRequest, what: str, template: str) -> HttpResponse:
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["email"]
        if _may(request, "ask_code") and _may(request, "code_to", address):
            confirming.begin(request, what, address)
            return HttpResponseRedirect(f"/accounts/{what}/code/")
        form.add_error(None, _("Твърде много заявки. Изчакайте малко и опитайте отново."))
    return _page(request, template, form)


def _is_right(request: HttpRequest, form: forms.Form, what: str) -> bool:
    if not form.is_valid():
        return False
    if not _may(request, "type_code"):
        form.add_error(None, _("Твърде много заявки. Изчакайте малко и опитайте отново."))
        return False
    answer = confirming.check(request, what, form.cleaned_data["code"])
    if answer is not Answer.DONE:
        form.add_error("code", confirming.in_words(answer))
    return answer is Answer.DONE


def _may(request: HttpRequest, action: str, key: str | None = None) -> bool:
    return bool(consume(request, app="zvanets.accounts", action=action, key=key, config=RATES))


def _page(request: HttpRequest, template: str, form: forms.Form, **context: Any) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)
