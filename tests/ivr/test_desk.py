"""From code and PIN to the diary in words, and what is kept of it."""

from datetime import timedelta
from decimal import Decimal

from tests.ivr.conftest import Family
from tests.marks import committed
from tests.notifications.telling import ABSENT, AFTER_GRACE, LATE, grade, remark, save, tell
from zvanets.gradebook.actions import correct_grade
from zvanets.gradebook.models import Grade
from zvanets.guardians.actions import add_contact, withdraw_right
from zvanets.guardians.models import Contact, Guardian, Guardianship, PinTry
from zvanets.history.models import Access, Entry
from zvanets.history.record import Fact, record
from zvanets.history.verbs import Verb
from zvanets.ivr import desk
from zvanets.ivr.models import CallLog
from zvanets.lib import clock
from zvanets.notifications.models import Message
from zvanets.remarks.models import Remark
from zvanets.rules.ivr import Denial
from zvanets.rules.ivr_menu import Section
from zvanets.rules.scales import Mark, Scale
from zvanets.schools.models import StudentCode
from zvanets.tenancy.school import at_school

pytestmark = committed
NUMBER = "+359882818905"


def wrong(pin: str) -> str:
    return f"{(int(pin) + 1) % 10**6:06}"


def texts(opened: desk.Opened, section: Section) -> list[str]:
    return [item.text for item in opened.diary.sections[section]]


def lived(family: Family) -> None:
    """A lesson in which the first student of 7 Б got a grade and a remark."""
    save(
        family.small,
        attendance={family.small.students[1].pk: ABSENT},
        grades=[grade(family.small, 0, comment="стр. 3")],
        remarks=[remark(family.small, 0, "Няма учебник")],
        homework="зад. 3 и 4",
    )
    told(family)


def told(family: Family) -> None:
    """Let the worker tell, as if its time had already come."""
    tell(AFTER_GRACE)
    with at_school(family.small.id):
        Message.objects.filter(created_at__gt=clock.now()).update(created_at=clock.now())


def test_code_and_pin_read_the_whole_diary_in_words(family):
    lived(family)

    opened = desk.look_up(family.code, family.pin)

    assert opened.diary.child == "Анна Желева"
    news = texts(opened, Section.NEW)
    assert len(news) == 1
    assert "Отличен пет и петдесет по математика, контролна работа" in news[0]
    assert "Коментар: страница три" in news[0]
    assert "Забележка по математика" in news[0]
    assert texts(opened, Section.GRADES) == [
        "Математика: контролна работа пет и петдесет. Среден успех пет и петдесет",
        "Среден успех по всички предмети пет и петдесет",
    ]
    assert texts(opened, Section.ABSENCES) == []
    assert texts(opened, Section.REMARKS) == ["Днес, забележка: Няма учебник"]
    assert not any(letter.isdigit() for section in Section for text in texts(opened, section) for letter in text)


def test_absences_are_told_with_their_sums(family):
    save(family.small, attendance={family.student.pk: ABSENT})

    opened = desk.look_up(family.code, family.pin)

    assert texts(opened, Section.ABSENCES) == [
        "По неуважителни причини този месец един час, тази учебна година един час. По уважителни причини нула часа",
        "Днес: трети час, Математика, отсъствие",
    ]


def test_lateness_counts_half(family):
    save(family.small, attendance={family.student.pk: LATE})

    assert "нула и половина часа" in texts(desk.look_up(family.code, family.pin), Section.ABSENCES)[0]


def test_what_was_heard_is_kept_and_read_in_the_portal(family):
    lived(family)
    opened = desk.look_up(family.code, family.pin, NUMBER)
    heard = opened.diary.sections[Section.NEW][0].messages

    desk.keep(opened, heard, ["new"], is_over=True)

    with at_school(family.small.id):
        log = CallLog.objects.get()
        assert (log.student_id, log.guardian_id) == (family.student.pk, family.guardian.pk)
        assert (tuple(log.heard), log.opened) == (heard, ["new"])
        assert log.ended_at >= log.started_at
        assert log.caller_hash == desk.digest_of(NUMBER) != NUMBER
        assert Message.objects.get(pk=heard[0]).read_at is not None
        assert Access.objects.filter(what="telephone").count() == 1


def test_the_next_call_tells_what_came_since(family):
    lived(family)
    opened = desk.look_up(family.code, family.pin)
    assert len(texts(desk.look_up(family.code, family.pin), Section.NEW)) == 1  # nobody has heard it yet
    desk.keep(opened, opened.diary.sections[Section.NEW][0].messages, [], is_over=True)

    assert texts(desk.look_up(family.code, family.pin), Section.NEW) == []
    with at_school(family.small.id):
        given = Grade.objects.get(student=family.student)
        correct_grade(
            family.small.actor,
            Grade.objects.all(),
            grade_id=given.pk,
            mark=Mark(Scale.QUANTITATIVE, Decimal(6)),
            why="сбъркана",
        )
    told(family)

    news = texts(desk.look_up(family.code, family.pin), Section.NEW)
    assert len(news) == 1
    assert "Поправена оценка по математика: отличен шест, беше отличен пет и петдесет" in news[0]


def test_news_are_told_in_the_callers_language(family):
    lived(family)

    opened = desk.look_up(family.code, family.pin, "", "en")

    assert "Excellent five point five zero in matematika" in texts(opened, Section.NEW)[0]
    assert opened.diary.child == "Anna Zheleva"


def test_messages_of_the_school_have_a_list_of_their_own_and_health_is_only_hinted_at(family):
    with at_school(family.small.id):
        meeting = {"title": "Тържество", "date": "2026-12-20", "text": "В салона"}
        facts = [
            Fact(Verb.MEETING_CALLED, class_group_id=family.small.class_group.pk, body=meeting),
            Fact(Verb.HEALTH_NOTED, student_id=family.student.pk, object_id=5, body={"id": 5}),
        ]
        record(facts, actor=family.small.head, tell=True)
    tell(AFTER_GRACE)

    opened = desk.look_up(family.code, family.pin)

    assert "двадесети декември" in " ".join(texts(opened, Section.MESSAGES))
    said = " ".join(texts(opened, Section.NEW))
    assert "Има ново съобщение от училището, вижте го в портала" in said
    assert "здрав" not in said


def test_a_special_needs_grade_is_not_spoken(family):
    with at_school(family.small.id):
        Grade.objects.create(
            student=family.student,
            course=family.small.course,
            special=2,
            given_on=clock.today(),
            given_at=clock.now(),
            given_by=family.small.teacher,
        )

    said = texts(desk.look_up(family.code, family.pin), Section.GRADES)

    assert said == ["По Математика има оценки, които ще видите в портала"]


def test_wrong_code_and_wrong_pin_sound_alike(family):
    assert desk.look_up("123456789", family.pin) is Denial.WRONG
    assert desk.look_up(family.code, wrong(family.pin)) is Denial.WRONG
    with at_school(family.small.id):
        assert CallLog.objects.count() == 0
        assert PinTry.objects.filter(succeeded=False).count() == 1


def test_five_wrong_pins_shut_the_telephone_and_a_year_of_them_for_good(family):
    answers = [desk.look_up(family.code, wrong(family.pin)) for _ in range(5)]
    assert answers == [Denial.WRONG] * 4 + [Denial.LOCKED]
    assert desk.look_up(family.code, family.pin) is Denial.LOCKED

    with at_school(family.small.id):
        at = clock.now() - timedelta(days=30)
        PinTry.objects.bulk_create(PinTry(student=family.student, at=at, succeeded=False) for _ in range(20))
    assert desk.look_up(family.code, family.pin) is Denial.LOCKED_LONG


def test_who_dials_in_with_the_pin_from_a_waiting_number_confirms_it(family):
    with at_school(family.small.id):
        add_contact(actor=family.small.head, guardian=family.guardian, kind=Contact.Kind.PHONE, address=NUMBER)
        stranger = Guardian.objects.exclude(pk=family.guardian.pk).first()
        add_contact(actor=family.small.head, guardian=stranger, kind=Contact.Kind.PHONE, address=NUMBER)

    assert isinstance(desk.look_up(family.code, family.pin, NUMBER), desk.Opened)

    with at_school(family.small.id):
        confirmed = Contact.objects.filter(kind=Contact.Kind.PHONE, confirmed_at__isnull=False)
        assert [contact.guardian_id for contact in confirmed] == [family.guardian.pk]
        assert Entry.objects.filter(verb="contact.confirmed").count() == 1


def test_a_wrong_pin_confirms_no_number(family):
    with at_school(family.small.id):
        add_contact(actor=family.small.head, guardian=family.guardian, kind=Contact.Kind.PHONE, address=NUMBER)

    desk.look_up(family.code, wrong(family.pin), NUMBER)

    with at_school(family.small.id):
        assert not Contact.objects.filter(kind=Contact.Kind.PHONE, confirmed_at__isnull=False).exists()


def test_a_withdrawn_right_ends_the_telephone(family):
    with at_school(family.small.id):
        withdraw_right(
            actor=family.small.head, right=Guardianship.objects.get(student=family.student), why="Решение на съда"
        )

    assert desk.look_up(family.code, family.pin) is Denial.WRONG


def test_a_code_without_a_student_is_a_wrong_code(family):
    with at_school(family.small.id):
        StudentCode.objects.filter(code=family.code).update(student_id=10**12)

    assert desk.look_up(family.code, family.pin) is Denial.WRONG


def test_a_database_that_fails_is_said_in_words():
    def broken() -> desk.Opened:
        raise RuntimeError

    assert desk.answer(broken) is Denial.FAILED


def test_remarks_with_a_personal_number_do_not_say_it(family):
    save(family.small, remarks=[remark(family.small, 0, "ЕГН 7523169263 в тетрадката", Remark.Kind.PRAISE)])

    said = texts(desk.look_up(family.code, family.pin), Section.REMARKS)[0]

    assert "личен номер" in said
    assert "похвала" in said
