"""One child's average is the same number wherever it is read: gradebook, term page, student's page, portal, telephone."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from tests import small_school
from tests.gradebook.conftest import add_second_term, put
from tests.portal.conftest import family_of
from tests.staff.people import home, signed_in
from tests.staff.test_finals import text_of
from zvanets.accounts.models import User
from zvanets.ivr.marks import grades as spoken
from zvanets.ivr.reader import Reader
from zvanets.lib import clock, speak
from zvanets.rules.grades import GradeKind
from zvanets.schools.choices import choices_now
from zvanets.schools.models import School, SchoolSettings
from zvanets.tenancy.school import at_school

TWICE = {GradeKind.CLASS_WORK: 2, GradeKind.HOMEWORK: 3}
WEIGHTS = [TWICE.get(kind, 1) for kind in range(1, 13)]


@pytest.fixture
def small(school):
    made = small_school.build(school.pk)
    with at_school(made.id):
        add_second_term(made)
        anna = made.students[0]
        put(made, anna, "4.50", "3")
        put(made, anna, "5.50", kind=GradeKind.CLASS_WORK)
        put(made, anna, "6", kind=GradeKind.HOMEWORK)
        put(made, anna, "4", kind=GradeKind.OTHER_SCHOOL, on=clock.today() - timedelta(days=20))
        put(made, anna, "2", kind=GradeKind.TERM, term=1)
    return made


@pytest.mark.parametrize(
    ("settings", "average"),
    [
        ({}, "4,60"),  # (4,50 + 3 + 5,50 + 6 + 4) ÷ 5
        ({"averages_of_rounded_grades": True}, "4,80"),  # (5 + 3 + 6 + 6 + 4) ÷ 5
        ({"grade_weights": WEIGHTS}, "5,06"),  # (4,50 + 3 + 5,50 × 2 + 6 × 3 + 4) ÷ 8 = 5,0625
        ({"averages_of_rounded_grades": True, "grade_weights": WEIGHTS}, "5,25"),  # 42 ÷ 8
    ],
)
def test_everybody_reads_the_same_number(small, settings, average):
    with at_school(small.id):
        SchoolSettings.objects.create(**settings)
    anna, course = small.students[0], small.course.pk
    teacher, mother = signed_in(small.teacher), Client()
    family = family_of(small, User.objects.create_user("mother", "x"))
    mother.force_login(family.user)
    pages = {
        "gradebook": (
            teacher,
            home(small, f"courses/{course}/grades/?term=1"),
            rf'data-sum="mean1"><a[^>]*>{average}<',
        ),
        "its year": (teacher, home(small, f"courses/{course}/grades/?term=year"), rf'mean0"><a[^>]*>{average}<'),
        "unfolded": (teacher, home(small, f"courses/{course}/grades/{anna.pk}/mean1/"), average),
        "term page": (teacher, home(small, f"courses/{course}/finals/?period=1"), average),
        "student on it": (teacher, home(small, f"courses/{course}/students/{anna.pk}/?period=1"), f"<b>{average}</b>"),
        "student": (teacher, home(small, f"students/{anna.pk}/"), average),
        "portal": (mother, family.url(0, "grades/"), average),
        "portal's sum": (mother, family.url(0, "grades/average/"), f"Среден успех {average}"),
        "portal's first page": (mother, family.url(), f"<b>{average}</b>"),
    }
    assert [
        name for name, (client, url, there) in pages.items() if not re.search(there, text_of(client.get(url)))
    ] == []
    assert speak.mark(Decimal(average.replace(",", ".")), "bg") in _spoken(small)


def _spoken(small) -> str:
    """Return what the telephone says of the grades."""
    with at_school(small.id):
        reader = Reader(School.objects.get(pk=small.id), small.students[0], small.guardians[0].pk, "bg", clock.now())
        return " ".join(item.text for item in spoken(reader, small.school_year.starts_on))


def test_a_head_sets_how_often_a_kind_counts_and_history_keeps_it(small):
    head = signed_in(small.teacher)
    with at_school(small.id):
        small_school.Membership.objects.filter(user=small.teacher).update(role="director")
    url = home(small, "head/settings/")
    page = head.get(url)
    sent = dict.fromkeys(("grades", "remarks", "homework", "absences"), "60") | {"weight_3": "2"}
    assert 'name="weight_3" value="1"' in text_of(page)
    assert head.post(url, sent).status_code == 302
    with at_school(small.id):
        assert choices_now().grade_weights == (1, 1, 2, *[1] * 9)
    assert 'name="weight_3" value="2"' in text_of(head.get(url))
    assert head.post(url, sent | {"weight_3": "9"}).status_code == 422
