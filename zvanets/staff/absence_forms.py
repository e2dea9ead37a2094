"""The forms of absences beyond a lesson's register: many at once, closings, what a doctor or another school wrote."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zvanets.attendance.actions import Excuse
from zvanets.attendance.medical import Note
from zvanets.attendance.models import ExcuseReason
from zvanets.lessons.bulk import Away
from zvanets.rules.notices import Span
from zvanets.schools.models import Student

NO_DATE = _("Това не е дата. Изберете деня.")


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    errors = {"required": _("Изберете деня."), "invalid": NO_DATE}
    return forms.DateField(label=label, widget=widget, error_messages=errors, **kwargs)


def hour_field(label: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "short"})
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=14, widget=widget)


class BulkForm(forms.Form):
    """Who of the class was away, when, and whether that is excused at once."""

    AS_ABSENT = 0

    students = forms.TypedMultipleChoiceField(
        label=_("Кои ученици"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    everybody = forms.BooleanField(label=_("цялата паралелка"), required=False)
    starts_on = day_field(_("Ден"))
    ends_on = day_field(_("До ден, включително"), required=False, help_text=_("Празно, ако е само един ден."))
    first_hour = hour_field(_("От час №"))
    last_hour = hour_field(_("До час №"))
    reason = forms.TypedChoiceField(
        label=_("Как се вписват"),
        coerce=int,
        choices=[
            (AS_ABSENT, _("отсъства, още неизвинено")),
            (ExcuseReason.OTHER.value, _("извинено: мероприятие на училището или документ от организатор")),
            (ExcuseReason.HEALTH.value, _("извинено: медицински документ")),
            (ExcuseReason.FAMILY.value, _("извинено: молба на родител")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Изберете как се вписват.")},
    )
    text = forms.CharField(label=_("Бележка"), max_length=300, required=False)
    is_confidential = forms.BooleanField(
        label=_("Бележката е поверителна: четат я само класният ръководител и директорът"), required=False
    )

    def __init__(self, *args: Any, students: Iterable[tuple[int, str]], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["students"].choices = list(students)  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = today

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("everybody"):
            found["students"] = [pk for pk, _name in self.fields["students"].choices]  # type: ignore[attr-defined]
        if not found.get("students"):
            self.add_error("students", _("Изберете поне един ученик."))
        return found

    def away(self) -> Away:
        chosen = self.cleaned_data
        span = Span(
            chosen["starts_on"], chosen["ends_on"] or chosen["starts_on"], chosen["first_hour"], chosen["last_hour"]
        )
        if chosen["reason"] == self.AS_ABSENT:
            return Away(chosen["students"], span)
        excuse = Excuse(ExcuseReason(chosen["reason"]), chosen["text"], chosen["is_confidential"])
        return Away(chosen["students"], span, excuse)


class ClosingForm(forms.Form):
    closed_on = day_field(_("Към дата, включително"))


class MedicalForm(forms.Form):
    """The fields of an electronic medical note, as they stand on its face."""

    nrn = forms.RegexField(
        label=_("НРН на бележката"),
        regex=r"^[0-9A-Za-z]{12}$",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Напишете номера."),
            "invalid": _("НРН има 12 знака, букви и цифри. Препишете го от бележката."),
        },
    )
    pmi = forms.RegexField(
        label=_("УИН на лекаря"),
        regex=r"^[0-9]{10}$",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        error_messages={
            "required": _("Напишете УИН."),
            "invalid": _("УИН има десет цифри. Препишете го от бележката."),
        },
    )
    from_date = day_field(_("От дата"))
    to_date = day_field(_("До дата, включително"))
    authored_on = day_field(_("Издадена на"))

    def note(self) -> Note:
        chosen = self.cleaned_data
        return Note(
            nrn=chosen["nrn"].upper(),
            pmi=chosen["pmi"],
            from_date=chosen["from_date"],
            to_date=chosen["to_date"],
            authored_on=chosen["authored_on"],
        )


def _count(label: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "short"})
    return forms.IntegerField(label=label, min_value=0, max_value=999, initial=0, widget=widget)


class CarriedForm(forms.Form):
    """What a child brought from another class or school: six numbers."""

    unexcused1 = _count(_("I срок, неуважителни"))
    late1 = _count(_("I срок, закъснения"))
    excused1 = _count(_("I срок, уважителни"))
    unexcused2 = _count(_("II срок, неуважителни"))
    late2 = _count(_("II срок, закъснения"))
    excused2 = _count(_("II срок, уважителни"))


def choices_of(students: Iterable[Student]) -> list[tuple[int, str]]:
    return [(each.pk, each.short_name) for each in students]
