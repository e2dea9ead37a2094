"""`zvanets practice-school`: a class to practise in, for everybody who works in a school."""

import click

from zvanets.cli.problem import Problem


@click.command("practice-school")
@click.argument("school", type=click.IntRange(min=1))
def practice_school(school: int) -> None:
    """Make the practice class of SCHOOL, or make it anew with today's staff: what was practised there goes."""
    from zvanets.lessons.practice import is_practice, practice_number, set_up
    from zvanets.schools.models import School

    real = School.objects.filter(pk=school).first()
    if real is None or is_practice(school):
        raise Problem(f"There is no school {school}.")
    School.objects.using("owner").get_or_create(
        pk=practice_number(school),
        defaults={
            "name": f"Упражнение · {real.name}"[:200],
            "short_name": f"Упражнение · {real.short_name}"[:100],
            "time_zone": real.time_zone,
        },
    )
    click.echo(f"School {practice_number(school)}: {set_up(school)} people can practise there.")
