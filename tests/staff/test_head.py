"""The head's day, unfilled lessons, and the school's choices."""

from datetime import timedelta

import pytest

from tests.budget import statements
from tests.staff.people import colleague, home, signed_in
from zvanets.accounts.models import Role
from zvanets.history.models import Entry, Grace
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.schools.models import Lesson, SchoolSettings
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(saved):
    return signed_in(colleague(saved, Role.DIRECTOR))


def test_the_day_in_three_sentences(head, saved):
    page = head.get(home(saved, "head/")).content.decode()
    assert "1\u00a0ученик</a> отсъства (1\u00a0отсъствие)." in page
    assert "1\u00a0ученик закъсня." in page
    assert "Родителите още не са получавали съобщения днес." in page
    assert "1 / 1" in page


def test_unfilled_lessons_stand_by_day_with_their_teachers(head, saved):
    with at_school(saved.id):
        day = clock.today() - timedelta(days=3)
        Lesson.objects.create(course=saved.course, date=day, hour_no=1, starts_at="08:00", ends_at="08:40")
    page = head.get(home(saved, "head/unfilled/")).content.decode()
    assert "1\u00a0час от" in page
    assert "Мария Иванова" in page


def test_a_teacher_is_no_head(front, small):
    for place in ("head/", "head/unfilled/", "head/settings/"):
        assert front.get(home(small, place)).status_code == 404
    assert front.post(home(small, "head/settings/"), {}).status_code == 404
    assert "/head/" not in front.get(home(small)).content.decode()


WANTED = {"grades": "120", "remarks": "60", "homework": "0", "absences": "0", "past_month_lock_day": "5"}


def test_the_school_changes_its_mind_and_history_keeps_both(head, saved):
    url = home(saved, "head/settings/")
    assert 'value="60"' in head.get(url).content.decode()
    answer = head.post(url, WANTED, follow=True)
    assert "Настройките са записани." in answer.content.decode()
    assert "Нищо не беше променено." in head.post(url, WANTED, follow=True).content.decode()
    with at_school(saved.id):
        settings = SchoolSettings.objects.get()
        assert (settings.past_month_lock_day, settings.future_entries_locked) == (5, False)
        assert Grace.objects.get(verb=Verb.GRADE_CORRECTED).seconds == 120
        body = Entry.objects.get(verb=Verb.SETTINGS_CHANGED).body.text
        assert '"grace_grades":120' in body
        assert '"grace_grades":60' in body


@pytest.mark.parametrize(
    "wrong", [{"grades": "-1"}, {"grades": "4000"}, {"past_month_lock_day": "32"}, {"remarks": ""}]
)
def test_a_wrong_choice_is_refused_and_kept(head, saved, wrong):
    answer = head.post(home(saved, "head/settings/"), WANTED | wrong)
    assert answer.status_code == 422
    assert 'value="120"' in answer.content.decode() or "grades" in wrong
    with at_school(saved.id):
        assert not SchoolSettings.objects.exists()


def test_the_page_costs_few_statements(head, saved):
    head.get(home(saved, "head/"))
    with statements() as found:
        head.get(home(saved, "head/"))
    assert len(found) <= 16, found
