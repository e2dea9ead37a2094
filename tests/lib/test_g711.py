"""G.711: the tables agree with the standard's own examples and with each other."""

from zvanets.lib import g711


def test_silence_and_the_loudest_codes_are_those_of_the_standard():
    assert g711.to_alaw([0]) == g711.ALAW_SILENCE
    assert (g711.ALAW[0xD5], g711.ALAW[0x55], g711.ALAW[0xAA], g711.ALAW[0x2A]) == (8, -8, 32256, -32256)
    assert (g711.ULAW[0xFF], g711.ULAW[0x7F], g711.ULAW[0x80], g711.ULAW[0x00]) == (0, 0, 32124, -32124)


def test_every_code_comes_back_from_its_own_value():
    assert g711.to_alaw(g711.ALAW) == bytes(range(256))
    assert g711.ULAW_TO_ALAW[0xFF] == 0xD5
    assert all(
        abs(g711.ULAW[g711.ALAW_TO_ULAW[code]] - g711.ALAW[code]) <= abs(g711.ALAW[code]) / 16 + 16
        for code in range(256)
    )


def test_a_sample_is_coded_within_a_sixteenth_of_its_size():
    for sample in range(-32768, 32768, 7):
        back = g711.from_alaw(g711.to_alaw([sample]))[0]
        assert abs(back - sample) <= max(16, abs(sample) / 16), sample


def test_loudness_of_nothing_is_nothing():
    assert g711.rms([]) == 0
    assert g711.rms([3, -3]) == 3
