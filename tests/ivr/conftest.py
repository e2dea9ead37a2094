"""A small school whose first family has a code and a PIN."""

from dataclasses import dataclass, replace

import pytest

from tests.ivr.line import OPTIONS, Line
from tests.small_school import SmallSchool, build
from zvanets.guardians.pins import code_for_student, issue_pin
from zvanets.tenancy.school import at_school


@dataclass
class Family:
    small: SmallSchool
    code: str
    pin: str

    @property
    def student(self):
        return self.small.students[0]

    @property
    def guardian(self):
        return self.small.guardians[0]


def family_of(school_id: int) -> Family:
    small = build(school_id)
    with at_school(small.id):
        code = code_for_student(actor=small.head, student=small.students[0])
        pin = issue_pin(actor=small.head, guardian=small.guardians[0])
    return Family(small, code, pin)


@pytest.fixture
def family(school) -> Family:
    return family_of(school.pk)


@pytest.fixture(scope="session")
def speech(tmp_path_factory):
    """Where the voice keeps what it has said, for the whole run."""
    return tmp_path_factory.mktemp("speech")


@pytest.fixture
def opened_lines(speech):
    lines: list[Line] = []

    def opened(**other) -> Line:
        lines.append(Line(replace(OPTIONS, **other), speech))
        return lines[-1]

    yield opened
    for line in lines:
        line.stop()


@pytest.fixture
def line(opened_lines) -> Line:
    return opened_lines()
