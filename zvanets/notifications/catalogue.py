"""Which verbs reach families, as which kind of event: one line here and one template per channel and language."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from zvanets.guardians.models import ChannelName, EventKind
from zvanets.history.verbs import Verb
from zvanets.rules.limits import LimitKind
from zvanets.rules.scales import GradeKind

NEUTRAL = "neutral"  # says that there is something, and where; no more


@dataclass(frozen=True, slots=True)
class Telling:
    """What a family chooses it by; whether it waits for nothing; whether its content is shown only after log-in.

    Without kinds nobody chooses: it is told by every channel by which the guardian hears of anything.
    """

    kinds: tuple[EventKind, ...]
    is_urgent: bool = False
    is_private: bool = False

    def is_wanted(self, kinds: Collection[str]) -> bool:
        """Whether it is for a guardian who asked for these kinds."""
        return not self.kinds or any(kind in kinds for kind in self.kinds)


CATALOGUE: Mapping[Verb, Telling] = {
    Verb.ABSENCE_RECORDED: Telling((EventKind.ABSENCE,), is_urgent=True),
    Verb.LATENESS_RECORDED: Telling((EventKind.LATENESS,), is_urgent=True),
    Verb.ABSENCE_CHANGED: Telling((EventKind.ABSENCE, EventKind.LATENESS), is_urgent=True),
    Verb.ABSENCE_WITHDRAWN: Telling((EventKind.ABSENCE, EventKind.LATENESS), is_urgent=True),
    Verb.ABSENCE_EXCUSED: Telling((EventKind.ABSENCE, EventKind.LATENESS)),
    Verb.NOTICE_ACCEPTED: Telling((EventKind.ABSENCE,)),
    Verb.NOTICE_REFUSED: Telling((EventKind.ABSENCE,)),
    Verb.LIMIT_NEARED: Telling((EventKind.ABSENCE,)),
    Verb.GRADE_GIVEN: Telling((EventKind.GRADE,)),
    Verb.GRADE_CORRECTED: Telling((EventKind.GRADE,)),
    Verb.GRADE_WITHDRAWN: Telling((EventKind.GRADE,)),
    Verb.COMMENT_WRITTEN: Telling((EventKind.GRADE,)),
    Verb.COMMENT_WITHDRAWN: Telling((EventKind.GRADE,)),
    Verb.OVERALL_GIVEN: Telling((EventKind.RESULT,)),
    Verb.RESULT_SET: Telling((EventKind.RESULT,)),
    Verb.RESIT_ENTERED: Telling((EventKind.RESULT,)),
    Verb.EXEMPTION_SET: Telling((EventKind.RESULT,), is_private=True),
    Verb.EXEMPTION_WITHDRAWN: Telling((EventKind.RESULT,), is_private=True),
    Verb.SPECIAL_NEEDS_SET: Telling((EventKind.RESULT,), is_private=True),
    Verb.SPECIAL_NEEDS_WITHDRAWN: Telling((EventKind.RESULT,), is_private=True),
    Verb.REMARK_WRITTEN: Telling((EventKind.REMARK,)),
    Verb.PRAISE_WRITTEN: Telling((EventKind.PRAISE,)),
    Verb.REMARK_WITHDRAWN: Telling((EventKind.REMARK, EventKind.PRAISE)),
    Verb.HOMEWORK_GIVEN: Telling((EventKind.HOMEWORK,)),
    Verb.HOMEWORK_CHANGED: Telling((EventKind.HOMEWORK,)),
    Verb.HOMEWORK_WITHDRAWN: Telling((EventKind.HOMEWORK,)),
    Verb.SANCTION_IMPOSED: Telling((EventKind.REMARK,), is_private=True),
    Verb.SANCTION_WITHDRAWN: Telling((EventKind.REMARK,), is_private=True),
    Verb.HOUR_CHANGED: Telling((EventKind.TIMETABLE,)),
    Verb.HOUR_WITHDRAWN: Telling((EventKind.TIMETABLE,)),
    Verb.HEALTH_NOTED: Telling((EventKind.HEALTH,), is_private=True),
    Verb.HEALTH_WITHDRAWN: Telling((EventKind.HEALTH,), is_private=True),
    Verb.SUPPORT_PLANNED: Telling((EventKind.HEALTH, EventKind.MESSAGE), is_private=True),
    Verb.SUPPORT_CHANGED: Telling((EventKind.HEALTH, EventKind.MESSAGE), is_private=True),
    Verb.SUPPORT_WITHDRAWN: Telling((EventKind.HEALTH, EventKind.MESSAGE), is_private=True),
    Verb.INDIVIDUAL_RECORDED: Telling((EventKind.HEALTH, EventKind.MESSAGE), is_private=True),
    Verb.INDIVIDUAL_WITHDRAWN: Telling((EventKind.HEALTH, EventKind.MESSAGE), is_private=True),
    Verb.NOTE_WRITTEN: Telling((EventKind.MESSAGE,)),
    Verb.NOTE_WITHDRAWN: Telling((EventKind.MESSAGE,)),
    Verb.MEETING_CALLED: Telling((EventKind.MEETING,)),
    Verb.MEETING_CHANGED: Telling((EventKind.MEETING,)),
    Verb.MEETING_WITHDRAWN: Telling((EventKind.MEETING,)),
    Verb.MEETING_REMINDED: Telling((EventKind.MEETING,)),
    Verb.EVENT_ANNOUNCED: Telling((EventKind.EVENT,)),
    Verb.EVENT_CHANGED: Telling((EventKind.EVENT,)),
    Verb.EVENT_WITHDRAWN: Telling((EventKind.EVENT,)),
    Verb.EVENT_REMINDED: Telling((EventKind.EVENT,)),
    # A family that wants to know of homework or of events wants to know for when to learn.
    Verb.WORK_PLANNED: Telling((EventKind.HOMEWORK, EventKind.EVENT)),
    Verb.WORK_CHANGED: Telling((EventKind.HOMEWORK, EventKind.EVENT)),
    Verb.WORK_WITHDRAWN: Telling((EventKind.HOMEWORK, EventKind.EVENT)),
    Verb.MESSAGE_SENT: Telling((EventKind.MESSAGE,)),
    Verb.MESSAGE_URGED: Telling((), is_urgent=True),
    Verb.MESSAGE_WITHDRAWN: Telling((EventKind.MESSAGE,)),
    Verb.PIN_LOCKED: Telling((), is_urgent=True),
    Verb.PURSE_ENDING: Telling(()),
    Verb.PURSE_ENDED: Telling(()),
}


def telling_of(verb: str, body: Mapping[str, Any]) -> Telling | None:
    """Return how this entry is told, None when families are not told of its verb."""
    telling = CATALOGUE.get(Verb(verb))
    if telling is None:
        return None
    if verb.startswith("grade.") and _is_final(body):
        telling = replace(telling, kinds=(EventKind.RESULT,))
    if verb.startswith("hour.") and body.get("soon"):  # a lesson of today, or tomorrow's first
        telling = replace(telling, is_urgent=True)
    return replace(telling, is_private=True) if _is_private(body) else telling


def _is_private(body: Mapping[str, Any]) -> bool:
    """Whether it tells of a grade on the special-needs scale, or how often a family asked: what only the family may read."""
    return bool(body.get("is_private")) or body.get("limit") == LimitKind.PARENT_DAYS.name


def _is_final(body: Mapping[str, Any]) -> bool:
    name = body.get("kind")
    return name in GradeKind.__members__ and GradeKind[str(name)].is_final


def template_of(verb: str, channel: str, *, is_private: bool) -> str:
    """Return „grade_given.email.txt“; what is private leaves the portal only as a hint."""
    stem = NEUTRAL if is_private and channel != ChannelName.PORTAL else verb.replace(".", "_")
    return f"{stem}.{channel}.txt"
