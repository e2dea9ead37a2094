"""`zvanets import-school`: read, show errors and doubts, show what would change, ask, write."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:  # imported to print the help: Django comes with the call
    from rich.console import Console

    from zvanets.exchange.neispuo.findings import Finding
    from zvanets.exchange.neispuo.plan import Plan
    from zvanets.exchange.neispuo.roster import Roster
    from zvanets.exchange.neispuo.write import Progress, Written

SHOWN_OF_A_KIND = 3
SHOWN_ERRORS = 100


@click.command("import-school")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--year", type=click.IntRange(1990, 2200), required=True, help="2025 means 2025/26.")
@click.option("--yes", is_flag=True, help="Do not ask, write.")
@click.option("--dry-run", is_flag=True, help="Show what would change and stop.")
@click.option("--lang", type=click.Choice(["bg", "en"]), default="bg", show_default=True)
@click.option("-v", "--verbose", is_flag=True, help="List every warning.")
def import_school(folder: Path, year: int, *, yes: bool, dry_run: bool, lang: str, verbose: bool) -> None:
    """Bring one school year of a school in, from a folder of CSV files.

    All or nothing; a second import of the same folder changes nothing. Nobody is told anything.
    """
    from django.utils import translation
    from rich.console import Console

    with translation.override(lang):
        sys.exit(_import(Console(soft_wrap=True), folder, year, yes=yes, dry_run=dry_run, verbose=verbose))


def _import(console: "Console", folder: Path, year: int, *, yes: bool, dry_run: bool, verbose: bool) -> int:
    from django.db import IntegrityError
    from django.utils.translation import gettext as _

    from zvanets.exchange.neispuo.plan import make_plan
    from zvanets.exchange.neispuo.read import read
    from zvanets.tenancy.school import at_school
    from zvanets.tenancy.statistics import count_rows

    reading = read(folder, year)
    roster = reading.roster
    if roster is None:
        _show_errors(console, reading.findings.errors)
        return 1
    _show_warnings(console, reading.findings.warnings, verbose=verbose)
    with at_school(roster.school.code):
        plan = make_plan(roster)
    _show_plan(console, roster, plan)
    if plan.is_nothing:
        console.print(_("Всичко вече е внесено. Няма какво да се променя."))
        return 0
    if dry_run:
        console.print(_("Проба: нищо не е записано."))
        return 0
    if not yes and not click.confirm(_("Да запиша ли?")):
        console.print(_("Нищо не е записано."))
        return 1
    try:
        written = _write(console, roster)
    except IntegrityError as error:
        text = _("Базата отказа един от редовете и нищо не е записано: %(why)s")
        console.print(text % {"why": str(error).strip()}, style="red", markup=False)
        return 1
    count_rows()
    _show_written(console, written)
    return 0


def _write(console: "Console", roster: "Roster") -> "Written":
    from zvanets.exchange.neispuo.write import write
    from zvanets.history.record import Actor

    with _bar(console) as progress:
        return write(roster, actor=Actor(None, "operator", ""), progress=progress)


@contextmanager
def _bar(console: "Console") -> "Iterator[Progress]":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        from django.utils.translation import gettext as _

        task = bar.add_task(_("Записване"), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _show_errors(console: "Console", errors: "list[Finding]") -> None:
    from django.utils.translation import gettext as _

    for finding in errors[:SHOWN_ERRORS]:
        console.print(f"{finding.kind.heading}: {finding}", style="red", markup=False, highlight=False)
    if len(errors) > SHOWN_ERRORS:
        console.print(_("… и още %(count)s грешки.") % {"count": len(errors) - SHOWN_ERRORS}, style="red")
    text = _("Грешки: %(count)s. Нищо не е записано; поправете ги и внесете наново.")
    console.print(text % {"count": len(errors)}, style="bold red")


def _show_warnings(console: "Console", warnings: "Iterable[Finding]", *, verbose: bool) -> None:
    from django.utils.translation import gettext as _

    by_kind: dict[str, list[Finding]] = {}
    for finding in warnings:
        by_kind.setdefault(finding.kind.heading, []).append(finding)
    for heading, found in by_kind.items():
        console.print(f"{heading}: {len(found)}", style="yellow", markup=False, highlight=False)
        shown = found if verbose else found[:SHOWN_OF_A_KIND]
        for finding in shown:
            console.print(f"  {finding}", markup=False, highlight=False)
        if len(found) > len(shown):
            console.print("  " + _("… и още %(count)s (с -v се виждат всички)") % {"count": len(found) - len(shown)})


def _show_plan(console: "Console", roster: "Roster", plan: "Plan") -> None:
    from django.utils.translation import gettext as _
    from rich.table import Table

    title = f"{roster.school.code} {roster.school.name}, {roster.year}/{(roster.year + 1) % 100:02}"
    table = Table(title=title, title_justify="left")
    table.add_column(_("какво"))
    for heading in (_("нови"), _("променени"), _("същите"), _("липсват във файла")):
        table.add_column(heading, justify="right")
    for part, found in plan.parts:
        counts = (len(found.new), len(found.changed), found.unchanged, len(found.left))
        table.add_row(_(part.label), *map(str, counts))
    members, accounts = plan.members, plan.accounts
    table.add_row(_("места в регистрите на предметите"), str(len(members.new)), str(len(members.left)), "", "")
    table.add_row(_("потребители"), str(len(accounts.users)), "0", "", "")
    table.add_row(_("места на служители"), str(len(accounts.seats)), "0", str(accounts.unchanged), "")
    console.print(table)
    text = _(
        "Каквото липсва във файла, остава. Само отпаднал час от програмата взема и уроците си, в които още никой не е писал."
    )
    console.print(text)


def _show_written(console: "Console", written: "Written") -> None:
    from django.utils.translation import gettext as _

    text = _("Готово. Уроци от програмата: %(made)s нови, %(back)s отпаднали. На никого не е съобщено.")
    params = {"made": written.lessons_made, "back": written.lessons_taken_back}
    console.print(text % params, style="green")
