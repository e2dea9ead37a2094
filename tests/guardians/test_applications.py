"""An application: the same to the applicant whether the code is known or not, papers seen, granted or refused in words."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.accounts.people import person
from tests.counts import draws, rounds
from tests.marks import committed
from zvanets.accounts.models import Letter, Membership, Role
from zvanets.guardians.applications import Filed, apply, grant_application, refuse_application, see_papers
from zvanets.guardians.models import Application, Guardianship, Relation
from zvanets.guardians.pins import code_for_student
from zvanets.history.models import Entry
from zvanets.lib import clock, damm
from zvanets.lib.identity import holds_number
from zvanets.lib.refusals import Refusal
from zvanets.schools.models import Enrolment
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db
CARD, BIRTH = Application.Identity.CARD, Application.Proof.BIRTH


@pytest.fixture
def father(db):
    return person("father", email="father@example.org", name="Петър Желев")


@pytest.fixture
def code(small) -> str:
    with at_school(small.id):
        return code_for_student(actor=small.head, student=small.students[0], renew=True)


def filed(code: str) -> Filed:
    return Filed(code, Relation.FATHER, "Петър", "Желев")


@pytest.fixture
def waits(small, father, code) -> Application:
    apply(father, filed(code))
    with at_school(small.id):
        return Application.objects.select_related("student", "user").get()


def test_a_known_code_puts_it_on_the_schools_list_with_72_hours(small, father, waits):
    assert waits.due_at - waits.filed_at == timedelta(hours=72)
    assert waits.consented_at
    with at_school(small.id):
        entry = Entry.objects.get(verb="application.filed")
        assert entry.student_id == small.students[0].pk
        assert not Guardianship.objects.held_by(father).exists()


@committed
def test_an_unknown_code_gets_the_same_letter(small, father, code):
    other = person("other", email="other@example.org", name="Петър Желев")
    unknown = next(each for each in iter(lambda: damm.new_code(draws()), None) if each != code)
    apply(father, filed(code))
    apply(other, filed(unknown))

    first, second = Letter.objects.using("worker").order_by("pk")
    assert (first.subject, first.text) == (second.subject, second.text)
    with at_school(small.id):
        assert Application.objects.get().user == father


@committed
def test_pressed_twice_it_is_one_and_who_has_access_or_whose_child_left_is_on_no_list(small, father, waits, code):
    apply(father, filed(code))
    with at_school(small.id):
        assert Application.objects.count() == 1
        see_papers(actor=small.head, application=waits, identity=CARD, proof=BIRTH)
        grant_application(actor=small.head, application=waits)
    apply(father, filed(code))
    with at_school(small.id):
        Enrolment.objects.filter(student=small.students[0]).update(ends_on=clock.today() - timedelta(days=1))
    apply(person("late", email="late@example.org"), filed(code))
    with at_school(small.id):
        assert Application.objects.count() == 1
    assert Letter.objects.using("worker").filter(subject="Заявлението Ви е прието").count() == 4


@committed
def test_papers_seen_and_granted_it_opens_the_diary_with_a_letter_at_each_step(small, father, waits):
    with at_school(small.id):
        with pytest.raises(Refusal, match="кои документи видяхте"):
            grant_application(actor=small.head, application=waits)
        see_papers(actor=small.head, application=waits, identity=CARD, proof=BIRTH)
        right = grant_application(actor=small.head, application=waits)

        assert (right.is_legal, right.relation, right.guardian.full_name) == (True, "father", "Петър Желев")
        waits.refresh_from_db()
        assert (waits.seen_by, waits.identity, waits.right) == (small.teacher, "card", right)
        assert Membership.objects.get(user=father).role == Role.GUARDIAN
        verbs = Entry.objects.filter(verb__startswith="application").order_by("number").values_list("verb", flat=True)
        assert [*verbs] == ["application.filed", "application.seen", "application.granted"]
    subjects = Letter.objects.using("worker").order_by("pk").values_list("subject", flat=True)
    assert [*subjects] == ["Заявлението Ви е прието", "Видяхме документите Ви", "Имате достъп до дневника"]


def test_for_a_second_child_the_guardian_is_the_same(small, father, waits):
    with at_school(small.id):
        see_papers(actor=small.head, application=waits, identity=CARD, proof=BIRTH)
        first = grant_application(actor=small.head, application=waits)
        code = code_for_student(actor=small.head, student=small.students[1], renew=True)
    apply(father, filed(code))
    with at_school(small.id):
        second = Application.objects.select_related("student", "user").get(student=small.students[1])
        see_papers(actor=small.head, application=second, identity=CARD, proof=BIRTH)
        assert grant_application(actor=small.head, application=second).guardian == first.guardian


@committed
def test_a_refusal_is_one_of_the_grounds_in_words_and_final(small, father, waits):
    with at_school(small.id):
        refuse_application(
            actor=small.head, application=waits, ground=Application.Ground.LACKING, note="Донесете актуален документ."
        )
        with pytest.raises(Refusal, match="вече има решение"):
            refuse_application(actor=small.head, application=waits, ground=Application.Ground.FORM)
        with pytest.raises(Refusal, match="вече има решение"):
            see_papers(actor=small.head, application=waits, identity=CARD, proof=BIRTH)
        assert not Guardianship.objects.held_by(father).exists()
    letter = Letter.objects.using("worker").latest("pk")
    assert "липсва документ" in letter.text
    assert "Донесете актуален документ." in letter.text


@pytest.mark.parametrize("note", ["ЛК 640123456", "№ 64 01 23 456", "7501-01-02-03", "AA1234567", "егн 7501020018"])
def test_no_number_of_a_document_gets_into_a_note(small, waits, note):
    with at_school(small.id):
        with pytest.raises(Refusal, match="прилича на номер"):
            refuse_application(actor=small.head, application=waits, ground=Application.Ground.FORM, note=note)
        with pytest.raises(IntegrityError), transaction.atomic():
            Application.objects.filter(pk=waits.pk).update(note="123456")


@pytest.mark.parametrize(
    "note", ["Елате на 12.05.2026 г. в стая 214", "до 2026-05-12", "между 8 и 16 ч.", "клас 7 Б, № 12"]
)
def test_a_date_is_no_number_of_a_document(note):
    assert not holds_number(note)


def test_a_number_is_found_however_it_is_written():
    chance = draws()
    for _ in range(rounds(100_000)):
        digits = "".join(chance.choices("0123456789", k=chance.randrange(9, 11)))
        between = chance.choice(["", " ", "-", "–"])
        typed = digits[:2] + between + digits[2:5] + between + digits[5:]
        assert holds_number(f"{chance.choice(['ЛК', 'No', ''])} {typed}"), typed


def test_what_is_not_true_the_database_refuses(waits, small):
    with at_school(small.id):
        right = Guardianship.objects.first()
        for fields in ({"ground": "form"}, {"right": right}, {"right": right, "decided_at": clock.now()}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Application.objects.filter(pk=waits.pk).update(**fields)
