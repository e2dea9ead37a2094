"""What a family may set: the shape of it; rules that need data are the actions'."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zvanets.guardians.models import ChannelName, EventKind, SmsScript
from zvanets.guardians.wishes import MOST_SMS
from zvanets.lib.zones import ZONES
from zvanets.notifications.catalogue import CATALOGUE


def channels() -> tuple[ChannelName, ...]:
    """Return what a family may be told by; SMS where the service has a carrier."""
    return (ChannelName.PORTAL, ChannelName.EMAIL, *((ChannelName.SMS,) if settings.SMPP_URL else ()))


# What nobody is told of yet is not offered.
_TOLD = {kind for telling in CATALOGUE.values() for kind in telling.kinds} | {EventKind.RESULT}
KINDS = [kind for kind in EventKind if kind in _TOLD]
# What is urgent waits for no digest, so none is offered.
_URGENT = {kind for telling in CATALOGUE.values() if telling.is_urgent for kind in telling.kinds}
DAILY = [kind for kind in KINDS if kind not in _URGENT]
DIGEST = "digest"


class KindsForm(forms.Form):
    """For each channel the kinds of events that are told by it."""

    portal = forms.MultipleChoiceField(choices=EventKind.choices, required=False)
    email = forms.MultipleChoiceField(choices=EventKind.choices, required=False)
    sms = forms.MultipleChoiceField(choices=EventKind.choices, required=False)
    digest = forms.MultipleChoiceField(choices=[(kind.value, kind.label) for kind in DAILY], required=False)

    def chosen(self, channel: ChannelName, before: Sequence[str]) -> list[str]:
        """Return what was ticked, and what stood before and was not offered."""
        return [*self.cleaned_data[channel.value], *(kind for kind in before if kind not in KINDS)]


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES)
    script = forms.ChoiceField(choices=SmsScript.choices, required=False)


class PaceForm(forms.Form):
    """When the guardian wishes to be told."""

    quiet_from = forms.TimeField(
        label=_("Тихи часове от"),
        required=False,
        widget=forms.TimeInput({"type": "time", "class": "short"}, "%H:%M"),
        error_messages={"invalid": _("Напишете часа като 21:00.")},
    )
    quiet_to = forms.TimeField(
        label=_("до"),
        required=False,
        widget=forms.TimeInput({"type": "time", "class": "short"}, "%H:%M"),
        error_messages={"invalid": _("Напишете часа като 21:00.")},
    )
    time_zone = forms.ChoiceField(label=_("По часовника на"), required=False)
    digest_at = forms.TimeField(
        label=_("Дневната сводка идва в"),
        help_text=_("В нея е всичко, което сте отбелязали „веднъж дневно“."),
        widget=forms.TimeInput({"type": "time", "class": "short"}, "%H:%M"),
        error_messages={"invalid": _("Напишете часа като 21:00."), "required": _("Напишете часа като 21:00.")},
    )
    sms_a_day = forms.IntegerField(
        label=_("Най-много SMS на ден"),
        help_text=_("Празно поле: без ограничение. Спешните идват винаги; което е над броя, влиза в сводката."),
        required=False,
        widget=forms.NumberInput({"min": 0, "max": MOST_SMS, "inputmode": "numeric", "class": "short"}),
        error_messages={"invalid": _("Напишете цяло число.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [(zone, gettext(name)) for zone, name in ZONES.items()]
        if ChannelName.SMS not in channels():
            del self.fields["sms_a_day"]
        self.fields["time_zone"].choices = [("", gettext("училището")), *zones]  # type: ignore[attr-defined]


class AddressForm(forms.Form):
    address = forms.CharField(
        label=_("Нов адрес на електронна поща"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "id": "address"}),
        error_messages={"required": _("Напишете адреса.")},
    )


class PhoneForm(forms.Form):
    phone = forms.CharField(
        label=_("Нов телефон за SMS"),
        help_text=_("Мобилен номер, например 088 123 4567"),
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "id": "phone"}),
        error_messages={"required": _("Напишете номера.")},
    )


class PinForm(forms.Form):
    """The password and the new PIN: none of them is ever written back into the page."""

    password = forms.CharField(
        label=_("Паролата, с която влизате тук"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "id": "password"}),
        error_messages={"required": _("Напишете паролата си.")},
    )
    pin = forms.CharField(
        label=_("Нов ПИН код"),
        help_text=_("Шест цифри. Не дата, не поредни и не еднакви цифри."),
        max_length=20,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "off", "inputmode": "numeric", "class": "short", "id": "pin"}
        ),
        error_messages={"required": _("Напишете ПИН кода.")},
    )
    again = forms.CharField(
        label=_("Новият ПИН код още веднъж"),
        max_length=20,
        required=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "off", "inputmode": "numeric", "class": "short", "id": "again"}
        ),
    )

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "pin" in self.cleaned_data and again != self.cleaned_data["pin"]:
            raise forms.ValidationError(_("Двата пъти сте написали различни цифри."))
        return again


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Кодът"),
        help_text=_("Шест цифри"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "short", "id": "code"}
        ),
        error_messages={"required": _("Напишете кода.")},
    )
