"""A request under /s/<school>/ is one transaction of that school; a failed one leaves nothing behind."""

import pytest
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.test import Client, override_settings
from django.urls import path

from zvanets.schools.models import Subject
from zvanets.tenancy.middleware import StreamsInsideSchool
from zvanets.tenancy.school import at_school, school_now


def write(_request, school_id):
    Subject.objects.create(name="Химия")
    return HttpResponse(str(school_now()))


def write_and_fail(_request, school_id):
    Subject.objects.create(name="Химия")
    raise ZeroDivisionError


def write_and_find_nothing(_request, school_id):
    Subject.objects.create(name="Химия")
    raise Http404


def write_and_answer_503(_request, school_id):
    Subject.objects.create(name="Химия")
    return HttpResponse(status=503)


def write_and_answer_422(_request, school_id):
    Subject.objects.create(name="Химия")
    return HttpResponse(status=422)


def stream(_request, school_id):
    return StreamingHttpResponse(str(s) for s in Subject.objects.all())


def plain(_request):
    return HttpResponse("plain")


urlpatterns = [
    path("s/<int:school_id>/write/", write),
    path("s/<int:school_id>/fail/", write_and_fail),
    path("s/<int:school_id>/nothing/", write_and_find_nothing),
    path("s/<int:school_id>/503/", write_and_answer_503),
    path("s/<int:school_id>/422/", write_and_answer_422),
    path("s/<int:school_id>/stream/", stream),
    path("plain/", plain),
]


@pytest.fixture
def client():
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=["zvanets.tenancy.middleware.OneSchool"]):
        yield Client(raise_request_exception=False)


def subjects(school) -> int:
    with at_school(school.pk):
        return Subject.objects.count()


def test_a_view_stands_in_the_school_of_its_url(client, school):
    assert client.get(f"/s/{school.pk}/write/").content == str(school.pk).encode()
    assert subjects(school) == 1


@pytest.mark.parametrize(("page", "status"), [("fail", 500), ("nothing", 404), ("503", 503)])
def test_a_failed_request_keeps_nothing(client, school, page, status):
    assert client.get(f"/s/{school.pk}/{page}/").status_code == status
    assert subjects(school) == 0


def test_a_refused_form_may_keep_what_it_wrote(client, school):
    assert client.get(f"/s/{school.pk}/422/").status_code == 422
    assert subjects(school) == 1


def test_a_streamed_answer_is_refused(school):
    with (
        override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=["zvanets.tenancy.middleware.OneSchool"]),
        pytest.raises(StreamsInsideSchool),
    ):
        Client().get(f"/s/{school.pk}/stream/")


@pytest.mark.parametrize("school_id", ["0", "9" * 19, "9" * 40])
def test_a_number_that_is_no_school_is_not_found(client, db, school_id):
    assert client.get(f"/s/{school_id}/write/").status_code == 404


def test_other_pages_cost_nothing(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/plain/").content == b"plain"
