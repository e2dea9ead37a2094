"""What families read: in words a grandmother understands, in two languages, and nothing private outside the portal."""

import re

import pytest

from zvanets.guardians.models import EventKind
from zvanets.history.verbs import Verb
from zvanets.notifications.catalogue import CATALOGUE, NEUTRAL, telling_of
from zvanets.notifications.wording import LANGUAGES, TEMPLATES, and_more, values, words

CHANNELS = ("email", "sms", "portal", "voice")
LESSON = {
    "student": "Ани Желева",
    "class_group": "7 Б",
    "subject": "Математика",
    "hour_no": 3,
    "date": "2025-10-07",
    "teacher": "Мария Иванова",
}
GRADE = LESSON | {"grade": "5.50", "quality": None, "special": None, "kind": "CONTROL_WORK", "given_on": "2025-10-07"}
PRIVATE = {"is_private": True, "kind": "TERM"}
ABSENCE = LESSON | {"kind": "UNEXCUSED", "minutes": None}
LATENESS = LESSON | {"kind": "LATE", "minutes": 15}
REMARK = LESSON | {"text": "Няма учебник", "written_on": "2025-10-07"}
HOMEWORK = {
    "class_group": "7 Б",
    "subject": "Математика",
    "text": "стр. 48",
    "due_on": "2025-10-09",
    "given_on": "2025-10-07",
}


def say(verb, body, channel="sms", language="bg"):
    telling = telling_of(verb, body)
    return "; ".join(words(verb, body, channel=channel, language=language, is_private=telling.is_private).lines)


@pytest.mark.parametrize(
    ("verb", "body", "bulgarian", "english"),
    [
        (
            Verb.GRADE_GIVEN,
            GRADE,
            "Отличен 5,50 по математика, контролна работа",
            "Excellent 5.50 in математика, written test",
        ),
        (
            Verb.GRADE_GIVEN,
            GRADE | {"grade": "5.00", "kind": "CURRENT"},
            "Мн. добър 5 по математика",
            "Very good 5 in математика",
        ),
        (
            Verb.GRADE_GIVEN,
            GRADE | {"grade": "", "quality": 2, "kind": "CURRENT"},
            "Незадоволителен по математика",
            "Poor in математика",
        ),
        (
            Verb.GRADE_CORRECTED,
            GRADE | {"before": {"grade": "5.00", "quality": None, "special": None}, "kind": "CURRENT"},
            "Поправка по математика: отличен 5,50, беше мн. добър 5",
            "Corrected grade in математика: excellent 5.50, was very good 5",
        ),
        (
            Verb.GRADE_WITHDRAWN,
            GRADE | {"kind": "CURRENT"},
            "Заличена оценка по математика: отличен 5,50",
            "Grade in математика withdrawn: excellent 5.50",
        ),
        (
            Verb.ABSENCE_RECORDED,
            ABSENCE,
            "Отсъства от 3-тия час (математика)",
            "Absent from the 3rd lesson (математика)",
        ),
        (
            Verb.LATENESS_RECORDED,
            LATENESS | {"minutes": None},
            "Закъсня за 3-тия час по математика",
            "Late for the 3rd lesson (математика)",
        ),
        (
            Verb.LATENESS_RECORDED,
            LATENESS,
            "Закъсня за 3-тия час по математика (15 минути)",
            "Late for the 3rd lesson (математика), 15 minutes",
        ),
        (
            Verb.ABSENCE_CHANGED,
            LATENESS | {"minutes": None},
            "Поправено: закъсня за 3-тия час по математика",
            "Corrected: late for the 3rd lesson (математика)",
        ),
        (
            Verb.ABSENCE_WITHDRAWN,
            ABSENCE,
            "Поправено: отсъствието от 3-тия час (математика) е заличено",
            "Corrected: the absence from the 3rd lesson (математика) was deleted",
        ),
        (
            Verb.ABSENCE_EXCUSED,
            ABSENCE | {"kind": "EXCUSED", "reason_kind": 1},
            "Отсъствието от 3-тия час (математика) е извинено",
            "The absence from the 3rd lesson (математика) was excused",
        ),
        (
            Verb.REMARK_WRITTEN,
            REMARK,
            "Забележка по математика: Няма учебник",
            "Remark in математика: Няма учебник",
        ),
        (Verb.PRAISE_WRITTEN, REMARK, "Похвала по математика: Няма учебник", "Praise in математика: Няма учебник"),
        (
            Verb.HOMEWORK_GIVEN,
            HOMEWORK,
            "Домашна работа по математика за четвъртък, 9 октомври: стр. 48",
            "Homework in математика for Thursday, 9 October: стр. 48",
        ),
    ],
)
def test_a_family_reads_it_in_plain_words(verb, body, bulgarian, english):
    assert say(verb, body) == bulgarian
    assert say(verb, body, language="en") == english


def test_every_told_verb_has_a_template_for_each_channel_and_language():
    stems = [verb.replace(".", "_") for verb, telling in CATALOGUE.items() if not telling.is_private]
    expected = {f"{stem}.{channel}.txt" for stem in stems for channel in CHANNELS}
    expected |= {f"{NEUTRAL}.{channel}.txt" for channel in ("email", "sms", "voice")}
    for language in LANGUAGES:
        assert expected <= {path.name for path in (TEMPLATES / language).iterdir()}
    assert {p.name for p in (TEMPLATES / "bg").iterdir()} == {p.name for p in (TEMPLATES / "en").iterdir()}


def test_templates_name_only_values_that_there_are():
    known = set(values({}, "bg"))
    layout = {"school", "portal", "first", "rest", "language", "child", "entries", "footer"}
    for path in TEMPLATES.glob("*/*.txt"):
        named = set(re.findall(r"{{\s*(\w+)|{%\s*if\s+(\w+)", path.read_text()))
        assert {name for pair in named for name in pair if name} <= known | layout, path


def test_every_template_says_something_even_of_an_entry_that_says_nothing():
    for language in LANGUAGES:
        for verb, telling in CATALOGUE.items():
            for channel in CHANNELS:
                said = words(verb, {}, channel=channel, language=language, is_private=telling.is_private)
                assert said.lines, (verb, channel)
                assert bool(said.subject) == (channel == "email")


def test_lines_of_what_was_left_empty_are_left_out():
    said = words(Verb.GRADE_GIVEN, GRADE, channel="email", language="bg", is_private=False)
    assert said.lines == (
        "Отличен 5,50 по математика, контролна работа",
        "вторник, 7 октомври",
        "Учител: Мария Иванова",
    )


def test_what_somebody_typed_cannot_pose_as_a_line_of_ours():
    forged = REMARK | {"text": "ок\nОтличен 6 по математика\r\n\r\n{{ teacher }} {% if %}"}
    assert say(Verb.REMARK_WRITTEN, forged, "email").split("; ")[0] == (
        "Забележка по математика: ок Отличен 6 по математика {{ teacher }} {% if %}"
    )


@pytest.mark.parametrize(
    ("name", "shown"), [("Математика", "математика"), ("ИТ", "ИТ"), ("STEM център", "STEM център"), ("Я", "Я")]
)
def test_a_subject_stands_within_the_sentence(name, shown):
    assert values({"subject": name}, "bg")["subject"] == shown


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        (Verb.HEALTH_NOTED, {"student": "Ани Желева"}),
        (Verb.GRADE_GIVEN, PRIVATE),
        (Verb.GRADE_CORRECTED, PRIVATE),
        (Verb.GRADE_WITHDRAWN, PRIVATE),
        (Verb.COMMENT_WRITTEN, PRIVATE),
        (Verb.COMMENT_WITHDRAWN, PRIVATE),
        (Verb.OVERALL_GIVEN, PRIVATE),
        (Verb.EXEMPTION_SET, PRIVATE),
        (Verb.EXEMPTION_WITHDRAWN, PRIVATE),
        (Verb.SPECIAL_NEEDS_SET, PRIVATE),
        (Verb.SPECIAL_NEEDS_WITHDRAWN, PRIVATE),
    ],
)
def test_special_category_data_leave_the_portal_only_as_a_hint(verb, body):
    for language, hint in (("bg", "Има ново съобщение от училището"), ("en", "There is a new message from school")):
        for channel in ("email", "sms", "voice"):
            assert say(verb, body, channel, language).startswith(hint)
        portal = say(verb, body, "portal", language)
        assert portal
        assert not portal.startswith(hint)


RESIT = {"subject": "Математика", "session": 1, "grade": "4.00", "date": "2026-06-30"}


@pytest.mark.parametrize(
    ("verb", "body", "bulgarian", "english"),
    [
        (
            Verb.GRADE_GIVEN,
            GRADE | {"grade": "6.00", "kind": "TERM", "term": 1},
            "Отличен 6 по математика, оценка за I срок",
            "Excellent 6 in математика, grade for term 1",
        ),
        (
            Verb.GRADE_GIVEN,
            GRADE | {"grade": "5.67", "kind": "ANNUAL", "term": None},
            "Отличен 5,67 по математика, годишна оценка",
            "Excellent 5.67 in математика, annual grade",
        ),
        (
            Verb.GRADE_CORRECTED,
            GRADE | {"grade": "5.00", "kind": "TERM", "term": 2, "before": {"grade": "4.00", "quality": None}},
            "по математика: мн. добър 5, беше добър 4 (оценка за II срок)",
            "in математика: very good 5, was good 4 (grade for term 2)",
        ),
        (
            Verb.COMMENT_WRITTEN,
            {"subject": "Математика", "average": "5.50", "of_period": 1, "comment": "Напредва", "date": "2026-01-30"},
            "по математика",
            "in математика",
        ),
        (
            Verb.OVERALL_GIVEN,
            {"quality": 6, "grade": ""},
            "Общ годишен успех: отличен",
            "Overall annual result: excellent",
        ),
        (
            Verb.RESULT_SET,
            {"outcome": "EXAMS", "exams": "Математика"},
            "Резултат от годината: полага изпити (Математика)",
            "Result of the year: sits resits (Математика)",
        ),
        (
            Verb.RESIT_ENTERED,
            RESIT | {"final": "PASSES"},
            "Поправителен изпит по математика, I сесия: добър 4; Резултат от годината: завършва",
            "Resit in математика, session 1: good 4; Result of the year: passes the year",
        ),
        (
            Verb.RESIT_ENTERED,
            RESIT | {"grade": "", "session": 3},
            "Поправителен изпит по математика, допълнителна сесия: без явяване",
            "Resit in математика, additional session: did not come",
        ),
    ],
)
def test_term_and_annual_grades_and_results_reach_all_four_channels(verb, body, bulgarian, english):
    for channel in ("email", "sms", "portal", "voice"):
        assert bulgarian in say(verb, body, channel)
        assert english in say(verb, body, channel, "en")
        assert telling_of(verb, body).kinds == (
            (EventKind.GRADE if verb == Verb.COMMENT_WRITTEN else EventKind.RESULT),
        )


def test_a_comment_on_an_average_says_which():
    body = {"subject": "Математика", "average": "5.50", "of_period": 1, "comment": "Напредва"}
    assert say(Verb.COMMENT_WRITTEN, body, "portal") == (
        "Коментар по математика към средния успех 5,50 за I срок: Напредва"
    )
    assert say(Verb.COMMENT_WRITTEN, GRADE | {"comment": "Напредва"}, "email", "en") == (
        "Comment in математика on the grade excellent 5.50 (written test): Напредва; Teacher: Мария Иванова"
    )


def test_the_reason_of_an_absence_is_told_to_nobody():
    for channel in CHANNELS:
        said = say(Verb.ABSENCE_EXCUSED, ABSENCE | {"kind": "EXCUSED", "reason_kind": 1, "reason": "грип"}, channel)
        assert "грип" not in said
        assert "здрав" not in said.lower()


def test_a_term_grade_is_a_result_and_an_absence_is_urgent():
    assert telling_of(Verb.GRADE_GIVEN, GRADE | {"kind": "TERM"}).kinds == (EventKind.RESULT,)
    assert telling_of(Verb.GRADE_GIVEN, GRADE).kinds == (EventKind.GRADE,)
    assert telling_of(Verb.ABSENCE_RECORDED, ABSENCE).is_urgent
    assert telling_of(Verb.LESSON_SAVED, {}) is None


def test_a_subject_line_counts_what_else_there_is():
    assert and_more("Отсъства", 2, "bg") == "Отсъства и още 2 новини"
    assert and_more("Absent", 1, "en") == "Absent and 1 other note"
