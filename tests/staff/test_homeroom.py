"""The homeroom teacher's page: what waits is decided there, what nears a limit unfolds into its why."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.small_school import add_guardian
from tests.staff.people import colleague, home, signed_in
from zvanets.attendance.models import Absence, AbsenceClosing, AbsenceNotice, CarriedAbsence, ExcuseReason
from zvanets.gradebook.models import Grade
from zvanets.guardians.models import Contact
from zvanets.history.models import Access
from zvanets.lib import clock
from zvanets.rules.absences import AbsenceKind
from zvanets.schools.models import Lesson
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def homeroom(small):
    return signed_in(colleague(small, leads=True))


def url(small, rest="homeroom/") -> str:
    return home(small, f"classes/{small.class_group.pk}/{rest}")


def notice(small, child=0, **fields) -> AbsenceNotice:
    on = small.lesson.date
    usual = {"starts_on": on, "ends_on": on, "reason": ExcuseReason.FAMILY, "text": "сватба", "given_at": clock.now()}
    return AbsenceNotice.objects.create(
        student=small.students[child], guardian=small.guardians[child], way="portal", **usual | fields
    )


def absent(small, child=0, hour=3, ago=0, **fields) -> Absence:
    day = small.lesson.date - timedelta(days=ago)
    lesson, _ = Lesson.objects.get_or_create(
        course=small.course, date=day, hour_no=hour, defaults={"starts_at": "10:00", "ends_at": "10:40"}
    )
    return Absence.objects.create(
        lesson=lesson, student=small.students[child], date=day, kind=AbsenceKind.UNEXCUSED,
        recorded_at=clock.now(), recorded_by=small.teacher, **fields,
    )  # fmt: skip


def read(client, address) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode().replace("\u00a0", " ")


def test_an_empty_class_says_so_in_words(homeroom, small):
    text = read(homeroom, url(small))
    assert "Нищо не чака" in text
    assert "Няма молби, които чакат." in text


def test_who_waits_and_who_nears_a_limit_stand_on_top(homeroom, small):
    with at_school(small.id):
        notice(small)
        for hour in (1, 2, 3):
            absent(small, 1, hour)
        for value in (2, 2, 2):
            Grade.objects.create(
                student=small.students[2], course=small.course, lesson=small.lesson, value=Decimal(value),
                given_on=small.lesson.date, given_at=clock.now(), given_by=small.teacher, teacher=small.staff_member,
            )  # fmt: skip
        Contact.objects.filter(guardian=small.guardians[3]).delete()
    text = read(homeroom, url(small))
    assert "Чакат решение: 1 молба." in text
    assert "сватба" in text
    assert "остават 15 дни" in text
    assert "3 неизвинени часа този месец" in text
    assert "3 слаби оценки" in text
    assert "Без потвърден адрес или телефон" in text
    assert "с под 4 оценки" in text


def test_reasons_are_kept_from_subject_teachers_and_their_reading_is_kept(homeroom, small, front):
    with at_school(small.id):
        notice(small)
    assert front.get(url(small)).status_code == 404
    read(homeroom, url(small))
    with at_school(small.id):
        assert Access.objects.filter(verb="reasons.opened").count() == 1
    page = front.get(home(small, f"lessons/{small.lesson.pk}/")).content.decode()
    assert "предизвестено" in page
    assert "сватба" not in page


def test_accepting_excuses_and_refusing_needs_a_reason(homeroom, small):
    with at_school(small.id):
        missed, asked, other = absent(small), notice(small), notice(small, 1)
    answer = homeroom.post(home(small, f"notices/{asked.pk}/accept/"), follow=True)
    assert "извинени са 1\u00a0отсъствие" in answer.content.decode()
    with at_school(small.id):
        missed.refresh_from_db()
        assert missed.kind == AbsenceKind.EXCUSED

    assert homeroom.post(home(small, f"notices/{other.pk}/refuse/"), {"why": ""}).status_code == 422
    homeroom.post(home(small, f"notices/{other.pk}/refuse/"), {"why": "обадете се"})
    with at_school(small.id):
        other.refresh_from_db()
        assert other.decided_why == "обадете се"


def test_a_parent_called_and_the_homeroom_teacher_writes_it_down(homeroom, small):
    sent = {"student": small.students[0].pk, "starts_on": small.lesson.date.isoformat(), "reason": "2"}
    wrong = homeroom.post(url(small, "notice/"), sent | {"student": ""})
    assert wrong.status_code == 422
    assert homeroom.post(url(small, "notice/"), sent | {"is_accepted": "on"}).status_code == 302
    with at_school(small.id):
        made = AbsenceNotice.objects.get()
        assert (made.way, made.state) == ("staff", AbsenceNotice.State.ACCEPTED)


def test_the_whole_class_by_one_tick(homeroom, small):
    sent = {"everybody": "on", "starts_on": small.lesson.date.isoformat(), "reason": "3", "text": "театър"}
    assert homeroom.post(url(small, "absences/"), {**sent, "everybody": ""}).status_code == 422
    assert homeroom.post(url(small, "absences/"), sent).status_code == 302
    with at_school(small.id):
        assert Absence.objects.filter(kind=AbsenceKind.EXCUSED, reason=ExcuseReason.OTHER).count() == 4


def test_closing_and_opening_again(homeroom, small):
    yesterday = small.lesson.date - timedelta(days=1)
    assert homeroom.post(url(small, "closings/"), {"closed_on": clock.today().isoformat()}).status_code == 422
    assert homeroom.post(url(small, "closings/"), {"closed_on": yesterday.isoformat()}).status_code == 302
    with at_school(small.id):
        closing = AbsenceClosing.objects.get()
    assert homeroom.post(home(small, f"closings/{closing.pk}/reopen/"), {"why": "х"}).status_code == 404
    head = signed_in(colleague(small, "director"))
    head.post(home(small, f"closings/{closing.pk}/reopen/"), {"why": "закъсняла бележка"})
    assert "закъсняла бележка" in read(head, url(small, "closings/"))


def test_a_doctors_note_and_carried_absences_are_entered_for_one_child(homeroom, small):
    with at_school(small.id):
        absent(small)
    own = home(small, f"students/{small.students[0].pk}/absences/")
    day = small.lesson.date.isoformat()
    note = {"nrn": "ABCDEF123456", "pmi": "1234567890", "from_date": day, "to_date": day, "authored_on": day}
    wrong = homeroom.post(f"{own}medical/", note | {"pmi": "12"}).content.decode()
    assert "УИН има десет цифри" in wrong
    assert 'value="ABCDEF123456"' in wrong
    assert homeroom.post(f"{own}medical/", note).status_code == 302
    numbers = dict.fromkeys(("unexcused1", "late1", "excused1", "unexcused2", "late2", "excused2"), "1")
    assert homeroom.post(f"{own}carried/", numbers).status_code == 302

    text = read(homeroom, own)
    assert "НРН ABCDEF123456" in text
    assert "прехвърлени от друга паралелка или училище: 3" in text
    with at_school(small.id):
        assert CarriedAbsence.objects.get().totals.halves == 6


def test_a_later_correction_is_the_homeroom_teachers(homeroom, small, front):
    with at_school(small.id):
        missed = absent(small)
    address = home(small, f"absences/{missed.pk}/")
    assert front.get(address).status_code == 404
    assert homeroom.post(address, {"late": "1"}).status_code == 302
    assert homeroom.post(address, {"why": ""}).status_code == 422
    assert homeroom.post(address, {"why": "беше в час"}).status_code == 302
    with at_school(small.id):
        assert not Absence.objects.exists()


def test_a_paper_comes_out_inert_and_only_to_who_leads_the_class(homeroom, small, front, settings, tmp_path):
    settings.FILES = tmp_path
    sent = {"student": small.students[0].pk, "starts_on": small.lesson.date.isoformat(), "reason": "1"}
    sent["papers"] = [SimpleUploadedFile("бележка.pdf", b"%PDF-1.7\n%%EOF\n")]
    assert homeroom.post(url(small, "notice/"), sent).status_code == 302
    with at_school(small.id):
        file = AbsenceNotice.objects.get().files.get()
    answer = homeroom.get(home(small, f"notices/files/{file.pk}/"))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert front.get(home(small, f"notices/files/{file.pk}/")).status_code == 404
    program = SimpleUploadedFile("снимка.jpg", b"MZ\x90\x00\x03" + bytes(50))
    assert homeroom.post(url(small, "notice/"), sent | {"papers": [program]}).status_code == 422


def test_a_second_guardian_who_hears_nothing_is_named(homeroom, small):
    with at_school(small.id):
        father = add_guardian(small.students[0], small.school_year.starts_on)
        Contact.objects.filter(guardian=father).update(confirmed_at=None)
    assert "Майка Желева" in read(homeroom, url(small))
