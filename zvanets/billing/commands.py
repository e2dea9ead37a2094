"""Commands of this room."""

from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import click

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("offer-plan")
@click.argument("schools", nargs=-1, required=True, type=click.IntRange(min=1))
@click.option("--name", required=True, help="As families read it: Месец, Учебен срок.")
@click.option("--months", required=True, type=int)
@click.option("--cents", required=True, type=int, help="In euro cents, with VAT.")
@click.option("--from", "starts_on", required=True, type=_DAY)
@click.option("--to", "ends_on", type=_DAY, help="The last day on which it is offered.")
@click.option("--channel", "channels", multiple=True, default=("sms", "voice"), show_default=True)
@click.option("--family", is_flag=True, help="It covers all children of the family in the school.")
@click.option("--vat", default=20, show_default=True, help="Per cent.")
def offer_plan(schools: tuple[int, ...], starts_on: datetime, ends_on: datetime | None, **said: Any) -> None:
    """Offer the families of SCHOOLS (by number) a plan for SMS and calls. One that a shorter plan undercuts is refused."""
    from zvanets.billing import plans
    from zvanets.history.record import Actor
    from zvanets.lib.refusals import Refusal
    from zvanets.tenancy.school import at_school

    said["is_per_family"], said["vat_percent"] = said.pop("family"), said.pop("vat")
    last: date | None = ends_on.date() if ends_on else None
    for school in schools:
        try:
            with at_school(school):
                plans.offer_plan(actor=Actor(None, "operator", ""), starts_on=starts_on.date(), ends_on=last, **said)
        except Refusal as refused:
            raise click.ClickException(f"{school}: {refused}") from None
        click.echo(f"School {school} offers {said['name']}.")


@click.command("reconcile")
@click.option("--provider", type=click.Choice(["epay", "desk"]), default="epay", show_default=True)
@click.option(
    "--list", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="reference;sum lines."
)
def reconcile(provider: str, path: Path | None) -> None:
    """Name every difference between what was told, booked and covered, and the PROVIDER's own list of payments.

    The reference is the invoice number (epay) or the TID (desk). It ends with 1 when there is a difference.
    """
    from zvanets.billing.reconciling import BadList, differences, read_list

    try:
        theirs = read_list(path.read_text(encoding="utf-8-sig").splitlines()) if path else None
    except BadList as wrong:
        raise click.ClickException(str(wrong)) from None
    found = list(differences(provider, theirs))
    for each in found:
        click.echo(each)
    click.echo(f"{len(found)} differences.")
    if found:
        raise SystemExit(1)


@click.command("purse-statement")
@click.argument("school", type=click.IntRange(min=1))
@click.option("--from", "first", required=True, type=_DAY)
@click.option("--to", "last", required=True, type=_DAY)
def purse_statement(school: int, first: datetime, last: datetime) -> None:
    """Print the payments of SCHOOL in these days as CSV for a spreadsheet, refunds beside them."""
    from zvanets.billing.statements import HEADER, rows
    from zvanets.lib.csvsafe import write_csv
    from zvanets.tenancy.school import at_school

    sheet = StringIO()
    with at_school(school):
        write_csv(sheet, HEADER, rows(first.date(), last.date()))
    click.echo(sheet.getvalue(), nl=False)


@click.command("refund-paid")
@click.argument("school", type=click.IntRange(min=1))
@click.argument("provider", type=click.Choice(["epay", "desk"]))
@click.argument("reference")
def refund_paid(school: int, provider: str, reference: str) -> None:
    """Note that the money of a payment of SCHOOL went back to who paid it; `reconcile` names what waits for it."""
    from zvanets.billing.actions import pay_out
    from zvanets.billing.models import Refund
    from zvanets.history.record import Actor
    from zvanets.tenancy.school import at_school

    with at_school(school):
        owed = Refund.objects.select_related("payment__invoice")
        refund = owed.filter(payment__provider=provider, payment__reference=reference).first()
        if refund is None:
            raise click.ClickException(f"School {school} owes nothing of payment {provider} {reference}.")
        pay_out(actor=Actor(None, "operator", ""), refund=refund)
    click.echo("Noted.")
