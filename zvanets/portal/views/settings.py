"""What a guardian is told, by which channel and in which language, and where."""

from dataclasses import dataclass

from allauth.core.internal.ratelimit import consume
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zvanets.guardians.actions import (
    Confirmation,
    add_contact,
    choose_language,
    choose_script,
    confirm_contact,
    disable_contact,
    subscribe,
)
from zvanets.guardians.models import ChannelName, Contact, Guardian, Guardianship, Subscription
from zvanets.guardians.wishes import choose_digest_kinds
from zvanets.lib import phones
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.notifications.actions import send_code
from zvanets.portal.family import Child, FamilyRequest, family, page
from zvanets.portal.feed import number
from zvanets.portal.forms import (
    DAILY,
    DIGEST,
    KINDS,
    AddressForm,
    CodeForm,
    KindsForm,
    LanguageForm,
    PhoneForm,
    channels,
)
from zvanets.portal.views.pace import quiet_words

_NO_MOBILE = gettext_noop("На този номер не може да се изпрати SMS. Напишете мобилен номер.")
_ABROAD = gettext_noop("На номера от тази държава не пращаме SMS. Напишете друг номер или електронна поща.")
# An SMS costs money: whoever makes us write to expensive numbers is stopped by the day's sums, of a prefix and of a school.
RATES = {"send_code": "5/h/user", "codes_to": "2000/d/key", "codes_of": "500/d/key"}


@dataclass(frozen=True, slots=True)
class KindRow:
    kind: str
    name: str
    boxes: list[tuple[str, str, bool]]  # channel, its name, ticked
    digest: bool | None  # ticked; None where it is not offered


@require_safe
@family("settings")
def show(request: FamilyRequest) -> HttpResponse:
    return _page(request, AddressForm(auto_id=False))


@require_POST
@family()
def choose_kinds(request: FamilyRequest) -> HttpResponse:
    child, form = request.child, KindsForm(request.POST)
    if not form.is_valid():
        raise Http404
    right = Guardianship.objects.get(pk=child.row.right_id)
    before = _kinds(child)
    try:
        for channel in channels():
            kinds = form.chosen(channel, before.get(channel, []))
            subscribe(actor=child.actor, right=right, channel=channel, kinds=kinds)
        choose_digest_kinds(actor=child.actor, right=right, kinds=form.cleaned_data[DIGEST])
    except Refusal as refused:
        messages.warning(request, _(refused.msgid) % refused.params)
    else:
        messages.success(request, _("Записано: ще Ви казваме за избраното."))
    return redirect(child.url("settings"))


@require_POST
@family()
def choose_words(request: FamilyRequest) -> HttpResponse:
    form = LanguageForm(request.POST)
    if not form.is_valid():
        raise Http404
    actor, guardian = request.child.actor, _guardian(request.child)
    choose_language(actor=actor, guardian=guardian, language=form.cleaned_data["language"])
    if form.cleaned_data["script"]:
        choose_script(actor=actor, guardian=guardian, script=form.cleaned_data["script"])
    messages.success(request, _("Записано: следващите съобщения ще са на избрания език."))
    return redirect(request.child.url("settings"))


@require_POST
@family()
def new_address(request: FamilyRequest) -> HttpResponse:
    """Take an address, or a number where SMS is offered, and send a code there."""
    is_phone = "phone" in request.POST and ChannelName.SMS in channels()
    form = PhoneForm(request.POST, auto_id=False) if is_phone else AddressForm(request.POST, auto_id=False)
    if not form.is_valid():
        return _page(request, form, status=422)
    [(name, typed)] = form.cleaned_data.items()
    kind = Contact.Kind.PHONE if is_phone else Contact.Kind.EMAIL
    try:
        contact = add_contact(
            actor=request.child.actor, guardian=_guardian(request.child), kind=kind, address=_checked(kind, typed)
        )
    except Refusal as refused:
        form.add_error(name, _(refused.msgid) % refused.params)
        return _page(request, form, status=422)
    if contact.confirmed_at:
        messages.success(request, _("Този адрес вече е потвърден."))
        return redirect(request.child.url("settings"))
    return _send(request, contact)


@family()
def confirm(request: FamilyRequest, contact_id: int) -> HttpResponse:
    """Ask for the code that was sent to the address, and take it."""
    contact = _contact(request.child, contact_id)
    form = CodeForm(request.POST or None, auto_id="%s")
    if request.method == "POST" and form.is_valid():
        said = confirm_contact(actor=request.child.actor, contact=contact, code=form.cleaned_data["code"])
        if said is Confirmation.DONE:
            messages.success(request, _("Адресът е потвърден."))
            return redirect(request.child.url("settings"))
        form.add_error("code", _wrong(said))
    context = {
        "contact": contact,
        "form": form,
        "code_url": request.child.url("code", contact.pk),
        "settings_url": request.child.url("settings"),
    }
    return page(request, "portal/confirm.html", request.child, context, status=422 if form.errors else 200)


@require_POST
@family()
def send_again(request: FamilyRequest, contact_id: int) -> HttpResponse:
    return _send(request, _contact(request.child, contact_id))


@require_POST
@family()
def remove(request: FamilyRequest, contact_id: int) -> HttpResponse:
    disable_contact(actor=request.child.actor, contact=_contact(request.child, contact_id), why=Contact.GIVEN_UP)
    messages.success(request, _("Няма да пишем повече на този адрес."))
    return redirect(request.child.url("settings"))


def _send(request: FamilyRequest, contact: Contact) -> HttpResponseRedirect:
    """Leave a letter with a code to the worker, and ask for the code."""
    there = redirect(request.child.url("confirm", contact.pk))
    if not _may_send(request, contact):
        messages.warning(request, _("Поискахте твърде много кодове. Опитайте отново след час."))
        return there
    try:
        send_code(contact=contact)
    except Refusal as refused:
        messages.warning(request, _(refused.msgid) % refused.params)
    return there


def _may_send(request: FamilyRequest, contact: Contact) -> bool:
    counted: list[tuple[str, str | None]] = [("send_code", None)]
    if contact.kind == Contact.Kind.PHONE:
        counted += [("codes_to", _prefix(contact.address)), ("codes_of", str(request.child.row.school_id))]
    return all(consume(request, app="zvanets", action=action, key=key, config=RATES) for action, key in counted)


def _prefix(number: str) -> str:
    """Return the allowed prefix that a number begins with, "" when there is none."""
    return next((each for each in settings.SMS_PREFIXES if number.startswith(each)), "")


def _checked(kind: Contact.Kind, typed: str) -> str:
    """Refuse a number that no SMS can reach, or that we write to in no country of ours."""
    if kind == Contact.Kind.PHONE:
        number = phones.parse(typed)
        if not phones.takes_sms(number):
            raise Refusal("no_mobile", _NO_MOBILE)
        if not _prefix(number):
            raise Refusal("abroad", _ABROAD)
    return typed


def _page(request: FamilyRequest, form: AddressForm | PhoneForm, *, status: int = 200) -> HttpResponse:
    child, guardian, offered = request.child, _guardian(request.child), channels()
    own = list(
        Contact.objects.filter(guardian_id=child.row.guardian_id).exclude(disabled_why=Contact.GIVEN_UP).order_by("id")
    )
    contacts = [each for each in own if each.disabled_at is None]
    context = {
        "rows": _rows(child),
        "channels": [_("имейл") if channel == ChannelName.EMAIL else _(channel.label) for channel in offered],
        "has_sms": ChannelName.SMS in offered,
        "contacts": [(each, child.url("confirm", each.pk), child.url("remove", each.pk)) for each in contacts],
        "stopped": [(each.address, _(each.disabled_why)) for each in own if each.disabled_at],
        "urls": {name: child.url(name) for name in ("kinds", "language", "contacts")},
        "has_address": any(each.kind == Contact.Kind.EMAIL and each.confirmed_at for each in contacts),
        "has_phone": any(each.kind == Contact.Kind.PHONE and each.confirmed_at for each in contacts),
        "pace_url": child.url("pace"),
        "quiet": quiet_words(guardian),
        "people_url": child.url("people") if _is_legal(child) else "",
        "digest_at": f"{guardian.digest_at:%H:%M}",
        "pin_url": "" if child.is_self else child.url("pin"),
        "purse_url": "" if child.is_self else child.url("purse"),
        "has_pin": guardian.pin_issued_at is not None,
        "language": guardian.language,
        "script": guardian.sms_script,
        "form": form,
        "by_email": form if isinstance(form, AddressForm) else AddressForm(auto_id=False),
        "by_phone": form if isinstance(form, PhoneForm) else PhoneForm(auto_id=False),
    }
    return page(request, "portal/settings.html", child, context, status=status)


def _is_legal(child: Child) -> bool:
    return bool(Guardianship.objects.filter(pk=child.row.right_id, is_legal=True).exists())


def _rows(child: Child) -> list[KindRow]:
    own = Subscription.objects.active(on=child.today()).filter(guardianship_id=child.row.right_id)
    before: dict[str, list[str]] = {}
    daily: set[str] = set()
    for channel, kinds, digest_kinds in own.values_list("channel", "kinds", "digest_kinds"):
        before[channel] = kinds
        daily |= set(digest_kinds)
    return [
        KindRow(
            kind,
            str(_(kind.label)),
            [(channel.value, _(channel.label), kind in before.get(channel, [])) for channel in channels()],
            kind in daily if kind in DAILY else None,
        )
        for kind in KINDS
    ]


def _kinds(child: Child) -> dict[str, list[str]]:
    own = Subscription.objects.active(on=child.today()).filter(guardianship_id=child.row.right_id)
    return dict(own.values_list("channel", "kinds"))


def _guardian(child: Child) -> Guardian:
    return Guardian.objects.get(pk=child.row.guardian_id)


def _contact(child: Child, contact_id: int) -> Contact:
    """An address of the guardian's own; everything else is not there."""
    kinds = [Contact.Kind.EMAIL, *([Contact.Kind.PHONE] if ChannelName.SMS in channels() else [])]
    own = Contact.objects.filter(guardian_id=child.row.guardian_id, kind__in=kinds, disabled_at__isnull=True)
    found: Contact | None = own.filter(pk=number(contact_id)).first()
    if found is None:
        raise Http404
    return found


def _wrong(said: Confirmation) -> str:
    if said is Confirmation.WRONG:
        return _("Кодът не е този, който изпратихме. Проверете цифрите и опитайте отново.")
    return _("Кодът вече не важи. Поискайте нов с бутона по-долу.")
