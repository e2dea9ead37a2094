"""Homework with files: told with its lesson, changed and withdrawn with its files."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import small_school
from tests.files import documents
from tests.staff.people import fields
from zvanets.files import disk
from zvanets.guardians.models import Guardian
from zvanets.history.models import Entry, EntryBody, Pending
from zvanets.history.verbs import Verb
from zvanets.lessons.models import Homework, HomeworkFile
from zvanets.lib import clock
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.FILES = tmp_path


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


@pytest.fixture
def front(client, small):
    client.force_login(small.teacher)
    return client


def url(small) -> str:
    return f"/s/{small.id}/lessons/{small.lesson.pk}/"


def upload(content=documents.PDF, name="задача.pdf"):
    return SimpleUploadedFile(name, content)


def send(front, small, **typed):
    page = front.get(url(small))
    return front.post(url(small), {**fields(page), "due": clock.today().isoformat(), **typed})


def verbs(small) -> list[str]:
    with at_school(small.id):
        told = Entry.objects.filter(verb__startswith="homework.").order_by("number")
        return list(told.values_list("verb", flat=True))


def test_a_file_is_given_with_the_homework_and_told_in_the_same_entry(front, small):
    assert (
        send(front, small, homework="стр. 12", files=[upload(), upload(documents.JPEG, "стр.jpg")]).status_code == 302
    )

    assert verbs(small) == [Verb.HOMEWORK_GIVEN]
    with at_school(small.id):
        assert list(HomeworkFile.objects.order_by("pk").values_list("name", flat=True)) == ["задача.pdf", "стр.jpg"]
        assert Pending.objects.filter(verb=Verb.HOMEWORK_GIVEN).count() == 1
        body = json.loads(EntryBody.objects.get(entry__verb=Verb.HOMEWORK_GIVEN).text)
    assert (body["text"], body["files"]) == ("стр. 12", 2)
    assert "задача" not in json.dumps(body, ensure_ascii=False), "a file's name may be a child's"


def test_a_photo_alone_is_a_homework_too(front, small):
    send(front, small, files=[upload(documents.JPEG, "стр.jpg")])
    with at_school(small.id):
        homework = Homework.objects.get()
        assert (homework.text, homework.due_on) == ("Вижте прикачените файлове.", clock.today())


def test_a_file_added_or_taken_away_later_is_a_change(front, small):
    send(front, small, homework="стр. 12", files=[upload()])
    with at_school(small.id):
        first = HomeworkFile.objects.get()
    send(front, small, homework="стр. 12", files=[upload(name="втора.pdf")], drop=[first.pk])

    assert verbs(small) == [Verb.HOMEWORK_GIVEN, Verb.HOMEWORK_CHANGED]
    with at_school(small.id):
        assert HomeworkFile.objects.get().name == "втора.pdf"


def test_saving_again_without_touching_the_homework_tells_nothing(front, small):
    send(front, small, homework="стр. 12", files=[upload()])
    send(front, small, homework="стр. 12", topic="Пропорции")
    assert verbs(small) == [Verb.HOMEWORK_GIVEN]


def test_a_withdrawn_homework_takes_its_files_along(front, small, django_capture_on_commit_callbacks):
    send(front, small, homework="стр. 12", files=[upload()])
    with at_school(small.id):
        key = HomeworkFile.objects.get().key
    with django_capture_on_commit_callbacks(execute=True):
        send(front, small, homework="")

    assert verbs(small)[-1] == Verb.HOMEWORK_WITHDRAWN
    assert not disk.path_of(small.id, key).exists()
    with at_school(small.id):
        assert not HomeworkFile.objects.exists()


def test_a_refused_file_stands_in_the_page_in_words_and_nothing_is_saved(front, small):
    answer = send(front, small, homework="стр. 12", topic="Пропорции", files=[upload(documents.PROGRAM)])
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("„задача.pdf“ не може да се прикачи") == 2, "in the summary and beside the field"
    assert "Пропорции" in page
    assert verbs(small) == []


def test_more_than_five_files_in_two_steps_are_refused_too(front, small):
    send(front, small, homework="стр. 12", files=[upload(name=f"{n}.pdf") for n in range(4)])
    answer = send(front, small, homework="стр. 12", files=[upload(), upload()])
    assert answer.status_code == 422
    assert "Най-много 5 файла." in answer.content.decode()
    with at_school(small.id):
        assert HomeworkFile.objects.count() == 4


def test_the_family_reads_the_homework_and_takes_its_file_and_no_other_family_does(front, small, client):
    send(front, small, homework="стр. 12", files=[upload()])
    child, other = small.students[0], small.students[1]
    with at_school(small.id):
        file = HomeworkFile.objects.get()
        user, _ = small_school.add_teacher("Родител", "Желева", small.school_year.starts_on)
        Guardian.objects.filter(pk=small.guardians[0].pk).update(user=user)
    client.force_login(user)

    page = client.get(f"/p/{small.id}/{child.pk}/homework/").content.decode()
    path = f"/p/{small.id}/{child.pk}/homework/files/{file.pk}/"
    assert f'<a href="{path}">задача.pdf</a>' in page
    answer = client.get(path)
    assert answer.content == documents.PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert client.get(f"/p/{small.id}/{other.pk}/homework/files/{file.pk}/").status_code == 404
    with at_school(small.id):
        child.courses.update(ends_on=small.school_year.starts_on)
    assert client.get(path).status_code == 404
