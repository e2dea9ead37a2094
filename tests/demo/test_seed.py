"""The demo school in the database."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.hashers import check_password

from zvanets.accounts.models import Membership, Role, User
from zvanets.attendance.models import Absence, AbsenceNotice
from zvanets.attendance.nearing import Asked, nearing
from zvanets.demo import people, seed
from zvanets.demo.school import CHILDREN
from zvanets.demo.shape import AFTERNOON_CLASS, MORNING_CLASS
from zvanets.gradebook.models import Comment, Exemption, Grade, SpecialNeeds
from zvanets.guardians.models import ChannelName, Contact, Guardian, Guardianship, Relation
from zvanets.history.models import Entry, Grace, Pending
from zvanets.history.verbs import Verb
from zvanets.history.verify import verify
from zvanets.lessons.models import LessonRecord
from zvanets.lib import clock, damm
from zvanets.messaging.models import Announcement
from zvanets.notifications.models import Message, Told
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.finals import Period
from zvanets.rules.grades import GradeKind
from zvanets.rules.limits import LimitKind
from zvanets.schools.models import Lesson, SchoolYear, Student
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


@pytest.fixture
def here(demo_school, db):
    with at_school(demo_school):
        yield demo_school


def counts() -> dict[str, int]:
    tables = (User, Student, Lesson, Grade, Absence, LessonRecord, Entry, Message, Membership)
    return {model.__name__: model.objects.count() for model in tables}


def at(moment: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_offset", moment - datetime.now(UTC))


def test_a_second_start_changes_nothing_when_no_lesson_ended_since(here):
    before = counts()

    seed.ensure()

    grown = {name: count - before[name] for name, count in counts().items()}
    assert sum(grown.values()) <= 100  # a bell may have rung since
    assert grown["User"] == grown["Student"] == grown["Membership"] == grown["Lesson"] == 0


def test_it_has_four_weeks_of_history(here):
    now = clock.now()
    oldest, newest = (LessonRecord.objects.order_by(order).first().saved_at for order in ("saved_at", "-saved_at"))

    assert timedelta(days=26) < now - oldest < timedelta(days=36)
    assert now - newest < timedelta(hours=5)
    assert Grade.objects.count() > 3_000
    assert {kind for (kind,) in Absence.objects.values_list("kind").distinct()} == {int(kind) for kind in AbsenceKind}


def test_its_history_holds_together_and_waits_for_nobody(here):
    assert verify(here) is None
    assert not Pending.objects.exists()
    assert Entry.objects.filter(verb=Verb.GRADE_GIVEN).count() == Grade.objects.count()
    assert Entry.objects.filter(verb=Verb.LESSON_SAVED).count() == LessonRecord.objects.count()


def test_nobody_gets_old_mail_but_the_portal_has_news(here):
    assert set(Message.objects.values_list("channel", "status").distinct()) == {(ChannelName.PORTAL, "delivered")}
    mother = Guardian.objects.get(user__username=people.GUARDIAN)
    assert Message.objects.filter(guardian=mother).exists()


def test_the_homeroom_teacher_has_written_home_and_parents_find_it_in_the_portal(here):
    made = Announcement.objects.get()
    told = Told.objects.filter(noun="message", object_id=made.pk)
    assert {each.channel for each in told} == {"portal"}
    assert told.count() > 20


def test_a_child_has_a_plan_another_is_exempt_one_brought_grades_and_one_is_commented(here):
    plan, exempt = SpecialNeeds.objects.get(), Exemption.objects.get()
    marks = Grade.objects.filter(student=plan.student_id, course=plan.course_id)
    assert not marks.filter(special=None).exists()
    assert exempt.periods == {Period.TERM_1}
    assert Grade.objects.filter(kind=GradeKind.OTHER_SCHOOL).count() == 3
    assert Comment.objects.standing().count() == 1


def test_the_teacher_of_the_log_in_has_a_lesson_at_every_moment(here, monkeypatch):
    start = clock.now()
    for minutes in range(0, 8 * 24 * 60, 97):
        at(start + timedelta(minutes=minutes), monkeypatch)
        assert seed.current_lesson() is not None, clock.now()


def test_the_guardian_of_the_log_in_has_a_child_in_that_lesson(here, monkeypatch):
    start = clock.now()
    children = set(
        Guardianship.objects.filter(guardian__user__username=people.GUARDIAN).values_list("student_id", flat=True)
    )
    assert len(children) == 2
    rooms = set()
    for hours in range(0, 24, 2):
        at(start + timedelta(hours=hours), monkeypatch)
        lesson = seed.current_lesson()
        rooms.add(lesson.course.class_group.name)
        assert lesson.course.members.filter(student__in=children).count() == 1
    assert rooms == {MORNING_CLASS, AFTERNOON_CLASS}


def test_there_is_a_way_in_for_each_role_with_the_one_password(here):
    logins = {login.role: login for login in seed.logins()}

    assert {*map(str, Role), "operator", "homeroom teacher"} == set(logins)
    for login in logins.values():
        user = User.objects.get(username=login.username)
        assert check_password(login.password, user.password)
        assert user.is_operator == (login.role == "operator")
    assert set(logins["teacher"].note) >= set(seed.current_lesson().course.class_group.name)


def test_every_address_is_invented_and_confirmed(here):
    addresses = Contact.objects.values_list("address", flat=True)

    assert addresses
    assert all(address.endswith("@example.org") or address.startswith("+359990") for address in addresses)
    assert not Contact.objects.filter(confirmed_at__isnull=True).exists()
    assert not User.objects.filter(username__in=[people.TEACHER, people.GUARDIAN], phone__isnull=False).exists()


def test_codes_are_codes_and_the_grace_is_short(here):
    assert all(damm.is_code(code) for code in Student.objects.values_list("code", flat=True))
    assert set(Grace.objects.values_list("seconds", flat=True)) == {seed.GRACE_SECONDS}
    assert set(Grace.objects.values_list("verb", flat=True)) == {
        verb for verb in Verb if verb.is_told and verb.grace_seconds
    }


def test_days_that_passed_while_the_demo_was_off_are_lived_through_at_the_next_start(here, monkeypatch):
    before = counts()
    at(clock.now() + timedelta(days=5), monkeypatch)

    seed.ensure()

    after = counts()
    assert after["LessonRecord"] > before["LessonRecord"] + 5 * 15
    assert after["Lesson"] > before["Lesson"]
    assert after["User"] == before["User"]
    assert seed.current_lesson() is not None
    assert not Pending.objects.exists()
    assert verify(here) is None


def test_after_more_than_a_year_off_it_lives_on_in_a_longer_year(here, monkeypatch):
    at(clock.now() + timedelta(days=420), monkeypatch)

    seed.ensure()

    assert seed.current_lesson() is not None
    assert SchoolYear.objects.get().ends_on > clock.today() + timedelta(days=28)
    assert clock.now() - LessonRecord.objects.latest("saved_at").saved_at < timedelta(hours=5)


def test_the_children_of_the_demo_stand_in_their_registers_with_a_number(here):
    for name, child in CHILDREN.items():
        student = Student.objects.get(first_name=child.first, last_name=child.last, middle_name=child.middle)
        assert student.enrolments.get(class_book__name=name).number


def test_two_notices_wait_for_the_homeroom_teacher_and_a_child_nears_a_limit(here):
    waiting = AbsenceNotice.objects.waiting()
    assert waiting.count() == 2
    assert waiting.filter(guardian__user__username=people.GUARDIAN, starts_on__gt=clock.today()).exists()
    if clock.today().day > 7:  # before that the month has too few lessons
        found = nearing(Asked(clock.today(), clock.now()))
        assert any(each.kind is LimitKind.MONTH for several in found.values() for each in several)


def test_a_student_hears_of_themselves_in_the_portal(here):
    own = Guardianship.objects.get(guardian__user__username=people.STUDENT)

    assert own.relation == Relation.SELF
    assert own.student.user.username == people.STUDENT
    assert list(own.subscriptions.values_list("channel", flat=True)) == [ChannelName.PORTAL]
