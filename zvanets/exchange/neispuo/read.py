"""Read a folder: every error in it, the warnings of one year, and the roster when there are no errors."""

from dataclasses import dataclass
from pathlib import Path

from zvanets.exchange.neispuo.calendar import order_file, plan_year, read_order
from zvanets.exchange.neispuo.doubts import Doubts
from zvanets.exchange.neispuo.files import Files
from zvanets.exchange.neispuo.findings import Findings, Kind, Place
from zvanets.exchange.neispuo.roster import Roster, Selection
from zvanets.exchange.neispuo.rows import Family, GradeLevel, Group, Institution
from zvanets.lib.refusals import gettext_noop


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found; there is a roster only when there is no error."""

    findings: Findings
    roster: Roster | None


def read(folder: Path, year: int) -> Reading:
    """Read one school year of a school. Nothing is asked of the database and nothing is raised."""
    findings = Findings()
    roster = _roster(folder, year, findings)
    return Reading(findings, None if findings.errors else roster)


def _roster(folder: Path, year: int, findings: Findings) -> Roster | None:
    if not folder.is_dir():
        findings.error(Kind.FOLDER, Place(), gettext_noop("Няма папка „%(folder)s“."), folder=str(folder))
        return None
    files = Files(folder, findings)
    files.check()
    path = order_file(folder, year)
    order = read_order(path, year, findings) if path else None
    if findings.errors:
        return None
    selection = Selection(files, year)
    if not selection.books:
        years = sorted({group.school_year for group in files.all(Group)})
        msgid = gettext_noop("Няма паралелки за %(year)s година; във файла има за: %(years)s.")
        shown = ", ".join(map(str, years)) or "–"
        findings.error(Kind.VALUE, Place(Group.FILE, column="school_year"), msgid, year=year, years=shown)
        return None
    (school,) = files.all(Institution)
    dates = plan_year(year, selection.levels, school=school, families=files.all(Family), order=order, findings=findings)
    Doubts(selection, findings).collect()
    return selection.roster(school, _level_names(files), dates) if dates else None


def _level_names(files: Files) -> dict[int, str]:
    return {one.id: f"{one.roman} клас" if 1 <= one.id <= 13 else one.description for one in files.all(GradeLevel)}
