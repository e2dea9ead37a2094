"""While a file arrives, no more of it is kept than may be attached."""

from django.core.files.uploadhandler import FileUploadHandler

from zvanets.files.actions import LARGEST


class Bounded(FileUploadHandler):
    """First of the handlers: lets pass what fits and one piece more, so that the form can say „над 10 MB“."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= LARGEST else None

    def file_complete(self, _file_size: int) -> None:
        return None
