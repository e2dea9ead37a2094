"""The family's side of absences: how many days are left and why, asking, taking back, and whose words are whose."""

from datetime import timedelta

import pytest

from tests.portal.conftest import family_of
from tests.small_school import add_guardian
from zvanets.accounts.models import Membership, Role, User
from zvanets.attendance.models import Absence, AbsenceNotice, ExcuseReason
from zvanets.attendance.notices import refuse_notice
from zvanets.guardians.models import Guardian
from zvanets.lib import clock
from zvanets.rules.absences import AbsenceKind
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


def read(client, url) -> str:
    answer = client.get(url, follow=True)
    assert answer.status_code == 200
    return answer.content.decode().replace("\u00a0", " ")


def ask(client, home, **fields):
    usual = {"starts_on": home.small.lesson.date.isoformat(), "reason": "2", "text": "сватба", "is_confidential": "on"}
    return client.post(home.url(0, "absences/notice/"), usual | fields)


def test_a_mother_asks_and_reads_how_it_stands(signed_in, home):
    assert ask(signed_in, home).status_code == 302
    text = read(signed_in, home.url(0, "absences/"))
    assert "още 15 дни" in text
    assert "Как е изчислено?" in text
    assert "Заявени напред" in text
    assert "Чака" in text
    with at_school(home.small.id):
        refuse_notice(home.small.head, AbsenceNotice.objects.get(), why="Моля, обадете се")
    assert "Защо: Моля, обадете се" in read(signed_in, home.url(0, "absences/"))


def test_the_number_unfolds_into_its_days(signed_in, home):
    with at_school(home.small.id):
        Absence.objects.create(
            lesson=home.small.lesson, student=home.small.students[0], date=home.small.lesson.date,
            kind=AbsenceKind.EXCUSED, reason=ExcuseReason.FAMILY, excused_at=clock.now(),
            recorded_at=clock.now(), recorded_by=home.small.teacher, reason_text="сватба в Русе",
        )  # fmt: skip
    text = read(signed_in, home.url(0, "absences/"))
    assert "още 14 дни" in text
    assert "15 − 1 = 14 дни." in text
    assert "чл. 62" in text
    assert "сватба в Русе" not in text, "a confidential reason is not the family's to read"
    with at_school(home.small.id):
        Absence.objects.update(is_confidential=False)
    assert "сватба в Русе" in read(signed_in, home.url(0, "absences/"))


def test_what_was_typed_stays_and_the_error_is_in_words(signed_in, home):
    answer = ask(signed_in, home, starts_on="вчера")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Това не е дата" in text
    assert "сватба" in text
    far = (home.small.lesson.date + timedelta(days=150)).isoformat()
    assert "няма учебни часове" in ask(signed_in, home, starts_on=far).content.decode()


def test_what_nobody_decided_is_taken_back(signed_in, home):
    ask(signed_in, home)
    with at_school(home.small.id):
        notice = AbsenceNotice.objects.get()
    signed_in.post(home.url(0, f"absences/notices/{notice.pk}/withdraw/"))
    assert "Оттеглено" in read(signed_in, home.url(0, "absences/"))
    again = signed_in.post(home.url(0, f"absences/notices/{notice.pk}/withdraw/"), follow=True)
    assert "вече е решено" in again.content.decode()


def test_the_other_parent_sees_the_days_and_not_the_words(signed_in, home, client):
    ask(signed_in, home)
    with at_school(home.small.id):
        user = User.objects.create_user("father", "x" * 12, name="Иван Желев")
        father = add_guardian(home.small.students[0], clock.today())
        Guardian.objects.filter(pk=father.pk).update(user=user)
        Membership.objects.create(user=user, role=Role.GUARDIAN, starts_on=clock.today())
    client.force_login(user)
    text = read(client, home.url(0, "absences/"))
    assert "по молба на родител" in text
    assert "сватба" not in text
    assert "Оттегли" not in text


def test_another_familys_child_is_not_there(signed_in, home):
    assert signed_in.get(home.url(3, "absences/notice/")).status_code == 404


def test_who_may_not_excuse_is_offered_nothing(client, small):
    user = User.objects.create_user("student", "x" * 12, name="Анна")
    own = family_of(small, user, children=1)
    with at_school(small.id):
        own.guardian.guardianships.update(may_excuse=False)
    client.force_login(user)
    assert "Съобщи или извини" not in read(client, own.url(0, "absences/"))
    assert client.get(own.url(0, "absences/notice/")).status_code == 404
