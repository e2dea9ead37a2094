"""What stands beside the grades: how the year ends, what is said of averages, plans and exemptions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from zvanets.gradebook.models import Comment, Exemption, OverallGrade, ResitExam, SpecialNeeds, YearResult
from zvanets.portal.diary import SubjectGrades
from zvanets.portal.family import Child, lang
from zvanets.rules.finals import Outcome, Period, outcome_name, period_name, session_name
from zvanets.rules.scales import in_words, mark_of


@dataclass(frozen=True, slots=True)
class Year:
    """Sentences for the family; empty as long as there is nothing to say."""

    results: list[str]
    plans: list[str]


def with_comments(child: Child, subjects: Sequence[SubjectGrades], since: date) -> Sequence[SubjectGrades]:
    """Put what teachers said of averages with their subjects."""
    rows = (
        Comment.objects.standing()
        .filter(student_id=child.row.student_id, period__isnull=False, written_at__date__gte=since)
        .order_by("period", "pk")
        .values_list("course__subject__name", "period", "text")
    )
    named = {subject.subject: subject for subject in subjects}
    for name, period, text in rows:
        if name in named:
            named[name].comments.append(f"{period_name(Period(period or 0), lang())}: {text}")
    return subjects


def year_of(child: Child, since: date) -> Year:
    results = _overall(child, since) if child.row.level == 1 else _results(child, since)
    return Year(results, [*_special(child, since), *_exempt(child, since)])


def _overall(child: Child, since: date) -> list[str]:
    rows = OverallGrade.objects.standing().filter(
        student_id=child.row.student_id, class_group__school_year__starts_on__gte=since
    )
    return [_("Общ годишен успех: %s") % in_words(mark_of(None, each.quality, each.special), lang()) for each in rows]


def _results(child: Child, since: date) -> list[str]:
    mine = {"student_id": child.row.student_id, "class_group__school_year__starts_on__gte": since}
    said = []
    exams = ResitExam.objects.select_related("course__subject").prefetch_related("sessions")
    for result in YearResult.objects.filter(**mine).prefetch_related(Prefetch("exams", queryset=exams)):
        said.append(_("Резултат от годината: %s") % outcome_name(Outcome(result.outcome), lang()))
        said += _exams(result)
        if result.final:
            said.append(_("След поправителните изпити: %s") % outcome_name(Outcome(result.final), lang()))
    return said


def _exams(result: YearResult) -> list[str]:
    no_show = _("без явяване")
    lines = []
    for exam in result.exams.all():
        sessions = sorted(exam.sessions.all(), key=lambda one: one.session)
        tried = ", ".join(f"{session_name(each.session, lang())}: {each.value or no_show}" for each in sessions)
        subject = _("Изпит по предмет „%s“") % exam.course.subject.name
        lines.append(f"{subject} ({tried})" if tried else subject)
    return lines


def _special(child: Child, since: date) -> list[str]:
    rows = SpecialNeeds.objects.filter(
        student_id=child.row.student_id, course__class_group__school_year__starts_on__gte=since
    )
    text = _("%s: оценява се по индивидуална програма, с „среща затруднения“, „справя се“, „постига изискванията“.")
    return [text % name for name in rows.values_list("course__subject__name", flat=True)]


def _exempt(child: Child, since: date) -> list[str]:
    rows = Exemption.objects.filter(
        student_id=child.row.student_id, course__class_group__school_year__starts_on__gte=since
    )
    text = _("%(subject)s: освобождаване от оценка за %(periods)s.")
    return [
        text
        % {
            "subject": each.course.subject.name,
            "periods": ", ".join(period_name(period, lang()) for period in sorted(each.periods)),
        }
        for each in rows.select_related("course__subject")
    ]
