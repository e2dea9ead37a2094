"""`zvanets verify-history`: its output is also the day's anchor."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from zvanets.history.verify import Anchor

LINE = re.compile(r"^school ([0-9]+): whole to entry ([0-9]+), ([0-9a-f]*)$", re.MULTILINE)


@click.command("verify-history")
@click.argument("schools", nargs=-1, type=int)
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What this command printed on an earlier day: finds a history that was rewritten from end to end.",
)
def verify_history(schools: tuple[int, ...], against: Path | None) -> None:
    """Compute the chain of SCHOOLS (all by default) again and name the first row that does not fit.

    Keep what it prints outside the database: it is the anchor that --against reads.
    """
    from zvanets.history.verify import anchor_now, erasures, verify

    anchors = read_anchors(against.read_text(encoding="utf-8")) if against else {}
    known = _all(anchors)
    if unknown := set(schools).difference(known):
        raise click.UsageError(f"No history of school {', '.join(map(str, sorted(unknown)))} is here.")
    findings = []
    for school_id in schools or known:
        # Read before the check: what is printed must have been checked.
        number, chain = anchor_now(school_id)
        if finding := verify(school_id, anchor=anchors.get(school_id)):
            findings.append(finding)
            click.secho(str(finding), fg="red")
        else:
            click.echo(f"school {school_id}: whole to entry {number}, {chain.hex()}")
            for by, count in erasures(school_id).items():
                click.echo(f"school {school_id}: the words of {count} entries erased by entry {by}")
    if findings:
        raise click.exceptions.Exit(1)


def read_anchors(text: str) -> "dict[int, Anchor]":
    from zvanets.history.verify import Anchor

    return {int(school): Anchor(int(number), bytes.fromhex(chain)) for school, number, chain in LINE.findall(text)}


def _all(anchors: Iterable[int]) -> list[int]:
    from zvanets.history.models import ChainHead

    return sorted({*anchors, *ChainHead.objects.using("worker").values_list("school_id", flat=True)})
