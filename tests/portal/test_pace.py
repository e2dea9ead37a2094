"""When a guardian is told: quiet hours by their own clock."""

from datetime import time

import pytest

from tests.portal.test_home import page_of
from zvanets.guardians.models import Guardian, Subscription
from zvanets.history.models import Entry
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


def choose(client, home, **typed):
    return client.post(
        home.url(0, "settings/pace/"), {"quiet_from": "", "quiet_to": "", "time_zone": "", "digest_at": "18:00"} | typed
    )


def guardian(home) -> Guardian:
    with at_school(home.small.id):
        return Guardian.objects.get(pk=home.guardian.pk)


def test_nobody_has_quiet_hours_before_they_choose_them(signed_in, home):
    assert "Нямате тихи часове: казваме Ви по всяко време." in page_of(signed_in, home.url(0, "settings/"))


def test_quiet_hours_are_chosen_by_the_clock_of_a_town(signed_in, home):
    answer = choose(signed_in, home, quiet_from="21:30", quiet_to="07:00", time_zone="Europe/London")

    assert answer.headers["Location"] == home.url(0, "settings/")
    mine = guardian(home)
    assert (mine.quiet_from, mine.quiet_to, mine.time_zone) == (time(21, 30), time(7), "Europe/London")
    said = "Между 21:30 и 07:00 ч. (Лондон, Дъблин) Ви казваме само спешното."
    assert said in page_of(signed_in, home.url(0, "settings/"))
    assert 'value="21:30"' in page_of(signed_in, home.url(1, "settings/pace/")), "they are hers, for both children"
    with at_school(home.small.id):
        entry = Entry.objects.get(verb="settings.changed")
        assert (entry.sub_verb, entry.object_id) == ("quiet", home.guardian.pk)


def test_the_same_once_more_is_no_change(signed_in, home):
    for _ in range(2):
        choose(signed_in, home, quiet_from="22:00", quiet_to="06:00")

    with at_school(home.small.id):
        assert Entry.objects.filter(verb="settings.changed").count() == 1


def test_empty_fields_and_equal_times_are_no_quiet_hours(signed_in, home):
    choose(signed_in, home, quiet_from="22:00", quiet_to="06:00")
    assert choose(signed_in, home, quiet_from="22:00", quiet_to="22:00").status_code == 302
    assert guardian(home).quiet_from is None
    assert choose(signed_in, home).status_code == 302


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"quiet_from": "21:00"}, "Напишете и началото, и края"),
        ({"quiet_from": "21:00", "quiet_to": "20:00"}, "най-много 14"),
        ({"quiet_from": "девет", "quiet_to": "07:00"}, "Напишете часа като 21:00."),
        ({"time_zone": "Europe/Atlantis"}, "Europe/Atlantis"),
    ],
)
def test_what_cannot_be_is_said_so_and_kept_in_the_field(signed_in, home, typed, words):
    answer = choose(signed_in, home, **typed)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    if "quiet_from" in typed:
        assert f'value="{typed["quiet_from"]}"' in page
    assert guardian(home).quiet_from is None


def test_the_hour_of_the_digest_is_chosen(signed_in, home):
    assert choose(signed_in, home, digest_at="19:30").status_code == 302

    assert guardian(home).digest_at == time(19, 30)
    assert "наведнъж в 19:30 ч." in page_of(signed_in, home.url(0, "settings/"))
    assert "Най-много SMS" not in page_of(signed_in, home.url(0, "settings/pace/")), "there is no carrier"


def test_only_the_family_sets_how_many_sms_a_day(signed_in, home, settings):
    settings.SMPP_URL = "smpp://diary:secret@127.0.0.1:1"

    assert choose(signed_in, home, sms_a_day="2").status_code == 302
    assert guardian(home).sms_a_day == 2
    answer = choose(signed_in, home, sms_a_day="200", quiet_from="21:00", quiet_to="06:00")
    assert answer.status_code == 422
    assert "Напишете число от 0 до 50" in answer.content.decode()
    assert (guardian(home).sms_a_day, guardian(home).quiet_from) == (2, None), "all of it is kept or nothing"
    choose(signed_in, home, sms_a_day="")
    assert guardian(home).sms_a_day is None


def test_kinds_told_once_a_day_are_ticked_for_each_child(signed_in, home):
    everything = {"portal": ["grade", "homework"], "email": ["grade", "homework"]}
    signed_in.post(home.url(0, "settings/kinds/"), everything | {"digest": ["homework"]})

    with at_school(home.small.id):
        rows = Subscription.objects.filter(guardianship__guardian=home.guardian, channel="email")
        told = dict(rows.values_list("guardianship__student__first_name", "digest_kinds"))
        assert told == {"Анна": ["homework"]}
        assert Entry.objects.filter(verb="subscription.changed", sub_verb="digest").count() == 1
    page = page_of(signed_in, home.url(0, "settings/"))
    assert 'name="digest" value="homework" checked' in page
    assert 'name="digest" value="absence"' not in page
    assert signed_in.post(home.url(0, "settings/kinds/"), {"digest": ["absence"]}).status_code == 404
    signed_in.post(home.url(0, "settings/kinds/"), everything)
    assert 'name="digest" value="homework">' in page_of(signed_in, home.url(0, "settings/"))
