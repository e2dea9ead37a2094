"""What strangers and families type to get in: an application, an invitation and its code."""

from django import forms
from django.utils.translation import gettext_lazy as _

from zvanets.accounts.forms import NO_DIGITS
from zvanets.accounts.signing_up import PersonForm
from zvanets.guardians.applications import LEGAL, Filed
from zvanets.guardians.invitations import INVITED
from zvanets.guardians.models import Relation
from zvanets.lib import damm, emails
from zvanets.lib.refusals import Refusal


class ApplicationForm(forms.Form):
    """An application for one child; the code's own check digit finds slips, and says nothing of children."""

    code = forms.CharField(
        label=_("Код на детето"),
        max_length=30,
        help_text=_("Девет цифри от етикета, който дава класният ръководител."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
        error_messages={"required": _("Напишете кода.")},
    )
    relation = forms.TypedChoiceField(
        label=_("Какъв сте на детето"),
        coerce=Relation,
        choices=[("", _("изберете")), *((each.value, _(str(each.label))) for each in LEGAL)],
        error_messages={"required": _("Изберете какъв сте на детето.")},
    )
    first_name = forms.CharField(label=_("Собствено име"), max_length=100, validators=[NO_DIGITS])
    middle_name = forms.CharField(label=_("Бащино име"), max_length=100, required=False, validators=[NO_DIGITS])
    last_name = forms.CharField(label=_("Фамилия"), max_length=100, validators=[NO_DIGITS])
    is_legal = forms.BooleanField(
        label=_("Аз съм законен представител на детето"),
        error_messages={"required": _("Другите хора ги кани законният представител от своя дневник.")},
    )
    consents = forms.BooleanField(
        label=_("Съгласен съм училището да обработва имената и адресите ми, за да ми показва дневника"),
        error_messages={"required": _("Без съгласие заявлението не може да се подаде.")},
    )

    def clean_code(self) -> str:
        code = damm.read_code(self.cleaned_data["code"])
        if code is None:
            raise forms.ValidationError(_("Това не е код на ученик: има грешна или липсваща цифра. Вижте етикета."))
        return code

    def filed(self) -> Filed:
        typed = self.cleaned_data
        return Filed(typed["code"], typed["relation"], typed["first_name"], typed["last_name"], typed["middle_name"])


class InvitationForm(forms.Form):
    relation = forms.TypedChoiceField(
        label=_("Кого каните"),
        coerce=Relation,
        choices=[("", _("изберете")), *((each.value, _(str(each.label))) for each in INVITED)],
        error_messages={"required": _("Изберете кого каните.")},
    )
    name = forms.CharField(
        label=_("Как го наричате"),
        max_length=100,
        validators=[NO_DIGITS],
        help_text=_("За да го познавате в списъка: „баба Ана“, „учителят по пиано“."),
        error_messages={"required": _("Напишете как го наричате.")},
    )
    email = forms.CharField(
        label=_("Електронна поща"),
        max_length=254,
        required=False,
        help_text=_("Празно: ще препишете или отпечатате кода."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    ends_on = forms.DateField(
        label=_("До"),
        required=False,
        help_text=_("Последен ден с достъп. Празно: докато го оттеглите."),
        widget=forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Изберете дата.")},
    )

    def clean_email(self) -> str:
        typed: str = self.cleaned_data["email"]
        try:
            return emails.normalise(typed) if typed else ""
        except Refusal as refusal:
            raise forms.ValidationError(_(refusal.msgid) % refusal.params) from refusal


class TakeForm(forms.Form):
    code = forms.CharField(
        label=_("Код на поканата"),
        max_length=60,
        help_text=_("Както е в писмото или на листчето, с тиретата."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"required": _("Напишете кода.")},
    )


class TakeNewForm(TakeForm, PersonForm):
    """Whoever holds an invitation and has no log-in makes one: children have no e-mail address."""

    username = forms.CharField(
        label=_("Потребителско име"),
        max_length=150,
        help_text=_("С него ще влизате: латински букви, цифри, точка."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "username"}),
    )
    field_order = ("code", "first_name", "last_name", "username", "password")

    def account(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("first_name", "last_name", "username", "password")}
