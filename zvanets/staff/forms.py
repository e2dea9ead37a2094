"""The small forms of the staff front; a lesson is read by typed_lesson."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zvanets.attendance.actions import Excuse
from zvanets.attendance.forms import NoticeForm
from zvanets.attendance.models import ExcuseReason
from zvanets.rules.absences import ParentDays
from zvanets.rules.averages import WEIGHED
from zvanets.rules.scales import kind_name
from zvanets.schools.models import Student


class ReasonForm(forms.Form):
    """Why a grade or a remark is withdrawn, or somebody's access."""

    why = forms.CharField(
        label=_("Защо"), max_length=300, help_text=_("Причината остава в историята и родителите я четат.")
    )


class CorrectForm(ReasonForm):
    grade = forms.CharField(
        label=_("Нова оценка"), max_length=20, widget=forms.TextInput(attrs={"class": "short", "inputmode": "decimal"})
    )

    field_order = ("grade", "why")


class ExcuseForm(forms.Form):
    absences = forms.TypedMultipleChoiceField(
        label=_("Отсъствия"),
        coerce=int,
        error_messages={"required": _("Изберете поне едно отсъствие.")},
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.TypedChoiceField(
        label=_("Причина"),
        coerce=lambda value: ExcuseReason(int(value)),
        choices=[(reason.value, _(str(reason.label))) for reason in ExcuseReason],
        widget=forms.RadioSelect,
        error_messages={"required": _("Изберете причина.")},
    )
    text = forms.CharField(
        label=_("Бележка"),
        max_length=300,
        required=False,
        help_text=_("В съобщението до родителите причината не се пише."),
    )
    is_confidential = forms.BooleanField(
        label=_("Бележката е поверителна: четат я само класният ръководител и директорът"), required=False, initial=True
    )

    def __init__(self, *args: Any, missed: list[tuple[int, str]], rule: ParentDays, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["absences"].choices = missed  # type: ignore[attr-defined]
        text = _("По семейни причини: до %(at_once)s учебни дни наведнъж и до %(a_year)s за учебната година.")
        self.fields["reason"].help_text = text % {"at_once": rule.at_once, "a_year": rule.a_year}

    def excuse(self) -> Excuse:
        chosen = self.cleaned_data
        return Excuse(chosen["reason"], chosen["text"], chosen["is_confidential"])


class StaffNoticeForm(NoticeForm):
    """A family's notice as the homeroom teacher enters it: of whom, and whether it is accepted at once."""

    student = forms.TypedChoiceField(label=_("Ученик"), coerce=int, error_messages={"required": _("Изберете ученика.")})
    is_accepted = forms.BooleanField(
        label=_("Приемам я: отсъствията в тези дни са извинени"), required=False, initial=True
    )

    def __init__(self, *args: Any, students: Iterable[Student], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(each.pk, each.short_name) for each in students]
        self.fields["student"].choices = [("", _("изберете")), *names]  # type: ignore[attr-defined]


class RegisterForm(forms.Form):
    """Who stands in a course's register, and from when."""

    students = forms.TypedMultipleChoiceField(
        label=_("Ученици"), coerce=int, error_messages={"required": _("Изберете поне един ученик.")}
    )
    since = forms.ChoiceField(
        label=_("Откога"),
        choices=[("today", _("от днес")), ("year", _("от началото на учебната година"))],
        initial="today",
        widget=forms.RadioSelect,
        help_text=_("Който вече има оценка или отсъствие по предмета, излиза най-рано от днес."),
    )

    def __init__(self, *args: Any, students: set[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["students"].choices = [(each, each) for each in students]  # type: ignore[attr-defined]


class DraftForm(forms.Form):
    """Which term a programme is drawn up for, and how long the solver may look for a better one."""

    term = forms.TypedChoiceField(
        label=_("За кой срок"),
        coerce=int,
        choices=[(1, _("I срок")), (2, _("II срок"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Изберете срок.")},
    )
    seconds = forms.TypedChoiceField(
        label=_("Колко време да се търси"),
        coerce=int,
        choices=[(60, _("1 минута")), (180, _("3 минути")), (600, _("10 минути"))],
        initial=180,
        help_text=_("Първият вариант идва за секунди; после се търси такъв с по-малко прозорци и късни часове."),
    )


class InForceForm(forms.Form):
    since = forms.DateField(
        label=_("В сила от понеделник"),
        widget=forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d"),
        help_text=_("Вписаните часове остават, каквото и да казва новата програма."),
        error_messages={"required": _("Изберете понеделник."), "invalid": _("Изберете понеделник.")},
    )


class SettingsForm(forms.Form):
    """Grace windows by family of verbs, the locks of the register, and how averages count."""

    grades = forms.IntegerField(label=_("Оценки"), min_value=0, max_value=3600)
    remarks = forms.IntegerField(label=_("Забележки и похвали"), min_value=0, max_value=3600)
    homework = forms.IntegerField(label=_("Домашни работи"), min_value=0, max_value=3600)
    absences = forms.IntegerField(label=_("Отсъствия и закъснения"), min_value=0, max_value=3600)
    future_entries_locked = forms.BooleanField(label=_("Час се записва най-рано в деня му"), required=False)
    past_month_lock_day = forms.IntegerField(
        label=_("Миналият месец се заключва на"),
        min_value=1,
        max_value=31,
        required=False,
        help_text=_("Ден от следващия месец, от който минал месец вече не се променя. Празно: не се заключва."),
    )
    averages_of_rounded_grades = forms.BooleanField(
        label=_("Средният успех се смята от закръглени оценки, както в НЕИСПУО"), required=False
    )

    def __init__(self, *args: Any, weights: Sequence[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in WEIGHED:
            self.fields[f"weight_{kind:d}"] = forms.IntegerField(
                label=kind_name(kind, get_language() or "bg").capitalize(),
                min_value=1,
                max_value=5,
                required=False,
                initial=weights[kind - 1] if weights else 1,
            )

    @property
    def weights(self) -> list[forms.BoundField]:
        return [self[f"weight_{kind:d}"] for kind in WEIGHED]

    def clean(self) -> dict[str, Any]:
        cleaned = dict(self.cleaned_data)
        typed: dict[int, int] = {kind: cleaned.pop(f"weight_{kind:d}", None) or 1 for kind in WEIGHED}
        weights = tuple(typed.get(kind, 1) for kind in range(1, WEIGHED[-1] + 1))
        return cleaned | {"grade_weights": weights if set(weights) != {1} else ()}


class SignInRulesForm(forms.Form):
    """When a page left alone is locked, and from when a second factor is asked of everybody."""

    idle_minutes = forms.IntegerField(
        label=_("Страница, оставена без работа, се заключва след (минути)"),
        min_value=2,
        max_value=60,
        widget=forms.NumberInput(attrs={"class": "short"}),
        help_text=_("От 2 до 60. Написаното се пази; продължава се с паролата."),
    )
    second_factor_from = forms.DateField(
        label=_("Втора стъпка при вход се иска от всички от"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Дотогава на работещите без втора стъпка само се напомня. Празно: не се иска."),
    )


class AnnouncementForm(forms.Form):
    """What the school writes home; who may not raise an alarm has no field for it."""

    title = forms.CharField(label=_("За какво"), max_length=100)
    text = forms.CharField(
        label=_("Съобщение"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("До 1000 знака. Ще го получат родителите, и учениците с достъп до портала."),
    )
    is_urgent = forms.BooleanField(
        label=_("Спешно: изпраща се веднага, по всички канали и през тихите часове"), required=False
    )
    reason = forms.CharField(
        label=_("Защо е спешно"),
        max_length=300,
        required=False,
        help_text=_("Остава в историята; родителите не я четат."),
    )

    def __init__(self, *args: Any, may_be_urgent: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_be_urgent:
            del self.fields["is_urgent"], self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("is_urgent") and not typed.get("reason", "").strip():
            self.add_error("reason", _("Напишете защо е спешно: причината остава в историята."))
        return typed


class AbsentForm(forms.Form):
    """Which teacher is away, from when to when."""

    teacher = forms.TypedChoiceField(label=_("Учител"), coerce=int)
    starts_on = forms.DateField(label=_("от"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(label=_("до"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, teachers: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teacher"].choices = [("", "–"), *teachers]  # type: ignore[attr-defined]


class ChangeForm(forms.Form):
    """What becomes of a lesson; of the fields beneath, the one that the choice needs."""

    what = forms.ChoiceField(
        label=_("Какво става с часа"),
        choices=[
            ("substitute", _("друг учител замества")),
            ("cancel", _("свободен час")),
            ("replace", _("друг предмет в същия час")),
            ("move", _("мести се")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Изберете какво става с часа.")},
    )
    teacher = forms.TypedChoiceField(label=_("Кой замества"), coerce=int, required=False, empty_value=None)
    is_other_subject = forms.BooleanField(label=_("Заместникът не преподава този предмет"), required=False)
    course = forms.TypedChoiceField(label=_("Кой предмет вместо него"), coerce=int, required=False, empty_value=None)
    date = forms.DateField(label=_("За кой ден"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    hour_no = forms.IntegerField(label=_("За кой час"), required=False, min_value=0, max_value=20)

    NEEDS = {"substitute": "teacher", "replace": "course", "move": "date"}

    def __init__(
        self, *args: Any, teachers: list[tuple[int, str]], courses: list[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teacher"].choices = [("", "–"), *teachers]  # type: ignore[attr-defined]
        self.fields["course"].choices = [("", "–"), *courses]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = dict(self.cleaned_data)
        needed = self.NEEDS.get(cleaned.get("what", ""))
        if needed and not cleaned.get(needed) and needed not in self.errors:
            self.add_error(needed, _("Попълнете и това."))
        return cleaned


class MaterialForm(forms.Form):
    """What somebody lays on the shelf; its files are read apart."""

    subject = forms.TypedChoiceField(label=_("Предмет"), coerce=int)
    title = forms.CharField(label=_("Какво е"), max_length=200)
    level = forms.IntegerField(label=_("За кой клас"), min_value=1, max_value=12, required=False)
    url = forms.URLField(label=_("Връзка"), max_length=500, required=False, assume_scheme="https")
    note = forms.CharField(
        label=_("Бележка"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, subjects: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subjects = subjects
        self.fields["subject"].choices = [("", "–"), *subjects]  # type: ignore[attr-defined]
