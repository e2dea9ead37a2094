"""What families are told of is decided twice, for the outbox and for the texts, and both say the same."""

from zvanets.history.verbs import Verb
from zvanets.notifications.catalogue import CATALOGUE


def test_just_what_the_catalogue_tells_waits_in_the_outbox():
    assert {verb for verb in Verb if verb.is_told} == set(CATALOGUE)
