"""What a family may set: the shape of it; rules that need data are the actions'."""

from collections.abc import Sequence

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from zvanets.guardians.models import ChannelName, EventKind
from zvanets.notifications.catalogue import CATALOGUE

CHANNELS = (ChannelName.PORTAL, ChannelName.EMAIL)
# What nobody is told of yet is not offered.
_TOLD = {kind for telling in CATALOGUE.values() for kind in telling.kinds} | {EventKind.RESULT}
KINDS = [kind for kind in EventKind if kind in _TOLD]


class KindsForm(forms.Form):
    """For each channel the kinds of events that are told by it."""

    portal = forms.MultipleChoiceField(choices=EventKind.choices, required=False)
    email = forms.MultipleChoiceField(choices=EventKind.choices, required=False)

    def chosen(self, channel: ChannelName, before: Sequence[str]) -> list[str]:
        """Return what was ticked, and what stood before and was not offered."""
        return [*self.cleaned_data[channel.value], *(kind for kind in before if kind not in KINDS)]


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES)


class AddressForm(forms.Form):
    address = forms.CharField(
        label=_("Нов адрес на електронна поща"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "id": "address"}),
        error_messages={"required": _("Напишете адреса.")},
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Кодът от писмото"),
        help_text=_("Шест цифри"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "short", "id": "code"}
        ),
        error_messages={"required": _("Напишете кода от писмото.")},
    )
