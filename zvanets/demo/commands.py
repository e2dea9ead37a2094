"""`zvanets invent-contacts`: make an imported school usable for a trial. Django comes with the call."""

import secrets
import sys

import click

_ROLES = {
    "director": "director",
    "school_admin": "school administrator",
    "homeroom": "homeroom teacher",
    "teacher": "teacher",
    "clerk": "clerk",
    "guardian": "guardian",
    "student": "student",
    "guest": "guest",
}


@click.command("invent-contacts")
@click.argument("school", type=click.IntRange(1, 10**12))
@click.option("--share", type=click.FloatRange(0, 1), default=0.95, show_default=True, help="Of the guardians.")
@click.option("--password", help="One for all invented accounts; without it one is made.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same contacts.")
def invent_contacts(school: int, share: float, password: str | None, seed: int) -> None:
    """Give the people of an imported school invented phones, addresses, log-ins and subscriptions.

    Refuses a school that has real ones. Nobody is told anything.
    """
    from django.utils.translation import gettext

    from zvanets.demo.contacts import invent_for
    from zvanets.lib.refusals import Refusal
    from zvanets.tenancy.statistics import count_rows

    secret = password or secrets.token_urlsafe(9)
    try:
        made = invent_for(school, password=secret, share=share, seed=seed)
    except Refusal as refusal:
        click.secho(gettext(refusal.msgid) % refusal.params, fg="red", err=True)
        sys.exit(1)
    count_rows()
    click.echo(f"{made.users} users, {made.contacts} contacts, {made.subscriptions} subscriptions")
    if not made.users:
        click.echo("Everybody has a log-in already; passwords stay as they are.")
        return
    for log_in in made.log_ins:
        click.echo(f"{_ROLES[log_in.role]:22}{log_in.username:32}{log_in.name}")
    click.echo(f"{'password of all':22}{secret}")
