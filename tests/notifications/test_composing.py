"""Several facts about one child in one message: said once, with the day they are about."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from zvanets.guardians.models import ChannelName, SmsScript
from zvanets.history.verbs import Verb
from zvanets.notifications.composing import Composer
from zvanets.rules.delivery import Fact

LESSON = {"subject": "Музика", "hour_no": 3, "date": "2026-11-20", "teacher": "Мария Иванова"}
ABSENT = LESSON | {"kind": "UNEXCUSED"}
POOR = LESSON | {"grade": str(Decimal(2)), "kind": "CURRENT", "given_on": "2026-11-20", "topic": "Ноти"}
REMARK = LESSON | {"text": "Няма тетрадка", "written_on": "2026-11-20"}


def fact(number: int, verb: Verb, body: dict) -> Fact:
    return Fact(number=number, verb=verb, body=body)


def composed(channel: ChannelName, *facts: Fact, language: str = "bg"):
    hearer = SimpleNamespace(child="Борис", channel=channel, language=language, sms_script=SmsScript.CYRILLIC)
    return Composer().compose(facts, hearer)


FACTS = (
    fact(1, Verb.GRADE_GIVEN, POOR),
    fact(2, Verb.REMARK_WRITTEN, REMARK),
    fact(3, Verb.ABSENCE_RECORDED, ABSENT),
)


def test_a_mail_says_the_day_and_the_teacher_once():
    mail = composed(ChannelName.EMAIL, *FACTS)

    assert mail.subject == "Борис: отсъства от 3-тия час (музика) и още 2 новини"
    assert mail.text.count("Мария Иванова") == 1
    assert mail.text.split("\n\n")[1:] == [
        "Слаб 2 по музика\nпетък, 20 ноември, тема „Ноти“",
        "Забележка по музика: Няма тетрадка",
    ]


def test_another_teacher_is_named_again():
    other = POOR | {"teacher": "Петър Колев"}
    mail = composed(ChannelName.EMAIL, fact(1, Verb.GRADE_GIVEN, POOR), fact(2, Verb.GRADE_GIVEN, other))
    assert [mail.text.count(name) for name in ("Мария Иванова", "Петър Колев")] == [1, 1]


def test_the_portal_says_all_of_each_since_each_stands_alone_there():
    news = composed(ChannelName.PORTAL, *FACTS).text
    assert news.count("петък, 20 ноември") == news.count("Учител: Мария Иванова") == 3


def test_an_sms_says_the_day_for_it_may_be_of_another():
    assert composed(ChannelName.SMS, *FACTS).text == (
        "Борис (20.11.): отсъства от 3-тия час (музика); слаб 2 по музика; забележка по музика: Няма тетрадка"
    )
    thursday = fact(4, Verb.ABSENCE_RECORDED, ABSENT | {"date": "2026-11-19"})
    assert composed(ChannelName.SMS, FACTS[2], thursday).text == (
        "Борис: отсъства от 3-тия час (музика) (20.11.); отсъства от 3-тия час (музика) (19.11.)"
    )


@pytest.mark.parametrize(
    ("verb", "body", "said"),
    [
        (Verb.HEALTH_NOTED, {"date": "2026-11-20"}, "Борис: има ново съобщение от училището, вижте го в портала"),
        (
            Verb.EVENT_ANNOUNCED,
            {"title": "Коледен базар", "date": "2026-12-18"},
            "Борис: Коледен базар, петък, 18 декември",
        ),
    ],
)
def test_what_is_private_or_has_its_own_day_gets_none(verb, body, said):
    assert composed(ChannelName.SMS, fact(1, verb, body)).text == said
