"""`zvanets erase-student`: delete the words of a child's history; that it was done stays written in it."""

import os
from typing import TYPE_CHECKING

import click

from zvanets.cli.problem import Problem

if TYPE_CHECKING:
    from zvanets.accounts.models import User
    from zvanets.schools.models import Student


@click.command("erase-student")
@click.argument("school", type=click.IntRange(min=1))
@click.argument("student", type=click.IntRange(min=1))
@click.option("--by", required=True, metavar="USERNAME", help="The operator who answers for it: the entry names them.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase_student(school: int, student: int, by: str, yes: bool) -> None:
    """Erase what the history of SCHOOL says of STUDENT (their number in the address of their page).

    What happened and when stays, and the chain stays whole; what was said is gone for good. The child's grades,
    absences and messages are other tables and stay.
    """
    from zvanets.accounts.models import User
    from zvanets.tenancy.school import at_school

    operator = User.objects.filter(username=by.lower(), is_operator=True, is_active=True).first()
    if operator is None:
        raise Problem(f"{by} is no operator.")
    with at_school(school):
        child, count = _child(school, student), _bodies_of(student)
    if not count:
        raise Problem(f"The history of school {school} says nothing of student {student}.")
    click.echo(f"School {school}, student {student}, {child or 'not on its rolls any more'}: {count} entries.")
    if not yes and click.prompt("This cannot be undone. Type the student's number to erase their words") != str(
        student
    ):
        raise Problem("Nothing was erased.")
    click.echo(f"The words of {count} entries are erased by entry {_erase(school, student, operator)}.")


def _child(school: int, student: int) -> "Student | None":
    from zvanets.schools.models import School, Student

    if not School.objects.filter(pk=school).exists():
        raise Problem(f"There is no school {school}.")
    found: Student | None = Student.objects.filter(pk=student).first()
    return found


def _bodies_of(student: int) -> int:
    from zvanets.history.models import EntryBody
    from zvanets.history.verbs import Verb

    own = EntryBody.objects.filter(entry__student_id=student).exclude(entry__verb=Verb.BODY_ERASED)
    return own.count()


def _erase(school: int, student: int, operator: "User") -> int:
    """Call the database's function as the one role that may; return the number of the entry that says so."""
    import psycopg

    from zvanets.lib import clock

    try:
        with psycopg.connect(_eraser_url(), connect_timeout=5) as eraser:
            eraser.execute(f"SET LOCAL app.school_id = '{school:d}'")
            call = "SELECT history_erase(%s, %s, %s, 'operator', '')"
            row = eraser.execute(call, [student, clock.now(), operator.pk]).fetchone()
    except psycopg.OperationalError as error:
        raise Problem(f"zv_eraser is not let in; set ZVANETS_ERASER_URL: {str(error).strip()}") from None
    return int(row[0]) if row else 0


def _eraser_url() -> str:
    from zvanets.cli.database import as_role
    from zvanets.tenancy.roles import ERASER

    return os.environ.get("ZVANETS_ERASER_URL") or as_role(os.environ["ZVANETS_APP_URL"], ERASER)
