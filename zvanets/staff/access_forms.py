"""Who gets into the diary: the forms by which the office lets in a guardian or a colleague."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zvanets.accounts.models import STAFF, Role
from zvanets.guardians.actions import Extent
from zvanets.guardians.models import Application, Relation


def day_field(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Изберете дата.")},
        **options,
    )


class GuardianForm(forms.Form):
    """Somebody who may know of a student from now on; who comes in for a second child is named by their user name."""

    relation = forms.TypedChoiceField(
        label=_("Какъв е на детето"),
        coerce=Relation,
        choices=[("", _("изберете")), *((each.value, _(str(each.label))) for each in Relation)],
        error_messages={"required": _("Изберете какъв е на детето.")},
    )
    username = forms.CharField(
        label=_("Потребителско име, ако вече има вход за друго дете"),
        max_length=150,
        required=False,
        help_text=_("Тогава имената и адресите са вече тук."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )
    first_name = forms.CharField(label=_("Собствено име"), max_length=100, required=False)
    middle_name = forms.CharField(label=_("Бащино име"), max_length=100, required=False)
    last_name = forms.CharField(label=_("Фамилия"), max_length=100, required=False)
    email = forms.CharField(
        label=_("Електронна поща"),
        max_length=254,
        required=False,
        help_text=_("Писмата тръгват, след като я потвърди от портала."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("Телефон"),
        max_length=30,
        required=False,
        help_text=_("SMS тръгват, след като го потвърди или се обади от него с ПИН кода."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    is_legal = forms.BooleanField(
        label=_("Законен представител: вижда всичко и кани роднини"), required=False, initial=True
    )
    may_excuse = forms.BooleanField(label=_("Може да извинява отсъствия"), required=False, initial=True)
    starts_on = day_field(_("От"), help_text=_("Празно: от днес."))
    ends_on = day_field(_("До"), help_text=_("Последен ден с достъп. Празно: без край."))

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not typed.get("username"):
            for name in ("first_name", "last_name"):
                if not typed.get(name):
                    self.add_error(name, _("Напишете го, както е в документа."))
        return typed

    def extent(self) -> Extent:
        typed = self.cleaned_data
        return Extent(typed["is_legal"], typed["may_excuse"], typed["starts_on"], typed["ends_on"])


class RoleForm(forms.Form):
    """A role for a colleague, from a day to a day."""

    role = forms.TypedChoiceField(
        label=_("Роля"),
        coerce=Role,
        choices=[("", _("изберете")), *((each.value, _(str(each.label))) for each in STAFF)],
        error_messages={"required": _("Изберете роля.")},
    )
    starts_on = day_field(_("От"), help_text=_("Празно: от днес."))
    ends_on = day_field(_("До"), help_text=_("Последен ден с тази роля. Празно: без край."))


class ColleagueForm(RoleForm):
    """A new colleague, or somebody who signs in to Zvanets already."""

    first_name = forms.CharField(
        label=_("Собствено име"), max_length=100, error_messages={"required": _("Напишете го.")}
    )
    middle_name = forms.CharField(label=_("Бащино име"), max_length=100, required=False)
    last_name = forms.CharField(label=_("Фамилия"), max_length=100, error_messages={"required": _("Напишете я.")})
    username = forms.CharField(
        label=_("Потребителско име, ако вече има вход другаде"),
        max_length=150,
        required=False,
        help_text=_("Учител в две училища, родител на ученик: остава с едно име и една парола."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )
    field_order = ("first_name", "middle_name", "last_name", "username", "role", "starts_on", "ends_on")


class EndRoleForm(forms.Form):
    last_day = day_field(_("Последен ден"), help_text=_("Празно: спира веднага."))


class PapersForm(forms.Form):
    """Which kinds of documents were shown; there is no field for a number."""

    identity = forms.TypedChoiceField(
        label=_("Документ за самоличност"),
        coerce=Application.Identity,
        choices=[(each.value, _(str(each.label))) for each in Application.Identity],
        widget=forms.RadioSelect,
        error_messages={"required": _("Изберете какъв документ видяхте.")},
    )
    proof = forms.TypedChoiceField(
        label=_("Документ, че представлява детето"),
        coerce=Application.Proof,
        choices=[(each.value, _(str(each.label))) for each in Application.Proof],
        widget=forms.RadioSelect,
        error_messages={"required": _("Изберете какъв документ видяхте.")},
    )
    is_signed = forms.BooleanField(
        label=_("Заявлението и съгласието са подписани на хартия пред мен"),
        error_messages={"required": _("Без подписано заявление не може.")},
    )


class RefusalForm(forms.Form):
    ground = forms.TypedChoiceField(
        label=_("Основание"),
        coerce=Application.Ground,
        choices=[(each.value, _(str(each.label))) for each in Application.Ground],
        widget=forms.RadioSelect,
        error_messages={"required": _("Изберете на какво основание отказвате.")},
    )
    note = forms.CharField(
        label=_("Пояснение"),
        max_length=300,
        required=False,
        help_text=_("Заявителят го чете. Без номера на документи."),
    )
