"""A file's way out: as an attachment that runs nowhere, whatever it holds."""

from django.http import FileResponse, Http404

from zvanets.files import disk
from zvanets.files.models import StoredFile
from zvanets.tenancy.school import school_now

INERT = "default-src 'none'; sandbox"


def inert(file: StoredFile) -> FileResponse:
    """Answer with the file; fetch it among those that are the asker's."""
    try:
        content = disk.path_of(school_now(), file.key).open("rb")
    except FileNotFoundError:  # a backup without its files
        raise Http404 from None
    answer = FileResponse(content, as_attachment=True, filename=file.name, content_type=file.media_type)
    answer["Content-Security-Policy"] = INERT
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
