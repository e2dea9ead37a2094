"""The form of a notice, the same in both fronts: its shape; what needs data is the action's."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from zvanets.attendance.models import ExcuseReason
from zvanets.attendance.notices import Said
from zvanets.files.actions import Attached, look_into
from zvanets.lib.refusals import Refusal
from zvanets.rules.notices import Span


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class Papers(forms.Field):
    """What is attached, looked into; Django's own field takes one file."""

    def clean(self, value: Any) -> list[Attached]:
        try:
            return look_into(value or [])
        except Refusal as refused:
            raise forms.ValidationError(_now(refused.msgid) % refused.params) from None


class NoticeForm(forms.Form):
    """When the child will be or was away, and why. One day is the usual case, so the last day may stay empty."""

    starts_on = forms.DateField(
        label=_("Ден"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Изберете деня."), "invalid": _("Това не е дата. Изберете деня.")},
    )
    ends_on = forms.DateField(
        label=_("До ден, включително"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Празно, ако е само един ден."),
        error_messages={"invalid": _("Това не е дата. Изберете деня.")},
    )
    first_hour = forms.IntegerField(
        label=_("От час №"),
        required=False,
        min_value=0,
        max_value=14,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    last_hour = forms.IntegerField(
        label=_("До час №"),
        required=False,
        min_value=0,
        max_value=14,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    reason = forms.TypedChoiceField(
        label=_("На какво основание"),
        coerce=lambda value: ExcuseReason(int(value)),
        choices=[
            (ExcuseReason.FAMILY.value, _("моя молба")),
            (ExcuseReason.HEALTH.value, _("медицински документ")),
            (ExcuseReason.OTHER.value, _("състезание, концерт, олимпиада: документ от организатора")),
        ],
        initial=ExcuseReason.FAMILY.value,
        widget=forms.RadioSelect,
        error_messages={"required": _("Изберете основание.")},
    )
    text = forms.CharField(
        label=_("Причина"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    is_confidential = forms.BooleanField(
        label=_("Причината е поверителна: четат я само класният ръководител и директорът"), required=False, initial=True
    )
    papers = Papers(
        label=_("Снимка или документ"),
        required=False,
        widget=SeveralFiles(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.webp,.heic,.docx,.odt"}),
        help_text=_("До 5 файла, всеки до 10 MB."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = today

    def said(self) -> Said:
        chosen = self.cleaned_data
        span = Span(
            chosen["starts_on"], chosen["ends_on"] or chosen["starts_on"], chosen["first_hour"], chosen["last_hour"]
        )
        return Said(span, chosen["reason"], chosen["text"], chosen["is_confidential"], chosen["papers"])
