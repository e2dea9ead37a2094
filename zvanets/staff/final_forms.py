"""The small forms beside term and annual grades."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zvanets.rules.grades import COMMENT_LENGTH, GradeKind


class CommentForm(forms.Form):
    """What the family reads beside a grade or an average."""

    text = forms.CharField(
        label=_("Коментар за родителите"),
        max_length=COMMENT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("До 1000 знака. Родителите го четат и получават съобщение; празно поле оттегля коментара."),
    )


class ExamForm(forms.Form):
    grade = forms.CharField(
        label=_("Оценка от изпита"),
        max_length=20,
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "decimal"}),
    )
    protocol = forms.CharField(
        label=_("Протокол"), max_length=300, help_text=_("Номер и дата; остават в историята и родителите ги четат.")
    )


class TransferForm(forms.Form):
    """A grade that a student brings from another class or school."""

    student = forms.TypedChoiceField(label=_("Ученик"), coerce=int)
    kind = forms.TypedChoiceField(label=_("Откъде"), coerce=lambda value: GradeKind(int(value)))
    term = forms.TypedChoiceField(
        label=_("За срок"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "–"), ("1", "I"), ("2", "II")],
        help_text=_("Само за срочна оценка."),
    )
    grade = forms.CharField(
        label=_("Оценка"), max_length=20, widget=forms.TextInput(attrs={"class": "short", "inputmode": "decimal"})
    )
    given_on = forms.DateField(label=_("Дата на оценката"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(
        self, *args: Any, students: list[tuple[int, str]], kinds: list[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["student"].choices = students  # type: ignore[attr-defined]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
