"""The invented school as plain values."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from zvanets.demo.curriculum import CLASS_HOUR, Kind
from zvanets.demo.school import CHILDREN, CLASS_SIZE, invent
from zvanets.demo.shape import AFTERNOON_CLASS, MORNING_CLASS, ROUND_THE_CLOCK, Invented
from zvanets.demo.staffing import DEMO_TEACHER
from zvanets.demo.structure import bells
from zvanets.demo.year import demo_year, first_day_of_life, is_week_a

LEVELS = tuple(range(13))


@pytest.fixture(scope="module")
def invented() -> Invented:
    return invent()


def test_the_same_seed_gives_the_same_school_and_another_gives_another(invented):
    assert invent() == invented
    assert invent(1) != invented


def test_it_has_the_size_of_a_real_school(invented):
    classes = [book for book in invented.books if not book.is_all_day]

    assert {book.level for book in classes} == {None, *LEVELS}
    assert 28 <= len(classes) <= 34
    assert 6 <= len(invented.books) - len(classes) <= 12
    assert 600 <= len(invented.pupils) <= 700
    assert 55 <= len(invented.workers) <= 70
    assert sum(len(pupil.kin) == 2 for pupil in invented.pupils) > 0.8 * len(invented.pupils)


def test_it_has_the_mess_of_a_real_school(invented):
    seats = [seat for book in invented.books if not book.is_all_day for seat in book.seats]
    parts = [part for book in invented.books for part in book.parts]
    doubled = [part for part in parts if max(Counter(s.number for s in part.seats if s.number).values()) > 1]
    tenures = [course.teachers for course in invented.courses if course.subject != CLASS_HOUR]

    assert sum(seat.number is None for seat in seats) == 3
    assert sum(seat.has_left for seat in seats) == 1
    assert len(doubled) == 1
    assert any(book.typed != book.name for book in invented.books)
    assert any(not teachers for teachers in tenures)
    assert any(tenure.since is not None and tenure.until is not None for ts in tenures for tenure in ts)  # void
    assert any(not pupil.kin for pupil in invented.pupils)
    assert any(not pupil.person.middle for pupil in invented.pupils)
    assert sum(book.level is None for book in invented.books) == 1


def test_it_has_halves_modules_and_sub_groups(invented):
    assert any(course.terms[0] % 1 for course in invented.courses)
    assert any(course.terms[0] != course.terms[1] for course in invented.courses)
    assert {Kind.MODULE, Kind.CHOSEN_MODULE} <= {
        course.kind for course in invented.courses if course.parent is not None
    }
    assert {course.sub_group for course in invented.courses} == {None, 1, 2}
    assert {"A", "B", "all"} == {hour.week for hour in invented.hours}


def test_each_class_from_i_to_xii_has_one_class_hour_with_one_teacher(invented):
    hours = Counter(course.book for course in invented.courses if course.is_class_hour)
    led = {place for place, book in enumerate(invented.books) if book.level != 0 and not book.is_all_day}
    teachers = [course.teachers for course in invented.courses if course.is_class_hour]

    assert set(hours) == led
    assert set(hours.values()) == {1}
    assert all(len(several) == 1 for several in teachers)


@pytest.mark.parametrize("seed", range(4))
def test_no_class_and_no_teacher_is_in_two_places(seed):
    school = invent(seed)
    busy: Counter[tuple] = Counter()
    for hour in school.hours:
        course = school.courses[hour.course]
        weeks = "AB" if hour.week == "all" else hour.week
        terms = (1, 2) if hour.term is None else (hour.term,)
        people = [("teacher", tenure.worker) for tenure in course.teachers if tenure.until is None]
        people.append(("class", course.book, course.sub_group))
        busy.update((who, hour.shift, hour.weekday, hour.number, w, t) for who in people for w in weeks for t in terms)

    assert [spot for spot, count in busy.items() if count > 1] == []


def test_classes_have_no_hole_in_their_day(invented):
    hours: dict[tuple[int, int], set[int]] = {}
    for hour in invented.hours:
        if hour.shift != ROUND_THE_CLOCK:
            hours.setdefault((invented.courses[hour.course].book, hour.weekday), set()).add(hour.number)

    assert all(numbers == set(range(1, len(numbers) + 1)) for numbers in hours.values())


def test_the_lessons_scheduled_are_those_of_the_curriculum(invented):
    halves: Counter[int] = Counter()
    for hour in invented.hours:
        if hour.term != 2:
            halves[hour.course] += 2 if hour.week == "all" else 1
    ordinary = {
        place: int(course.terms[0] * 2)
        for place, course in enumerate(invented.courses)
        if course.kind not in {Kind.ALL_DAY, Kind.PRESCHOOL}
        and course.terms[0]
        and not _is_of_the_demo(invented, place)
    }

    assert {place: halves[place] for place in ordinary} == ordinary


def _is_of_the_demo(invented: Invented, place: int) -> bool:
    return any(invented.workers[t.worker].person == DEMO_TEACHER for t in invented.courses[place].teachers)


def test_the_demo_teacher_has_a_lesson_at_every_moment_and_no_class_two(invented):
    spans = {shift: bells(shift) for shift in (1, 2, 3)}
    own = [hour for hour in invented.hours if hour.shift == ROUND_THE_CLOCK]
    for weekday in range(1, 8):
        day = [spans[3][hour.number - 1] for hour in own if hour.weekday == weekday]
        assert day[0][0].isoformat() == "00:00:00"
        assert all(one[1] == other[0] for one, other in pairwise(day))
        assert day[-1][1].isoformat() == "23:59:59.999999"
    for hour in own:
        begins, ends = spans[3][hour.number - 1]
        book = invented.courses[hour.course].book
        others = [h for h in invented.hours if h.shift != ROUND_THE_CLOCK and h.weekday == hour.weekday]
        clashing = [
            other
            for other in others
            if invented.courses[other.course].book == book
            and spans[other.shift][other.number - 1][0] < ends
            and begins < spans[other.shift][other.number - 1][1]
        ]
        assert clashing == []


def test_the_demo_family_has_a_child_in_each_of_the_teachers_classes(invented):
    books = {book.name: book for book in invented.books}
    families = set()
    for name in (MORNING_CLASS, AFTERNOON_CLASS):
        seats = books[name].seats
        assert len(seats) == CLASS_SIZE
        child = next(invented.pupils[s.pupil] for s in seats if invented.pupils[s.pupil].person == CHILDREN[name])
        families.add(child.kin)

    assert len(families) == 1
    assert len(families.pop()) == 2


def test_whoever_is_absent_in_the_teachers_classes_somebody_hears_of_it(invented):
    for book in invented.books:
        if book.name in (MORNING_CLASS, AFTERNOON_CLASS):
            assert all(invented.pupils[seat.pupil].kin for seat in book.seats)
    assert any(not pupil.kin for pupil in invented.pupils), "elsewhere it is as in a real school"


def test_today_lies_well_inside_the_year_on_every_day_of_four_years():
    for number in range(4 * 366):
        today = date(2026, 1, 1) + timedelta(days=number)
        year = demo_year(today, LEVELS)
        assert year.starts_on <= first_day_of_life(today)
        assert year.starts_on < year.first_term_ends_on < year.second_term_starts_on
        for level in LEVELS:
            assert today + timedelta(weeks=8) <= year.ends_on(level)
            assert year.second_term_starts_on < year.ends_on(level)
        assert year.number in {today.year, today.year - 1}


def test_weeks_a_and_b_take_turns_from_monday_to_sunday():
    start = date(2026, 9, 15)  # a Tuesday
    weeks = [is_week_a(date(2026, 9, 14) + timedelta(days=day), start) for day in range(21)]

    assert weeks == [True] * 7 + [False] * 7 + [True] * 7
