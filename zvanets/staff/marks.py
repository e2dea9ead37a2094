"""One grade as it stands in a cell or a sentence."""

from zvanets.rules.grades import Mark, Scale, in_words, shown_grade
from zvanets.staff.seat import lang


def mark_text(mark: Mark) -> str:
    """Return „5,50“; on the scales without numbers the word, „мн. добър“."""
    if mark.scale is Scale.QUANTITATIVE:
        return shown_grade(mark.value, lang())
    return in_words(mark, lang(), short=True)


def is_poor(mark: Mark) -> bool:
    return mark.scale is not Scale.SPECIAL_NEEDS and mark.value < 3
