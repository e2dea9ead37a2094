from zvanets.lib.refusals import Refusal, shown


def test_a_refusal_speaks_bulgarian_by_itself():
    refusal = Refusal("grade", "Няма оценка %(grade)s.", {"grade": "2,50"})
    assert str(refusal) == "Няма оценка 2,50."
    assert refusal.msgid % refusal.params == str(refusal)


def test_a_refusal_without_parameters_may_hold_a_percent_sign():
    assert str(Refusal("share", "25 % от часовете")) == "25 % от часовете"


def test_what_was_typed_is_shown_on_one_short_line():
    assert shown("5\n\x00 6") == "5 6"
    assert len(shown("я" * 1000)) == 30
