"""What stands in the entries that families hear of, as their actions write it: a body for each verb of the catalogue."""

from zvanets.history.verbs import Verb
from zvanets.notifications.catalogue import CATALOGUE

LESSON = {"student": "Ани", "subject": "Математика", "hour_no": 3, "date": "2025-10-07", "kind": "UNEXCUSED"}
GRADE = LESSON | {"grade": "5.50", "kind": "CURRENT", "given_on": "2025-10-07"}
MEETING = {"date": "2025-11-26", "starts_at": "18:00", "title": "Избор на съвет", "place": "стая 12", "text": ""}
EVENT = {"date": "2025-12-18", "starts_at": "10:00", "title": "Излет", "place": "Витоша", "text": ""}
WORK = {"subject": "Математика", "kind": "CONTROL_WORK", "date": "2025-11-26", "text": "Дроби"}
MOVED = {"before": {"date": "2025-11-25"}}
# What no action writes in so many fields: it finds a template that would say too much.
EVERYTHING = (
    LESSON
    | MEETING
    | {"class_group": "7 Б", "teacher": "Мария Иванова", "comment": "Браво", "topic": "Дроби", "text": "Носете сок"}
    | {
        "reason": "семейни",
        "minutes": 15,
        "due_on": "2025-10-09",
        "until": "2025-10-07T10:35:00+03:00",
        "grade": "5.50",
    }
    | {"starts_on": "2025-10-07", "ends_on": "2025-10-09", "figure": 9, "limit": "MONTH", "period": "2025-10-01"}
    | {"outcome": "EXAMS", "exams": "Математика"}
)
_OWN = {
    Verb.GRADE_GIVEN: GRADE,
    Verb.GRADE_CORRECTED: GRADE | {"before": {"grade": "5.00"}},
    Verb.GRADE_WITHDRAWN: GRADE,
    Verb.ABSENCE_RECORDED: LESSON,
    Verb.LATENESS_RECORDED: LESSON | {"kind": "LATE", "minutes": 15},
    Verb.ABSENCE_CHANGED: LESSON | {"kind": "LATE"},
    Verb.ABSENCE_WITHDRAWN: LESSON,
    Verb.ABSENCE_EXCUSED: LESSON | {"kind": "EXCUSED"},
    Verb.PIN_LOCKED: {"student": "Ани"},
    Verb.PURSE_ENDING: {"student": "Ани", "date": "2025-11-28"},
    Verb.PURSE_ENDED: {"student": "Ани"},
    Verb.HOMEWORK_WITHDRAWN: LESSON | {"given_on": "2025-10-07"},
    Verb.PRAISE_WRITTEN: LESSON | {"text": "Помогна на новия"},
    Verb.REMARK_WRITTEN: LESSON | {"text": "Няма учебник"},
    Verb.REMARK_WITHDRAWN: LESSON | {"text": "Няма учебник"},
    Verb.HOMEWORK_GIVEN: LESSON | {"text": "стр. 48"},
    Verb.HOMEWORK_CHANGED: LESSON | {"text": "стр. 48"},
    Verb.NOTE_WRITTEN: {"text": "Утре без час на класа", "teacher": "Мария Иванова"},
    Verb.NOTE_WITHDRAWN: {"text": "Утре без час на класа", "reason": "Грешка"},
    Verb.MEETING_CALLED: MEETING,
    Verb.MEETING_CHANGED: MEETING | MOVED,
    Verb.MEETING_WITHDRAWN: MEETING | {"reason": "Грипна ваканция"},
    Verb.MEETING_REMINDED: MEETING,
    Verb.EVENT_ANNOUNCED: EVENT,
    Verb.EVENT_CHANGED: EVENT | MOVED,
    Verb.EVENT_WITHDRAWN: EVENT | {"reason": "Лошо време"},
    Verb.EVENT_REMINDED: EVENT,
    Verb.WORK_PLANNED: WORK,
    Verb.WORK_CHANGED: WORK | MOVED,
    Verb.WORK_WITHDRAWN: WORK | {"reason": "Карантина"},
    Verb.MESSAGE_URGED: LESSON | {"title": "Училището е затворено днес", "text": "Няма ток, елате до 12 ч."},
    Verb.MESSAGE_WITHDRAWN: LESSON | {"title": "Без вода утре", "reason": "сбъркана дата"},
    Verb.MESSAGE_SENT: LESSON | {"title": "Без вода утре", "text": "Носете вода."},
}
BODIES = {
    verb: _OWN.get(verb, {"object_id": 1} if telling.is_private else EVERYTHING) for verb, telling in CATALOGUE.items()
}
