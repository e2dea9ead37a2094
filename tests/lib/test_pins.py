from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.lib.pins import digest, is_weak, matches, new_pin, read_pin
from zvanets.lib.refusals import Refusal

KEY = b"a key of the environment"


@pytest.mark.parametrize(
    "pin",
    [
        "000000",
        "111111",
        "123456",
        "654321",
        "890123",
        "135791",
        "121212",
        "123123",
        "123321",
        "112233",
        "147258",
        "200200",
    ],
)
def test_a_pin_that_is_guessed_first_is_refused(pin):
    with pytest.raises(Refusal) as refusal:
        read_pin(pin)
    assert refusal.value.code == "pin_weak"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12a456", "١٢٣٤٥٦", "-12345"])
def test_what_is_not_six_digits_is_no_pin(typed):
    with pytest.raises(Refusal) as refusal:
        read_pin(typed)
    assert refusal.value.code == "pin_shape"


def test_a_pin_may_be_typed_with_a_space():
    assert read_pin(" 481 907 ") == "481907"


@given(st.integers(0, 2**32))
def test_a_new_pin_is_six_digits_and_not_weak(seed):
    pin = new_pin(Random(seed))
    assert read_pin(pin) == pin
    assert not is_weak(pin)


def test_nine_in_ten_pins_are_allowed():
    assert sum(is_weak(f"{pin:06d}") for pin in range(0, 1_000_000, 7)) < 10_000


def test_only_the_right_pin_of_the_right_guardian_with_the_right_key_matches():
    kept = digest("481907", key=KEY, owner="guardian:7")
    assert matches("481907", kept, key=KEY, owner="guardian:7")
    assert not matches("481908", kept, key=KEY, owner="guardian:7")
    assert not matches("481907", kept, key=KEY, owner="guardian:8")
    assert not matches("481907", kept, key=b"another", owner="guardian:7")
    assert not matches("481907", "", key=KEY, owner="guardian:7")


def test_the_digest_is_hmac_sha_256():
    assert len(digest("481907", key=KEY, owner="guardian:7")) == 64
    with pytest.raises(ValueError, match="key"):
        digest("481907", key=b"", owner="guardian:7")
