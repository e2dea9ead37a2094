"""„Как е изчислено?“: an average as the sum that it is, an absence total as the kinds that went into it."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from zvanets.lib import bg
from zvanets.rules.absences import Totals, shown_halves
from zvanets.rules.averages import Explained, Method, Rule
from zvanets.rules.finals import Period, Proposal, period_name
from zvanets.rules.gradebook import Final
from zvanets.rules.scales import shown_average, shown_grade, word
from zvanets.staff.marks import mark_text
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
        _counted_sentence(inputs, mean),
        _("(%(sum)s) ÷ %(n)s = %(exact)s")
        % {
            "sum": " + ".join(_times(inputs, mean)),
            "n": sum(mean.times),
            "exact": _exact(mean.unrounded),
        }
        + ("" if mean.unrounded == mean.result else _(", закръглено до стотна %s") % shown)
        + ".",
        _("%(average)s е „%(word)s“.") % {"average": shown, "word": word(mean.result, lang())},
    ]
    if mean.method is Method.AS_STATE:
        sentences.insert(1, _("Училището смята като НЕИСПУО: всяка оценка първо се закръглява до цяла."))
    return Answer(shown, sentences)


def _counted_sentence(inputs: list[str], mean: Explained[Decimal | None]) -> str:
    told = {"grades": bg.counted(len(inputs), "grade", lang()), "list": " · ".join(_times(inputs, mean))}
    if mean.weights:
        return _("%(grades)s, с тежестите на училището: %(list)s.") % told
    return _("%(grades)s, с равна тежест: %(list)s.") % told


def _times(inputs: list[str], mean: Explained[Decimal | None]) -> list[str]:
    """Return „5,50 × 2“ where a grade counts more than once."""
    return [f"{text} × {n}" if n != 1 else text for text, n in zip(inputs, mean.times, strict=True)]


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


def final_answer(final: Final[Any], mean: Explained[Decimal | None] | None = None) -> Answer:
    """Explain a term or annual grade: what the teacher set, and what the diary proposes; `mean` leads to a term's."""
    proposal = final.proposal
    missing = [
        _("Още няма оценка за %s; участва предложената, ако има такава.") % period_name(Period(term), lang())
        for term in proposal.missing
    ]
    if proposal.mark is None:
        return Answer(mark_text(final.mark) if final.mark else bg.NOTHING, [] if final.mark else missing)
    counted = average_answer(mean).sentences if mean and proposal.why.rule is Rule.PROPOSED_TERM else []
    proposed = _("Предложение: %s.") % mark_text(proposal.mark)
    sentences = [*counted, _because(proposal), *missing, proposed]
    if final.mark:
        return Answer(mark_text(final.mark), [_("Оценката е поставена от учителя."), *sentences])
    return Answer(mark_text(proposal.mark), [*sentences, _("Оценката поставя учителят: дневникът само предлага.")])


def _because(proposal: Proposal) -> str:
    why = proposal.why
    inputs = " · ".join(shown_grade(value, lang()) for value in why.inputs)
    exact = _exact(why.unrounded) if why.unrounded is not None else ""
    sentences = {
        Rule.PROPOSED_TERM: _("Средно от текущите %(exact)s; цяла оценка: половинките нагоре, под 3,00 е 2."),
        Rule.PROPOSED_ANNUAL: _("От срочните %(inputs)s: средно %(exact)s; половинките нагоре, под 3,00 е 2."),
        Rule.PROFILING_MEAN: _("Средно от модулите %(inputs)s: %(exact)s, закръглено до стотна."),
        Rule.PROFILING_POOR: _("От модулите %(inputs)s: модул под 3 прави годишната оценка 2."),
        Rule.MIDDLE_WORD: _("Думите не се осредняват: подредени по успех (%(count)s), предлага се тази по средата."),
    }
    count = bg.counted(len(why.inputs), "grade", lang())
    return sentences[why.rule] % {"exact": exact, "inputs": inputs, "count": count}
