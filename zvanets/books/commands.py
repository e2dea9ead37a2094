"""`zvanets print-book`: a class book as a PDF, for archives and for trying."""

from pathlib import Path

import click


@click.command("print-book")
@click.argument("school", type=click.IntRange(1))
@click.argument("class_group", type=click.IntRange(1))
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--final", is_flag=True, help="Not a working copy: with a place for the signature.")
def print_book(school: int, class_group: int, output: Path, *, final: bool) -> None:
    """Print the class book of CLASS_GROUP (the number in its page's address) to a file.

    It holds special-category data: keep the file as you keep the paper book.
    """
    from zvanets.books.book import NoOfficialBook, gather, typeset
    from zvanets.schools.models import ClassGroup
    from zvanets.tenancy.school import at_school

    with at_school(school):
        group = ClassGroup.objects.books().select_related("school_year", "year_group").filter(pk=class_group).first()
        if group is None:
            raise click.ClickException("There is no such class group in this school.")
        try:
            contents = gather(group, is_final=final)
        except NoOfficialBook:
            raise click.ClickException("There is no official book for this group that we can fill.") from None
    output.write_bytes(typeset(contents))
    click.echo(f"{output}: {contents.digest}")
