"""`zvanets create-operator` and `new-password`: the first log-ins of an installation and of a school; all others follow."""

import click

from zvanets.cli.problem import Problem


@click.command("create-operator")
@click.argument("username")
@click.option("--name", prompt="Full name")
@click.option("--email", default=None)
@click.option("--password", envvar="ZVANETS_OPERATOR_PASSWORD", prompt=True, hide_input=True, confirmation_prompt=True)
def create_operator(username: str, name: str, email: str | None, password: str) -> None:
    """Give USERNAME the rights of the people who run the service."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.db import IntegrityError
    from django.utils import translation

    from zvanets.accounts.models import User

    user = User(username=username.lower(), name=name, email=email and email.lower(), is_operator=True)
    with translation.override("en"):
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise Problem(" ".join(error.messages)) from None
    user.set_password(password)
    try:
        user.save(force_insert=True)
    except IntegrityError:
        raise Problem(f"The user name {user.username} or the e-mail address is taken.") from None
    click.echo(f"{user.username} is an operator.")


@click.command("new-password")
@click.argument("username")
def new_password(username: str) -> None:
    """Give USERNAME a new password and print it: the head of a school that came in has none yet."""
    from zvanets.accounts import actions
    from zvanets.accounts.models import User

    user = User.objects.filter(username=username.lower()).first()
    if user is None:
        raise Problem(f"There is no user {username}.")
    password = actions.new_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    click.echo(f"{user.username}  {password}")
