"""A file's way out: as an attachment that runs nowhere, whatever it holds."""

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from zvanets.files import disk
from zvanets.files.models import StoredFile
from zvanets.tenancy.school import school_now

INERT = "default-src 'none'; sandbox"


def inert(file: StoredFile) -> HttpResponse:
    """Answer with the file; fetch it among those that are the asker's."""
    try:
        # Whole: an answer that streams would outlive its school (tenancy.middleware), and 10 MB are the most.
        content = disk.path_of(school_now(), file.key).read_bytes()
    except FileNotFoundError:  # a backup without its files
        raise Http404 from None
    answer = HttpResponse(content, content_type=file.media_type)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file.name)
    answer["Content-Security-Policy"] = INERT
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
