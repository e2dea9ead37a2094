"""What a teacher reads of a change in the programme that concerns them."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from zvanets.history.verbs import Verb
from zvanets.lib import bg
from zvanets.schools.models import Lesson, LessonChange, StaffMember

Kind = LessonChange.Kind


def letter_about(verb: Verb, change: LessonChange, reader: StaffMember, language: str) -> tuple[str, str]:
    """Return the subject and the text, in the reader's language."""
    with override(language):
        lesson = _lesson(change.lesson, language)
        if verb == Verb.HOUR_WITHDRAWN:
            subject = _("Отменена промяна: %s") % lesson
            return subject, _("%s е отново по програмата.") % lesson
        text = described(change, language, is_reader=change.substitute == reader)
        return f"{_('Промяна в програмата')}: {lesson}", f"{lesson}: {text}."


def described(change: LessonChange, language: str, *, is_reader: bool = False) -> str:
    """Return what was done: „замествате Вие“, „преместен за вторник, 7 октомври, 2-ри час“."""
    if change.substitute:
        with_own = _(" (заедно със своя клас)") if change.kind == Kind.MERGED else ""
        if is_reader:
            return _("замествате Вие") + with_own
        name = change.substitute.short_name
        return _("замества %s") % name + ("" if change.is_specialist else _(" (друг предмет)")) + with_own
    if change.kind == Kind.CANCELLED or change.instead is None:
        return _("свободен час")
    if change.kind == Kind.REPLACED:
        return _("вместо него: %s") % change.instead.course.subject.name
    place = f"{bg.day_name(change.instead.date, language)}, {bg.lesson_hour(change.instead.hour_no, language)}"
    return _("преместен за %s") % place


def _lesson(lesson: Lesson, language: str) -> str:
    course = lesson.course
    hour = f"{bg.day_name(lesson.date, language)}, {bg.lesson_hour(lesson.hour_no, language)}"
    return f"{course.class_group.name}, {course.subject.name}, {hour}"
