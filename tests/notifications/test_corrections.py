"""What is corrected or withdrawn: silently while nobody knows, openly afterwards."""

import pytest

from tests import small_school
from tests.marks import committed
from tests.notifications.telling import (
    ABSENT,
    AFTER_GRACE,
    LATE,
    SIX,
    first_lines,
    grade,
    mark,
    messages,
    remark,
    save,
    tell,
    texts,
    waiting,
)
from zvanets.gradebook.actions import correct_grade, withdraw_grade
from zvanets.gradebook.models import Grade
from zvanets.history.models import Entry, Pending
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.notifications.models import Message, Told
from zvanets.remarks.models import Remark
from zvanets.rules.delivery import Status
from zvanets.tenancy.school import at_school

pytestmark = committed


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


def correct(small, value, why="сбъркана"):
    with at_school(small.id):
        standing = Grade.objects.standing().get()
        return correct_grade(small.actor, Grade.objects.all(), grade_id=standing.pk, mark=mark(value), why=why)


def withdraw(small):
    with at_school(small.id):
        standing = Grade.objects.standing().get()
        withdraw_grade(small.actor, Grade.objects.all(), grade_id=standing.pk, why="друг ученик")


def sent(small):
    """Say that what was queued has gone out."""
    with at_school(small.id):
        Message.objects.filter(status=Status.QUEUED).update(status=Status.ACCEPTED, accepted_at=clock.now())


def test_a_grade_corrected_within_its_grace_is_told_as_if_it_had_been_so(small):
    save(small, grades=[grade(small, 0, "2")])
    correct(small, "5.50")
    tell(AFTER_GRACE)
    assert first_lines(small) == {"Анна": [SIX]}


def test_the_first_due_moment_takes_the_correction_along_whose_own_grace_still_runs(small):
    save(small, grades=[grade(small, 0, "2")])
    with at_school(small.id):
        Pending.objects.filter(verb=Verb.GRADE_GIVEN).update(due_at=clock.now())
    correct(small, "5.50")
    tell()
    assert first_lines(small) == {"Анна": [SIX]}
    tell(AFTER_GRACE)
    assert first_lines(small) == {"Анна": [SIX]}


def test_a_grade_withdrawn_within_its_grace_frightens_nobody(small):
    save(small, grades=[grade(small, 0, "2")])
    withdraw(small)
    tell(AFTER_GRACE)
    assert not messages(small)
    assert waiting(small) == 0


def test_a_grade_corrected_after_telling_is_told_as_corrected(small):
    save(small, grades=[grade(small, 0, "2")])
    tell(AFTER_GRACE)
    sent(small)
    correct(small, "5.50")
    tell(AFTER_GRACE)
    assert first_lines(small)["Анна"][1] == (
        "Поправена оценка по математика: отличен 5,50, беше слаб 2 (контролна работа)"
    )


def test_the_portal_says_that_a_grade_it_showed_was_corrected_while_the_unsent_mail_says_only_the_last(small):
    save(small, grades=[grade(small, 0, "2")])
    tell(AFTER_GRACE)
    correct(small, "5.50")
    tell(AFTER_GRACE)
    assert first_lines(small, "email") == {"Анна": [SIX]}
    assert len(texts(small, "portal")["Анна"]) == 2
    assert [(m.status, m.error) for m in messages(small, channel="email")] == [
        (Status.CANCELLED, "replaced"),
        (Status.QUEUED, ""),
    ]


def test_a_message_in_place_of_another_tells_what_else_stood_in_it(small):
    save(small, grades=[grade(small, 0, "2")], remarks=[remark(small, 0, "Няма учебник")])
    tell(AFTER_GRACE)
    withdraw(small)
    tell(AFTER_GRACE)
    assert first_lines(small, "email") == {"Анна": ["Забележка по математика: Няма учебник"]}
    old, new = messages(small, channel="email")
    assert (old.status, new.status) == (Status.CANCELLED, Status.QUEUED)
    with at_school(small.id):
        verbs = Entry.objects.filter(pk__in=Told.objects.filter(message=new.pk).values("entry"))
        assert list(verbs.values_list("verb", flat=True)) == [Verb.REMARK_WRITTEN]


def test_two_corrections_before_sending_leave_one_mail(small):
    save(small, grades=[grade(small, 0, "2")])
    tell(AFTER_GRACE)
    correct(small, "4")
    tell(AFTER_GRACE)
    correct(small, "5.50")
    tell(AFTER_GRACE)
    assert first_lines(small, "email") == {"Анна": [SIX]}
    withdraw(small)
    tell(AFTER_GRACE)
    assert texts(small, "email") == {}


def test_a_mail_that_somebody_is_just_sending_is_left_alone(small):
    save(small, grades=[grade(small, 0, "2")])
    tell(AFTER_GRACE)
    with at_school(small.id):
        Message.objects.filter(channel="email").update(status=Status.SENDING)
    correct(small, "5.50")
    tell(AFTER_GRACE)
    assert [text.split(":")[0] for text in texts(small, "email")["Анна"]][1] == "Поправена оценка по математика"


def test_an_absence_that_was_none_is_taken_back(small):
    anna = small.students[0].pk
    save(small, attendance={anna: ABSENT})
    tell()
    sent(small)
    save(small, attendance={})
    tell()
    assert first_lines(small)["Анна"] == [
        "Отсъства от 3-тия час (математика)",
        "Поправено: отсъствието от 3-тия час (математика) е заличено",
    ]


def test_an_absence_that_becomes_a_lateness_before_anybody_heard_is_a_lateness(small):
    anna = small.students[0].pk
    save(small, attendance={anna: ABSENT})
    save(small, attendance={anna: LATE})
    tell()
    assert first_lines(small) == {"Анна": ["Закъсня за 3-тия час по математика"]}


def test_a_praise_withdrawn_before_telling_is_not_told(small):
    from zvanets.remarks.actions import withdraw_remark

    save(small, remarks=[remark(small, 0, "Браво", Remark.Kind.PRAISE)])
    with at_school(small.id):
        withdraw_remark(small.actor, Remark.objects.all(), remark_id=Remark.objects.get().pk, why="друг")
    tell(AFTER_GRACE)
    assert not messages(small)
