"""Make accounts, grant seats and withdraw them. Each call stands inside at_school() and writes history last."""

import re
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import F
from django.utils.translation import get_language, gettext, override

from zvanets.accounts.letters import post
from zvanets.accounts.models import HEADS, IDLE_MINUTES, Membership, Role, SignInRules, User
from zvanets.accounts.seats import seats_of
from zvanets.history.record import Actor, Fact, Json, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock, phones
from zvanets.lib.refusals import Refusal, gettext_noop, shown
from zvanets.lib.transliterate import to_latin
from zvanets.tenancy.school import school_now

# With a letter and without "@", so that no user name is read as a number or an address of somebody else.
_USERNAME = re.compile(r"(?=.*[^\W\d_])[\w.+-]{3,150}")
_NOT_A_NAME = gettext_noop(
    "„%(typed)s“ не може да е потребителско име: от 3 до 150 букви, цифри и знаци . _ + -, поне една буква."
)
_NAME_TAKEN = gettext_noop("Потребителското име „%(typed)s“ вече е заето. Изберете друго.")
_EMAIL_TAKEN = gettext_noop("Тази електронна поща вече е на друг потребител.")
_PHONE_TAKEN = gettext_noop("Този телефон вече е на друг потребител.")
_NOT_OURS_ALONE = gettext_noop(
    "Този потребител има място и извън Вашето училище, затова паролата му не се сменя оттук. "
    "Посъветвайте го да използва „Забравена парола“."
)
_ENDS_BEFORE = gettext_noop("Последният ден не може да е преди първия.")
_OWN_ROLE = gettext_noop("Собствената си роля не може да прекратите. Помолете друг администратор или директора.")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that reads like another


@transaction.atomic
def create_user(
    *,
    actor: Actor,
    username: str,
    name: str,
    email: str = "",
    phone: str = "",
    password: str | None = None,
    language: str = "bg",
) -> User:
    """Make an account; without a password nobody can sign in until one is set.

    Raises Refusal `username`, `username_taken`, `email_taken`, `phone_taken`, `phone`.
    """
    wanted = username.strip().lower()
    if not _USERNAME.fullmatch(wanted):
        raise Refusal("username", _NOT_A_NAME, {"typed": shown(username)})
    address = email.strip().lower() or None
    number = phones.parse(phone) if phone.strip() else None
    if User.objects.filter(username=wanted).exists():
        raise Refusal("username_taken", _NAME_TAKEN, {"typed": shown(username)})
    if address and User.objects.filter(email=address).exists():
        raise Refusal("email_taken", _EMAIL_TAKEN)
    if number and User.objects.filter(phone=number).exists():
        raise Refusal("phone_taken", _PHONE_TAKEN)
    user = User.objects.create_user(wanted, password, name=name, email=address, phone=number, language=language)
    record([Fact(Verb.ACCOUNT_CREATED, object_id=user.pk, body={"name": name})], actor=actor, tell=False)
    return user


@transaction.atomic
def sign_up(address: str, *, first_name: str, last_name: str, password: str, username: str = "") -> User:
    """Make the account of a stranger, who has no school: nothing to record, and it opens nothing yet.

    Raises Refusal `username`, `username_taken`, `email_taken`.
    """
    wanted = username.strip().lower() or free_username(first_name, last_name)
    if not _USERNAME.fullmatch(wanted):
        raise Refusal("username", _NOT_A_NAME, {"typed": shown(username)})
    if User.objects.filter(username=wanted).exists():
        raise Refusal("username_taken", _NAME_TAKEN, {"typed": shown(username)})
    if address and User.objects.filter(email=address).exists():
        raise Refusal("email_taken", _EMAIL_TAKEN)
    name = f"{first_name.strip()} {last_name.strip()}"
    language = get_language() or "bg"
    return User.objects.create_user(wanted, password, name=name, email=address or None, language=language)


@transaction.atomic
def change_email(user: User, address: str) -> None:
    """Put a confirmed address in the place of the old one, and tell the old one. Raises Refusal `email_taken`."""
    if User.objects.filter(email=address).exclude(pk=user.pk).exists():
        raise Refusal("email_taken", _EMAIL_TAKEN)
    before, user.email = user.email, address
    user.save(update_fields=["email"])
    if not before:
        return
    with override(user.language):
        subject = gettext("Сменен е адресът Ви за вход")
        text = gettext(
            "%s, от днес писмата за профила Ви отиват на друг адрес."
            " Ако не сте го поискали, обадете се веднага на училището."
        )
    post(before, subject=subject, text=text % user.name, language=user.language)


@transaction.atomic
def issue_password(*, actor: Actor, user: User) -> str:
    """Return a new password to be told once; every session ends. Raises Refusal `not_ours_alone`.

    A school may not open with a password of its own what a person has elsewhere.
    """
    if user.is_operator or any(seat.school_id != school_now() for seat in seats_of(user)):
        raise Refusal("not_ours_alone", _NOT_OURS_ALONE)
    password = new_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    record([Fact(Verb.LOG_IN_ISSUED, object_id=user.pk, body={"name": user.name})], actor=actor, tell=False)
    return password


@transaction.atomic
def remove_second_factor(*, actor: Actor, user: User) -> None:
    """Let somebody who lost telephone and codes in by the password again; they are told. Raises Refusal `not_ours_alone`."""
    if user.is_operator or any(seat.school_id != school_now() for seat in seats_of(user)):
        raise Refusal("not_ours_alone", _NOT_OURS_ALONE)
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user=user)
    if user.email:
        with override(user.language):
            subject = gettext("Премахната е втората стъпка при вход")
            text = gettext(
                "%s, училището премахна втората стъпка при Вашия вход и излязохте отвсякъде."
                " Ако не сте го поискали, обадете се веднага на директора."
            )
        post(user.email, subject=subject, text=text % user.name, language=user.language)
    fact = Fact(Verb.SECOND_FACTOR_REMOVED, object_id=user.pk, body={"name": user.name})
    record([fact], actor=actor, tell=False)


@dataclass(frozen=True, slots=True)
class Rules:
    idle_minutes: int = IDLE_MINUTES
    second_factor_from: date | None = None

    def as_json(self) -> dict[str, Json]:
        since = self.second_factor_from
        return {"idle_minutes": self.idle_minutes, "second_factor_from": since.isoformat() if since else None}


def sign_in_rules() -> Rules:
    """Return what the school of the enclosing at_school() asks, the defaults where it said nothing."""
    row = SignInRules.objects.first()
    return Rules(row.idle_minutes, row.second_factor_from) if row else Rules()


@transaction.atomic
def change_sign_in_rules(*, actor: Actor, wanted: Rules) -> bool:
    """Put the rules in force and record both states; False when nothing changed."""
    before = sign_in_rules()
    if before == wanted:
        return False
    SignInRules.objects.update_or_create(
        school_id=school_now(),
        defaults={"idle_minutes": wanted.idle_minutes, "second_factor_from": wanted.second_factor_from},
    )
    body = {"before": before.as_json(), "after": wanted.as_json()}
    record([Fact(Verb.SETTINGS_CHANGED, sub_verb="sign-in", body=body)], actor=actor, tell=False)
    return True


def new_password() -> str:
    """Return one that is read out and typed without doubt: 12 letters and digits, 59 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


def free_username(first_name: str, last_name: str) -> str:
    """Return „e.vasileva“, or with a number behind when that is taken."""
    letters = re.sub(r"[^a-z.-]", "", f"{to_latin(first_name)[:1]}.{to_latin(last_name)}".lower()).strip(".-")
    plain = letters if _USERNAME.fullmatch(letters) else f"user.{letters}".rstrip(".")
    taken = set(User.objects.filter(username__startswith=plain).values_list("username", flat=True))
    return next(name for n in range(1, len(taken) + 2) if (name := plain if n == 1 else f"{plain}{n}") not in taken)


@transaction.atomic
def grant_role(
    *, actor: Actor, user: User, role: Role, starts_on: date | None = None, ends_on: date | None = None
) -> Membership:
    """Give the user a seat, from today on unless told otherwise; one who has it keeps it and nothing is recorded.

    Raises Refusal `dates`.
    """
    start = starts_on or clock.today()
    if ends_on and ends_on < start:
        raise Refusal("dates", _ENDS_BEFORE)
    held = Membership.objects.of(user).filter(role=role).not_ended(on=clock.today()).first()
    if held:
        return held
    seat = Membership.objects.create(user=user, role=role, starts_on=start, ends_on=ends_on)
    _record(actor, Verb.ROLE_GRANTED, seat, user)
    return seat


@transaction.atomic
def withdraw_role(*, actor: Actor, seat: Membership, last_day: date | None = None) -> None:
    """End the seat after its last day, at once without one.

    With the last of all seats, of whatever school, every session of the user ends too. Raises Refusal `own_role`.
    """
    user = seat.user
    if seat.role in HEADS and user.pk == actor.user_id:
        raise Refusal("own_role", _OWN_ROLE)
    yesterday = clock.today() - timedelta(days=1)
    seat.ends_on = max(last_day or yesterday, yesterday)
    seat.save(update_fields=["ends_on"])
    if seat.ends_on == yesterday and not user.is_operator and not seats_of(user):
        end_sessions(user=user)
    _record(actor, Verb.ROLE_WITHDRAWN, seat, user)


def end_sessions(*, user: User) -> None:
    """Sign the user out everywhere with the next request."""
    User.objects.filter(pk=user.pk).update(session_series=F("session_series") + 1)


def _record(actor: Actor, verb: Verb, seat: Membership, user: User) -> None:
    until = seat.ends_on.isoformat() if seat.ends_on else ""
    body: dict[str, Json] = {"user": user.pk, "name": user.name, "from": seat.starts_on.isoformat(), "until": until}
    record([Fact(verb, sub_verb=seat.role, object_id=seat.pk, body=body)], actor=actor, tell=False)
