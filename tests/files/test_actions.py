"""Files lie on the disk under names that tell nothing, go with their owner, and come out inert."""

import hashlib
import os
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test.client import encode_multipart

from tests import small_school
from tests.files import documents
from tests.marks import committed
from zvanets.files import actions, disk, uploads
from zvanets.files.actions import keep, let_go, look_into, sweep
from zvanets.files.answer import inert
from zvanets.lessons.models import Homework, HomeworkFile
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal
from zvanets.tenancy.school import at_school


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.FILES = tmp_path / "files"
    return settings.FILES


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


def upload(content=documents.PDF, name="задача.pdf"):
    return SimpleUploadedFile(name, content)


def homework(small):
    return Homework.objects.create(course=small.course, lesson=small.lesson, text="стр. 12", given_at=clock.now())


def attach(small) -> HomeworkFile:
    with at_school(small.id):
        return keep(HomeworkFile, look_into([upload()]), actor=small.actor, homework=homework(small))[0]


def test_the_content_lies_outside_the_web_under_a_name_that_tells_nothing(small, folder):
    file = attach(small)
    path = disk.path_of(small.id, file.key)
    assert path.is_relative_to(folder / str(small.id))
    assert path.read_bytes() == documents.PDF
    assert path.stat().st_mode & 0o777 == 0o600
    assert file.digest == hashlib.sha256(documents.PDF).hexdigest()
    assert (file.name, file.size, file.media_type) == ("задача.pdf", len(documents.PDF), "application/pdf")


def test_it_comes_out_as_a_download_that_runs_nowhere(small):
    file = attach(small)
    with at_school(small.id):
        answer = inert(file)
    assert answer.content == documents.PDF
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_too_many_too_large_and_empty_files_are_refused_in_words(monkeypatch):
    monkeypatch.setattr(actions, "LARGEST", 100)
    for chosen, code in (
        ([upload()] * 6, "files_too_many"),
        ([upload(documents.PDF * 10)], "file_too_large"),
        ([upload(b"")], "file_empty"),
    ):
        with pytest.raises(Refusal) as refusal:
            look_into(chosen)
        assert refusal.value.code == code


@committed
def test_the_content_goes_with_the_commit_that_lets_it_go_and_stays_when_that_fails(school):
    small = small_school.build(school.pk)
    file = attach(small)
    with at_school(small.id):
        let_go([file])
        transaction.set_rollback(True)
    assert disk.path_of(small.id, file.key).exists()
    with at_school(small.id):
        let_go([file])
        assert disk.path_of(small.id, file.key).exists()
    assert not disk.path_of(small.id, file.key).exists()


def test_what_no_row_names_is_swept_after_a_day(small):
    file = attach(small)
    stray, fresh = (disk.write(small.id, b"x") for _ in range(2))
    for key in (file.key, stray):
        os.utime(disk.path_of(small.id, key), (time.time() - 2 * disk.DAY,) * 2)
    assert sweep() == 1
    assert not disk.path_of(small.id, stray).exists()
    assert disk.path_of(small.id, fresh).exists()

    with at_school(small.id):
        Homework.objects.all().delete()
    assert sweep() == 1
    assert not disk.path_of(small.id, file.key).exists()


def test_a_school_sees_no_file_of_another(small, two_schools):
    attach(small)
    with at_school(two_schools[1].pk):
        assert not HomeworkFile.objects.exists()


def test_a_key_leads_nowhere_else():
    with pytest.raises(ValueError, match="no key"):
        disk.path_of(1, "../../../etc/passwd")


def test_of_what_is_too_large_no_more_is_kept_than_shows_it(monkeypatch, rf):
    monkeypatch.setattr(uploads, "LARGEST", 1_000)
    body = encode_multipart("x", {"file": upload(b"a" * 500_000), "text": "остава"})
    request = rf.post("/", body, content_type="multipart/form-data; boundary=x")
    assert request.FILES["file"].size < 200_000
    assert request.POST["text"] == "остава"
