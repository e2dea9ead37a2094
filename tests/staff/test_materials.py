"""Teachers lay materials on the shelf for each other; who laid one there, or the head, takes it away."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.files import documents
from tests.staff.people import colleague, home, signed_in
from zvanets.accounts.models import Role
from zvanets.history.models import Entry
from zvanets.history.verbs import Verb
from zvanets.lessons.models import Material, MaterialFile
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.FILES = tmp_path


def add(front, small, **typed):
    sent = {"subject": small.course.subject_id, "title": "Тест за входно ниво", **typed}
    return front.post(home(small, "materials/"), sent, follow=True)


def test_a_file_and_a_link_are_shared_within_the_school(front, small):
    add(front, small, files=[SimpleUploadedFile("тест.pdf", documents.PDF)], level="7")
    add(front, small, title="Сайт", url="https://example.org/test")
    other = signed_in(colleague(small))
    page = other.get(home(small, "materials/")).content.decode()
    assert "Тест за входно ниво" in page
    assert 'href="https://example.org/test" rel="noopener noreferrer nofollow"' in page
    with at_school(small.id):
        file = MaterialFile.objects.get()
        assert Entry.objects.filter(verb=Verb.MATERIAL_ADDED).count() == 2
    assert other.get(home(small, f"materials/files/{file.pk}/")).content == documents.PDF


def test_neither_link_nor_file_is_refused_in_words_as_is_a_program(front, small):
    assert "Дайте връзка или прикачете файл." in add(front, small).content.decode()
    answer = add(front, small, files=[SimpleUploadedFile("тест.pdf", documents.PROGRAM)])
    assert "не може да се прикачи" in answer.content.decode()
    assert add(front, small, url="javascript:alert(1)").status_code == 422
    with at_school(small.id):
        assert not Material.objects.exists()


def test_who_laid_it_there_or_the_head_takes_it_away(front, small):
    for _ in range(2):
        add(front, small, url="https://example.org/")
    with at_school(small.id):
        first, second = Material.objects.order_by("pk").values_list("pk", flat=True)
    assert signed_in(colleague(small)).post(home(small, f"materials/{first}/remove/")).status_code == 404
    assert front.post(home(small, f"materials/{first}/remove/")).status_code == 302
    head = signed_in(colleague(small, Role.DIRECTOR))
    assert head.post(home(small, f"materials/{second}/remove/")).status_code == 302
    with at_school(small.id):
        assert not Material.objects.exists()
