"""The dialogue of the telephone, tested by dialling."""

from dataclasses import replace
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.counts import draws, rounds
from zvanets.lib import damm
from zvanets.rules import ivr
from zvanets.rules.ivr import Call, Denial, PinChange, State, answered, finished, press, silence
from zvanets.rules.ivr_menu import LANGUAGES, PAGES, Diary, Item, Prompt, Section, Sibling

CODE = "57200000" + damm.check_digit("57200000")
PIN = "271828"
NEWS = (Item("Отличен шест по математика", "bg", (11,)), Item("Отсъства от третия час", "bg", (12, 13)))
GRADES = (Item("Математика: шест, пет", "bg"),)
DIARY = Diary("Борис", "bg", {Section.NEW: NEWS, Section.GRADES: GRADES}, student=1, siblings=(Sibling(2, "Ани"),))
ANI = Diary("Ани", "bg", {Section.GRADES: GRADES}, student=2, siblings=(Sibling(1, "Борис"),))
MENU = [f"menu_{each}" for each in (*PAGES[0].values(), "more", "help", "end")]
MORE = ["menu_events", "menu_missed", "menu_child", "menu_language", "menu_pin", "menu_back"]


def look_up(call: Call) -> Call:
    """Answer as the diary would."""
    if call.state is not State.CHECKING:
        return call
    if call.new_pin:
        return answered(call, PinChange.DONE)
    if call.wanted:
        return answered(call, DIARY if call.wanted == DIARY.student else ANI)
    return answered(call, DIARY if (call.code, call.pin) == (CODE, PIN) else Denial.WRONG)


def dial(*keys: str, call: Call | None = None) -> Call:
    return reduce(lambda so_far, typed: look_up(press(so_far, typed)), keys, call or Call())


def ids(call: Call) -> list[str]:
    return [each.id if isinstance(each, Prompt) else each.text for each in call.says]


def test_the_first_words_ask_for_the_code():
    assert ids(Call()) == ["welcome", "announcement", "ask_code", *["press_hash"] * 4]


def test_code_and_pin_open_the_menu_with_what_is_new():
    call = dial(CODE, PIN)

    assert call.state is State.MENU
    assert call.says[:2] == (Prompt("child", (("name", "Борис"),)), Prompt("new_count", (("count", 2),)))
    assert ids(call)[2:] == MENU
    assert (call.pin, call.entered) == ("", "")


def test_the_first_digit_silences_the_voice():
    assert dial("5").says == ()


def test_a_slip_in_the_code_is_heard_before_anything_is_looked_up():
    assert ids(dial("123456789")) == ["wrong_code", "ask_code"]


def test_three_wrong_codes_end_the_call():
    call = dial("123456789", "123456789", "123456789")

    assert call.state is State.GOODBYE
    assert ids(call) == ["too_many_wrong"]


def test_wrong_pins_and_wrong_codes_count_together():
    call = dial(CODE, "111111", "123456789", CODE, "999999")

    assert call.is_ending
    assert dial(CODE, PIN, call=call) == call


def test_a_wrong_pair_does_not_say_which_half_was_wrong():
    assert ids(dial(CODE, "111111")) == ["wrong_pair", "ask_code"]


def test_the_right_pair_after_two_wrong_ones_still_opens():
    assert dial("123456789", CODE, "111111", CODE, PIN).state is State.MENU


@pytest.mark.parametrize("denial", [Denial.LOCKED, Denial.LOCKED_LONG, Denial.FAILED])
def test_what_cannot_be_opened_now_is_said_and_ends_the_call(denial):
    call = answered(press(Call(), CODE + PIN), denial)

    assert call.is_ending
    assert ids(call) == [str(denial)]


def test_the_news_follow_each_other_and_are_heard_one_by_one():
    call = dial(CODE, PIN, "1")
    assert call.says == (Prompt("new", (("count", 2),)), NEWS[0])
    assert call.heard == ()

    call = finished(call)
    assert (call.says, call.heard) == ((NEWS[1],), (11,))

    call = finished(call)
    assert (call.state, call.heard, call.opened) == (State.MENU, (11, 12, 13), (Section.NEW,))
    assert ids(call) == ["end_of_list", *MENU]


def test_what_was_skipped_was_not_heard():
    assert dial(CODE, PIN, "1", "#", "#").heard == ()


def test_repeat_back_previous_and_help():
    listening = dial(CODE, PIN, "1", "#")

    assert dial("*", call=listening).says == (NEWS[1],)
    assert dial("8", call=listening).says == (NEWS[0],)
    assert dial("8", "8", call=listening).position == 0
    assert ids(dial("9", call=listening)) == ["help", NEWS[1].text]
    assert ids(dial("0", call=listening)) == MENU


def test_an_empty_section_says_so_and_comes_back():
    call = dial(CODE, PIN, "3")

    assert (call.state, ids(call)) == (State.MENU, ["no_absences", *MENU])


def test_from_one_section_straight_into_another():
    assert dial(CODE, PIN, "1", "2").says == (Prompt("grades", (("count", 1),)), GRADES[0])


def test_the_further_page_of_the_menu_and_the_way_back():
    more = dial(CODE, PIN, "#")

    assert ids(more) == MORE
    assert ids(dial("#", call=more)) == MENU
    assert ids(dial("0", call=more)) == MENU
    assert ids(dial("9", call=more)) == ["help", *MORE]
    assert dial("0", "0", call=more).is_ending
    assert ids(dial("8", call=dial(CODE, PIN))) == ["no_such_key", *MENU]


def test_a_line_of_the_menu_is_said_while_there_is_something_behind_it():
    finals = replace(DIARY, sections={Section.FINALS: GRADES})
    call = press(answered(press(Call(), CODE + PIN), finals), "#")

    assert "menu_finals" in ids(call)
    assert press(call, "2").says == (Prompt("finals", (("count", 1),)), GRADES[0])
    assert ids(press(dial(CODE, PIN, "#"), "2")) == ["no_finals", *MORE]


def test_another_child_of_the_same_guardian_is_chosen_by_a_key():
    call = dial(CODE, PIN, "1", "0", "#", "6")
    assert call.state is State.CHILDREN
    assert call.says == (Prompt("for_child", (("name", "Ани"), ("key", 1))), Prompt("for_other_code"))
    assert press(call, "1").wanted == 2

    other = dial("1", call=call)
    assert (other.diary, other.heard, other.opened, other.page) == (ANI, (), (), 0)
    assert ids(dial("7", call=call)) == ["for_child", "for_other_code"]
    assert ids(dial("0", call=call)) == MORE


def test_a_child_with_another_code_needs_its_own_code_and_pin():
    call = dial(CODE, PIN, "#", "6", "#")
    assert (call.state, call.diary) == (State.CODE, None)
    assert dial("1", call=call).state is State.CODE
    alone = answered(press(Call(), CODE + PIN), replace(DIARY, siblings=()))
    assert press(alone, "#6").state is State.CODE


def test_the_pin_is_changed_by_keying_it_twice():
    call = dial(CODE, PIN, "#", "8")
    assert (call.state, ids(call)) == (State.NEW_PIN, ["ask_new_pin"])
    assert ids(dial("314159", call=call)) == ["ask_same_pin"]
    assert press(call, "314159314159").new_pin == "314159"

    done = dial("314159", "314159", call=call)
    assert (done.state, ids(done), done.new_pin) == (State.MENU, ["pin_changed", *MORE], "")


def test_a_weak_pin_a_slip_and_second_thoughts_leave_the_old_one():
    call = dial(CODE, PIN, "#", "8")
    for weak in ("111111", "123456", "240513"):
        assert ids(dial(weak, call=call)) == ["pin_weak", "ask_new_pin"]
    assert ids(dial("314159", "314158", call=call)) == ["pin_differs", "ask_new_pin"]
    assert ids(dial("314159", "#", call=call)) == ["pin_stays", *MORE]
    assert ids(dial("314159", "*", call=call)) == ["ask_new_pin"]
    assert ids(silence(dial("31", call=call))) == ["too_short", "ask_new_pin"]
    assert dial("31", call=call).wrong == 0
    taken = answered(press(call, "314159314159"), PinChange.WEAK)
    assert (taken.state, ids(taken)) == (State.MENU, ["pin_weak", *MORE])


def test_a_diary_that_is_closed_meanwhile_ends_the_call():
    call = press(dial(CODE, PIN, "#", "6"), "1")

    assert ids(answered(call, Denial.WRONG)) == ["failed"]


def test_nought_in_the_menu_says_goodbye():
    assert ids(dial(CODE, PIN, "0")) == ["goodbye"]


def test_keys_typed_ahead_wait_for_the_look_up():
    call = press(Call(), f"{CODE}{PIN}1#")
    assert call.state is State.CHECKING

    assert answered(call, DIARY).says == (NEWS[1],)


def test_the_language_is_the_familys_unless_the_caller_chose_one():
    english = Diary("Boris", "en")
    assert answered(press(Call(), CODE + PIN), english).language == "en"
    assert answered(press(Call(), "#2" + CODE + PIN), DIARY).language == "en"


@pytest.mark.parametrize(("key", "language"), list(zip("12345", LANGUAGES, strict=True)))
def test_five_languages_before_the_code_and_in_the_menu(key, language):
    asked = dial("#")
    assert [each.language for each in asked.says] == list(LANGUAGES)
    chosen = dial(key, call=asked)
    assert (chosen.language, ids(chosen)) == (language, ["ask_code"])

    heard = finished(dial(CODE, PIN, "1"))
    later = dial("0", "#", "7", key, call=heard)
    assert (later.language, later.heard, ids(later)) == (language, (11,), MORE)
    assert ids(dial("9", call=asked)) == ["this_language"] * 5
    assert ids(dial("0", call=asked)) == ["ask_code"]
    assert ids(dial("0", call=dial(CODE, PIN, "#", "7"))) == MORE


def test_star_begins_the_code_anew():
    assert dial(CODE[:4], "*", CODE, PIN[:2], "*", CODE, PIN).state is State.MENU


def test_silence_repeats_the_question_twice_and_then_ends():
    once = silence(Call())
    assert ids(once) == ["nothing_heard", "ask_code"]
    assert silence(silence(once)).is_ending
    assert not silence(silence(press(silence(once), "5"))).is_ending


def test_half_a_code_and_then_nothing_is_a_wrong_code():
    assert ids(silence(dial("5720"))) == ["too_short", "ask_code"]
    assert dial("5720").patience < Call().patience


def test_nobody_is_hurried_while_listening_or_looking_up():
    for call in (dial(CODE, PIN, "1"), press(Call(), CODE + PIN), dial(CODE, PIN, "0")):
        assert call.patience is None
        assert silence(call) == call


def test_five_hundred_digits_end_in_a_goodbye():
    assert dial(*"7" * 500).is_ending


EVENTS = some.one_of(
    some.text(alphabet="0123456789*#ABCD x", max_size=12),
    some.sampled_from([CODE, PIN, CODE + PIN, "1", "*", "#"]),
    some.sampled_from([finished, silence, look_up, DIARY, *Denial, *PinChange, ANI]),
)


@given(some.lists(EVENTS, max_size=40))
def test_whatever_is_dialled_the_dialogue_stands(events):
    call = Call()
    for event in events:
        before = call
        call = (
            event(call)
            if callable(event)
            else press(call, event)
            if isinstance(event, str) and not isinstance(event, Denial | PinChange)
            else answered(call, event)
        )
        assert call.wrong <= ivr.MOST_WRONG
        assert before.state is not State.GOODBYE or call.state is State.GOODBYE
        assert call.diary is None or call.state not in {State.CODE, State.PIN}
        assert call.diary is not None or call.state not in {State.MENU, State.LISTENING, State.CHILDREN, State.NEW_PIN}
        spoken = [each for each in call.says if isinstance(each, Item)]
        assert not spoken or call.diary is not None
        assert len(call.typed) <= ivr.LONGEST_TYPED_AHEAD
        assert len(call.entered) <= damm.LENGTH


def test_random_digits_always_lead_somewhere():
    dice = draws()
    for _ in range(rounds(100_000)):
        call = Call()
        for _ in range(dice.randrange(1, 5)):
            keys = "".join(dice.choices("0123456789*#", k=dice.randrange(1, 25)))
            call = look_up(press(call, dice.choice((keys, CODE + PIN, "1"))))
            call = dice.choice((finished, silence, look_up))(call)
            assert call.says or call.patience is not None or call.state in {State.CHECKING, State.GOODBYE}
