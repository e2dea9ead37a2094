"""The forms of the class book's sections."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zvanets.remarks.actions.gatherings import Gathering
from zvanets.remarks.actions.private import Activity, Plan
from zvanets.remarks.actions.sanctions import Order
from zvanets.remarks.models import ActivityKind, Difficulty, PlannedWork, Remark, Sanction, SupportActivity
from zvanets.staff.forms import ReasonForm

Choices = list[tuple[int, str]]


def _day(label: Any, *, required: bool = True, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, widget=widget, **kwargs)


def _text(label: Any, longest: int, *, required: bool = True, **kwargs: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, max_length=longest, required=required, widget=widget, **kwargs)


def _several(label: Any, choices: Any, *, required: bool = True, nobody: Any = None) -> forms.TypedMultipleChoiceField:
    errors = {"required": nobody or _("Изберете поне един ученик.")}
    return forms.TypedMultipleChoiceField(
        label=label,
        choices=choices,
        coerce=int,
        required=required,
        error_messages=errors,
        widget=forms.CheckboxSelectMultiple,
    )


def _one(label: Any, choices: Any, *, radio: bool = False) -> forms.TypedChoiceField:
    widget = forms.RadioSelect() if radio else forms.Select()
    errors = {"required": _("Изберете едно.")}
    return forms.TypedChoiceField(label=label, choices=choices, coerce=int, widget=widget, error_messages=errors)


def _named(choices: type) -> list[tuple[int, Any]]:
    return [(each.value, _(str(each.label))) for each in choices]  # type: ignore[attr-defined]


class RemarkForm(forms.Form):
    """A praise or a remark to one student or to several."""

    kind = _one(_("Какво"), [(1, _("похвала")), (2, _("забележка"))], radio=True)
    text = _text(_("Текст"), 1000, help_text=_("Родителите на избраните го четат дословно."))
    on = _day(_("За дата"))
    students = _several(_("Кого"), [])

    def __init__(self, *args: Any, students: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["students"].choices = students  # type: ignore[attr-defined]

    @property
    def remark_kind(self) -> Remark.Kind:
        return Remark.Kind(self.cleaned_data["kind"])


class SanctionForm(forms.Form):
    """What an order for a sanction says."""

    student = _one(_("Ученик"), [])
    kind = _one(_("Санкция по чл. 199, ал. 1 ЗПУО"), _named(Sanction.Kind), radio=True)
    number = forms.CharField(label=_("Заповед №"), max_length=50)
    on = _day(_("Дата на заповедта"))
    starts_on = _day(_("В сила от"))
    ends_on = _day(_("До"), required=False)
    text = _text(_("Описание"), 1000, required=False)

    def __init__(self, *args: Any, students: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["student"].choices = [("", "–"), *students]  # type: ignore[attr-defined]

    def clean_ends_on(self) -> Any:
        return _not_before(self.cleaned_data.get("ends_on"), self.cleaned_data.get("starts_on"))

    def order(self) -> Order:
        said = dict(self.cleaned_data)
        del said["student"]
        return Order(kind=Sanction.Kind(said.pop("kind")), **said)


class CancelSanctionForm(ReasonForm):
    """The order that cancels a sanction."""

    order_no = forms.CharField(label=_("Заповед за отмяна №"), max_length=50)
    order_on = _day(_("Дата на заповедта"))

    field_order = ("order_no", "order_on", "why")


class HealthForm(forms.Form):
    on = _day(_("За дата"))
    text = _text(_("Бележка"), 2000)


class IndividualForm(forms.Form):
    student = _one(_("Ученик"), [])
    on = _day(_("За дата"))
    text = _text(_("Какво е работено"), 10000)

    def __init__(self, *args: Any, students: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["student"].choices = [("", "–"), *students]  # type: ignore[attr-defined]


class PlanForm(forms.Form):
    """A plan of support; each activity that it holds already has an aim, a result and the day it was done."""

    starts_on = _day(_("От"))
    ends_on = _day(_("До"))
    difficulties = _several(_("Защо"), _named(Difficulty), nobody=_("Изберете поне една причина."))
    teachers = _several(_("Кой подкрепя"), [], nobody=_("Изберете поне един учител."))
    activities = _several(_("Дейности"), _named(ActivityKind), required=False)
    text = _text(_("Описание"), 10000, required=False)
    expected_result = _text(_("Очакван резултат"), 10000, required=False)

    def __init__(self, *args: Any, teachers: Choices, held: list[SupportActivity] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teachers"].choices = teachers  # type: ignore[attr-defined]
        for each in held or []:
            name = {"name": _(str(ActivityKind(each.kind).label))}
            self.fields[f"target-{each.kind}"] = _text(_("Цел: %(name)s") % name, 1000, required=False)
            self.fields[f"result-{each.kind}"] = _text(_("Резултат: %(name)s") % name, 1000, required=False)
            self.fields[f"done-{each.kind}"] = _day(_("Проведено на: %(name)s") % name, required=False)
            self.initial[f"target-{each.kind}"] = each.target
            self.initial[f"result-{each.kind}"] = each.result
            self.initial[f"done-{each.kind}"] = each.done_on

    def clean_ends_on(self) -> Any:
        return _not_before(self.cleaned_data.get("ends_on"), self.cleaned_data.get("starts_on"))

    def plan(self) -> Plan:
        said = self.cleaned_data
        return Plan(
            difficulties=[Difficulty(each) for each in said["difficulties"]],
            starts_on=said["starts_on"],
            ends_on=said["ends_on"],
            teachers=said["teachers"],
            activities=[
                Activity(
                    ActivityKind(kind),
                    said.get(f"target-{kind}", ""),
                    said.get(f"result-{kind}", ""),
                    said.get(f"done-{kind}"),
                )
                for kind in said["activities"]
            ],
            text=said["text"],
            expected_result=said["expected_result"],
        )


class NewPlanForm(PlanForm):
    students = _several(_("Кого"), [])

    field_order = ("students",)

    def __init__(self, *args: Any, students: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["students"].choices = students  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    text = _text(_("Бележка"), 10000)
    whom = forms.ChoiceField(
        label=_("За кого"),
        choices=[("all", _("за всички ученици")), ("some", _("за избраните")), ("staff", _("само за учителите"))],
        initial="all",
        widget=forms.RadioSelect,
    )
    students = _several(_("Избрани"), [], required=False)

    def __init__(self, *args: Any, students: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["students"].choices = students  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        said = super().clean() or self.cleaned_data
        if said.get("whom") == "some" and not said.get("students"):
            self.add_error("students", _("Изберете поне един ученик."))
        return said


class MeetingForm(forms.Form):
    date = _day(_("Дата"))
    starts_at = forms.TimeField(label=_("Начало"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    place = forms.CharField(label=_("Място"), max_length=100, required=False)
    title = forms.CharField(label=_("Повод"), max_length=100)
    text = _text(_("Описание"), 1000, required=False)

    def gathering(self) -> Gathering:
        return Gathering(**{name: self.cleaned_data[name] for name in MeetingForm.base_fields})


class EventForm(MeetingForm):
    """An event may last for days, and may have no hour."""

    ends_on = _day(_("Последен ден"), required=False)

    field_order: tuple[str, ...] = ("date", "ends_on", "starts_at", "place", "title", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_at"].required = False

    def clean(self) -> dict[str, Any] | None:
        said = super().clean() or self.cleaned_data
        if said.get("ends_on") and said.get("date") and said["ends_on"] < said["date"]:
            self.add_error("ends_on", _("Краят е преди началото."))
        return said

    def gathering(self) -> Gathering:
        return Gathering(**{name: self.cleaned_data[name] for name in EventForm.base_fields})


class NewEventForm(EventForm):
    scope = forms.ChoiceField(label=_("За кого"))

    field_order = ("scope", *EventForm.field_order)

    def __init__(self, *args: Any, scopes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = scopes  # type: ignore[attr-defined]


class MoveWorkForm(forms.Form):
    on = _day(_("Дата"))
    text = _text(_("Какво обхваща"), 1000, required=False)


class WorkForm(MoveWorkForm):
    course = _one(_("Предмет"), [])
    kind = _one(_("Вид"), _named(PlannedWork.Kind), radio=True)

    field_order = ("course", "kind", "on", "text")

    def __init__(self, *args: Any, courses: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].choices = [("", "–"), *courses]  # type: ignore[attr-defined]


class ApproveForm(forms.Form):
    works = _several(_("Работи"), [], nobody=_("Изберете поне една работа."))

    def __init__(self, *args: Any, works: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["works"].choices = works  # type: ignore[attr-defined]


def _not_before(last: Any, first: Any) -> Any:
    if last and first and last < first:
        raise forms.ValidationError(_("Краят е преди началото."))
    return last
