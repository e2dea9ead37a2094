"""„Как е изчислено?“: an average as the sum that it is, an absence total as the kinds that went into it."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from zvanets.lib import bg
from zvanets.rules.absences import Totals, shown_halves
from zvanets.rules.averages import Explained, Method
from zvanets.rules.scales import shown_average, shown_grade, word
from zvanets.staff.seat import lang


@dataclass(frozen=True, slots=True)
class Answer:
    """A number and the sentences that unfold beneath it."""

    shown: str
    sentences: list[str] = field(default_factory=list)


def average_answer(mean: Explained[Decimal | None]) -> Answer:
    shown = shown_average(mean.result, lang())
    if mean.result is None or mean.unrounded is None:
        return Answer(shown)
    inputs = [shown_grade(value, lang()) for value in mean.inputs]
    if len(inputs) == 1:
        return Answer(shown, [_("Една оценка: %s.") % inputs[0]])
    sentences = [
        _("%(grades)s, с равна тежест: %(list)s.")
        % {"grades": bg.counted(len(inputs), "grade", lang()), "list": " · ".join(inputs)},
        _("(%(sum)s) ÷ %(n)s = %(exact)s")
        % {"sum": " + ".join(inputs), "n": len(inputs), "exact": _exact(mean.unrounded)}
        + ("" if mean.unrounded == mean.result else _(", закръглено до стотна %s") % shown)
        + ".",
        _("%(average)s е „%(word)s“.") % {"average": shown, "word": word(mean.result, lang())},
    ]
    if mean.method is Method.AS_STATE:
        sentences.insert(1, _("Училището смята като НЕИСПУО: всяка оценка първо се закръглява до цяла."))
    return Answer(shown, sentences)


def _exact(value: Decimal) -> str:
    short = value.quantize(Decimal("0.0001")).normalize()
    text = bg.number(short if short != short.to_integral_value() else short.quantize(Decimal(1)), lang())
    return text if short == value else f"{text}…"


def absence_answer(total: Totals) -> Answer:
    """Return „14,5“ with „12 отсъствия + 5 закъснения × ½“."""
    shown = shown_halves(total.halves, lang())
    if total == Totals():
        return Answer(shown)
    absences = bg.counted(total.unexcused, "absence", lang())
    late = bg.counted(total.late, "lateness", lang())
    sentences = [
        _("%(absences)s по неуважителни причини и %(late)s без извинение, всяко за половин час: %(sum)s.")
        % {"absences": absences, "late": late, "sum": shown}
        if total.late
        else _("%(absences)s по неуважителни причини.") % {"absences": absences}
    ]
    if total.excused:
        excused = bg.counted(total.excused, "absence", lang())
        sentences.append(_("Не влизат: %(absences)s по уважителни причини.") % {"absences": excused})
    if total.excused_late:
        excused = bg.counted(total.excused_late, "lateness", lang())
        sentences.append(_("Не влизат и извинените закъснения: %(late)s.") % {"late": excused})
    return Answer(shown, sentences)
