"""Two peopled schools: one whose people knock at every door, and one behind another wall with the same things in it."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from uuid import uuid4

from django.test import Client

from tests import small_school
from tests.small_school import SmallSchool
from zvanets.accounts.models import Membership, Role, User
from zvanets.attendance.models import Absence, AbsenceClosing, AbsenceNotice, ExcuseReason, NoticeFile
from zvanets.billing.actions import Money, order, take_payment
from zvanets.billing.models import Provider
from zvanets.billing.plans import offer_plan
from zvanets.files.actions import Attached, keep
from zvanets.gradebook.models import Closing, Grade, Reopening, ResitExam, YearResult
from zvanets.guardians.models import Application, Contact, Guardian, Guardianship, Invitation, Relation
from zvanets.lessons.models import Homework, HomeworkFile
from zvanets.lessons.shelf import add_material
from zvanets.lib import clock
from zvanets.messaging.actions import Words, send_announcement, to_class
from zvanets.remarks.models import (
    Difficulty,
    HealthNote,
    IndividualWork,
    Note,
    ParentMeeting,
    PlannedWork,
    Remark,
    Sanction,
    SchoolEvent,
    Support,
    SupportStudent,
    SupportTeacher,
)
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.finals import Outcome, Period
from zvanets.schools.models import ClassGroup, Course, CourseTeacher, StaffMember, Subject, TeacherAbsence
from zvanets.tenancy.school import at_school
from zvanets.timetable.models import Draft

ANYBODY = "anybody"  # not signed in
ROLES = ("director", "school_admin", "clerk", "teacher", "homeroom", "colleague")
FAMILY = ("guardian", "student", "guest", "neighbour")
EVERYBODY = (ANYBODY, "operator", *ROLES, *FAMILY)


@dataclass
class Peopled:
    """A school with somebody in each role. The lesson, grades and child of `ids` are the teacher's and the guardian's own."""

    small: SmallSchool
    users: dict[str, User] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)

    def client(self, role: str) -> Client:
        """One that signed in once; `colleague` teaches another class, `neighbour` is another child's mother."""
        if role not in self.clients:
            self.clients[role] = Client()
            if role != ANYBODY:
                self.clients[role].force_login(self.users[role])
        return self.clients[role]


def people(school_id: int) -> Peopled:
    small = small_school.build(school_id)
    with at_school(school_id):
        peopled = Peopled(small)
        _staff(peopled)
        _families(peopled)
        _things(peopled)
    return peopled


def _user(peopled: Peopled, name: str, role: Role | None, **fields: bool) -> User:
    user = User.objects.create(username=f"{peopled.small.id}-{name}", name=name.title(), **fields)
    if role:
        Membership.objects.create(user=user, role=role, starts_on=peopled.small.school_year.starts_on)
    peopled.users[name] = user
    return user


def _staff(peopled: Peopled) -> None:
    for role in (Role.DIRECTOR, Role.SCHOOL_ADMIN, Role.CLERK):
        _user(peopled, role.value, role)
    asked = {"asked_at": clock.now(), "asked_by": peopled.small.teacher, "school_year": peopled.small.school_year}
    peopled.ids["draft_id"] = Draft.objects.create(term=1, seconds=60, state=Draft.State.CANCELLED, **asked).pk
    peopled.ids["user_id"] = _user(peopled, "porter", Role.CLERK).pk  # who gets new passwords, and knocks at no door
    peopled.ids["seat_id"] = Membership.objects.get(user=peopled.ids["user_id"]).pk
    _user(peopled, "operator", None, is_operator=True)
    peopled.users["teacher"] = peopled.small.teacher
    _homeroom(peopled)
    _colleague(peopled)


def _homeroom(peopled: Peopled) -> None:
    subject = Subject.objects.create(name="Час на класа")
    course = Course.objects.create(class_group=peopled.small.class_group, subject=subject, is_class_hour=True)
    _teaches(peopled, "homeroom", course)


def _colleague(peopled: Peopled) -> None:
    group = ClassGroup.objects.create(
        school_year=peopled.small.school_year, year_group=peopled.small.class_group.year_group, name="7 В"
    )
    course = Course.objects.create(class_group=group, subject=peopled.small.course.subject)
    _teaches(peopled, "colleague", course)


def _teaches(peopled: Peopled, name: str, course: Course) -> None:
    user = _user(peopled, name, Role.TEACHER)
    member = StaffMember.objects.create(user=user, first_name=name, last_name="Учителева", sort_name=name)
    CourseTeacher.objects.create(course=course, staff_member=member, starts_on=peopled.small.school_year.starts_on)


def _families(peopled: Peopled) -> None:
    small = peopled.small
    for name, guardian in zip(("guardian", "neighbour"), small.guardians, strict=False):
        Guardian.objects.filter(pk=guardian.pk).update(user=_user(peopled, name, Role.GUARDIAN))
    child = small.students[0]
    for name, role, relation in (("student", Role.STUDENT, Relation.SELF), ("guest", Role.GUEST, Relation.OTHER)):
        user = _user(peopled, name, role)
        guardian = Guardian.objects.create(user=user, first_name=name, last_name="Близка", sort_name=name)
        Guardianship.objects.create(
            guardian=guardian, student=child, relation=relation, is_legal=False, may_excuse=False,
            starts_on=small.school_year.starts_on,
        )  # fmt: skip
    _asked_for(peopled)
    contact = Contact.objects.get(guardian=small.guardians[0])
    peopled.ids |= {"school_id": small.id, "student_id": child.pk, "contact_id": contact.pk}


def _asked_for(peopled: Peopled) -> None:
    """An application and an invitation that wait."""
    small, now = peopled.small, clock.now()
    named = {"first_name": "Нова", "last_name": "Майка", "sort_name": "нова майка"}
    application = Application.objects.create(
        student=small.students[0],
        user=peopled.users["neighbour"],
        relation=Relation.MOTHER,
        filed_at=now,
        consented_at=now,
        **named,
    )
    invitation = Invitation.objects.create(
        student=small.students[0],
        invited_by=Guardianship.objects.get(guardian=small.guardians[0]),
        relation=Relation.OTHER,
        name="баба",
        code_hash="x",
        made_at=now,
        expires_at=now + timedelta(days=7),
    )
    peopled.ids |= {"application_id": application.pk, "invitation_id": invitation.pk}


def _notices(peopled: Peopled) -> None:
    """A notice of the guardian's with a paper, and a closing of the class to a day long ago."""
    small, ago = peopled.small, timedelta(days=50)
    notice = AbsenceNotice.objects.create(
        student=small.students[0],
        guardian=small.guardians[0],
        way=AbsenceNotice.Way.PORTAL,
        starts_on=small.lesson.date,
        ends_on=small.lesson.date,
        reason=ExcuseReason.HEALTH,
        given_at=clock.now(),
    )
    (file,) = keep(NoticeFile, [Attached("бележка.txt", "text/plain", b"x")], actor=small.actor, notice=notice)
    closing = AbsenceClosing.objects.create(
        class_book=small.class_group,
        closed_on=small.lesson.date - ago,
        closed_at=clock.now(),
        closed_by=small.teacher,
    )
    peopled.ids |= {"notice_id": notice.pk, "notice_file_id": file.pk, "closing_id": closing.pk}


def _things(peopled: Peopled) -> None:
    small, now, child = peopled.small, clock.now(), peopled.small.students[0]
    by = {"student": child, "lesson": small.lesson}
    grade = Grade.objects.create(
        course=small.course,
        value=Decimal(6),
        given_on=small.lesson.date,
        given_at=now,
        given_by=small.teacher,
        teacher=small.staff_member,
        **by,
    )
    remark = Remark.objects.create(
        kind=Remark.Kind.PRAISE,
        text="Браво",
        written_on=small.lesson.date,
        written_at=now,
        written_by=small.teacher,
        **by,
    )
    material = add_material(
        small.actor, small.course.subject, title="Тест", files=[Attached("тест.txt", "text/plain", b"x")]
    )
    peopled.ids |= {"material_id": material.pk, "shelf_file_id": material.files.get().pk}
    away = TeacherAbsence.objects.create(
        staff_member=small.staff_member, starts_on=now.date(), ends_on=now.date(), noted_at=now, noted_by=small.teacher
    )
    peopled.ids["away_id"] = away.pk
    homework = Homework.objects.create(course=small.course, lesson=small.lesson, text="стр. 12", given_at=now)
    (file,) = keep(HomeworkFile, [Attached("задача.txt", "text/plain", b"x")], actor=small.actor, homework=homework)
    absence = Absence.objects.create(
        date=small.lesson.date,
        kind=AbsenceKind.UNEXCUSED,
        recorded_at=now,
        recorded_by=small.teacher,
        **by,
    )
    _book(peopled)
    peopled.ids |= {"lesson_id": small.lesson.pk, "grade_id": grade.pk, "remark_id": remark.pk, "file_id": file.pk}
    peopled.ids |= {"class_group_id": small.class_group.pk, "course_id": small.course.pk}
    peopled.ids["absence_id"] = absence.pk
    _notices(peopled)
    announcement = send_announcement(
        small.actor, to_class(small.class_group, may_be_urgent=False), Words("Утре", "Без вода."), save_key=uuid4()
    )
    peopled.ids["announcement_id"] = announcement.pk
    _finals(peopled)
    _purse(peopled)
    peopled.ids["right_id"] = Guardianship.objects.get(guardian=small.guardians[2]).pk


def _book(peopled: Peopled) -> None:
    """One entry in each section of the class book, the teacher's own where teachers write."""
    small, child, day = peopled.small, peopled.small.students[0], clock.today() + timedelta(days=7)
    about = {"written_at": clock.now(), "written_by": small.teacher}
    private = {"student": child, "text": "Текст", **about}
    coming = {"class_book": small.class_group, "date": day, "title": "Среща", "said_at": clock.now(), **about}
    support = Support.objects.create(
        class_book=small.class_group, starts_on=day, ends_on=day, difficulties=[Difficulty.LEARNING], **about
    )
    SupportStudent.objects.create(support=support, student=child)
    SupportTeacher.objects.create(support=support, staff_member=small.staff_member)
    sanction = Sanction.objects.create(kind=1, order_no="1", order_on=day, starts_on=day, **private)
    note = Note.objects.create(class_book=small.class_group, is_for_all=True, text="Текст", **about)
    work = PlannedWork.objects.create(course=small.course, class_book=small.class_group, kind=2, date=day, **about)
    peopled.ids |= {
        "sanction_id": sanction.pk,
        "health_note_id": HealthNote.objects.create(noted_on=day, **private).pk,
        "support_id": support.pk,
        "individual_work_id": IndividualWork.objects.create(held_on=day, **private).pk,
        "note_id": note.pk,
        "meeting_id": ParentMeeting.objects.create(starts_at=time(18), **coming).pk,
        "event_id": SchoolEvent.objects.create(**coming).pk,
        "work_id": work.pk,
    }


def _purse(peopled: Peopled) -> None:
    """A plan, and an order of it that is paid."""
    small = peopled.small
    plan = offer_plan(actor=small.head, name="Месец", months=1, cents=61, starts_on=clock.today())
    invoice = order(actor=small.head, student=small.students[0], plan=plan, guardian=small.guardians[0])
    money = Money(Provider.EPAY, str(invoice.number), 61, clock.now())
    take_payment(actor=small.head, invoice_number=invoice.number, money=money)
    peopled.ids |= {"plan_id": plan.pk, "invoice_no": invoice.number}


def _finals(peopled: Peopled) -> None:
    """A closed second term that somebody asked to open, and a resit; the exam's own door needs an annual grade."""
    small, now = peopled.small, clock.now()
    closing = Closing.objects.create(
        course=small.course,
        period=Period.TERM_2,
        starts_on=small.lesson.date + timedelta(days=61),
        ends_on=small.lesson.date + timedelta(days=90),
        closed_at=now,
        closed_by=small.teacher,
    )
    asked = Reopening.objects.create(closing=closing, reason="Грешка", asked_at=now, asked_by=small.teacher)
    result = YearResult.objects.create(
        student=small.students[0],
        class_group=small.class_group,
        outcome=Outcome.EXAMS,
        set_at=now,
        set_by=small.teacher,
    )
    exam = ResitExam.objects.create(result=result, course=small.course)
    peopled.ids |= {"closing_id": closing.pk, "reopening_id": asked.pk, "exam_id": exam.pk}
