"""The gradebook's page: its columns, who reads and who writes, the form of a column, and how a figure came about."""

import gzip
import json
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from django.contrib.staticfiles import finders

from tests.staff.people import colleague, home, signed_in
from zvanets.attendance.models import Absence
from zvanets.gradebook.models import Grade
from zvanets.lib import clock
from zvanets.rules.grades import GradeKind
from zvanets.schools.models import CourseMember, SchoolSettings, Term
from zvanets.tenancy.school import at_school


def url(small, rest=""):
    return home(small, f"courses/{small.course.pk}/{rest}")


def give(small, student, value, *, kind=GradeKind.CURRENT, given_at=None, **more):
    with at_school(small.id):
        lesson = None if kind in (GradeKind.TERM, GradeKind.OTHER_SCHOOL) else small.lesson
        about = {"student": student, "course": small.course, "lesson": lesson, "kind": kind, "given_by": small.teacher}
        when = {"given_on": small.lesson.date, "given_at": given_at or clock.now()}
        return Grade.objects.create(value=Decimal(value), **about, **when, **more)


def text_of(page):
    return re.sub(r"<[^>]+>", " ", page.content.decode())


def heads(page):
    return re.findall(
        r'<th scope="col" data-lesson="(\d+)" data-kind="(\d+)" data-place="(\d+)"', page.content.decode()
    )


def test_a_column_stands_for_each_kind_in_a_lesson_and_for_the_second_grade_of_a_kind(front, small):
    anna = small.students[0]
    give(small, anna, "6", kind=GradeKind.TEST)
    give(small, anna, "5", kind=GradeKind.TEST)
    give(small, anna, "4", kind=GradeKind.OTHER_SCHOOL)
    lesson = str(small.lesson.pk)

    assert heads(front.get(url(small, "grades/"))) == [("0", "99", "0"), (lesson, "4", "0"), (lesson, "4", "1")]


def test_a_course_without_grades_offers_its_newest_lesson(front, small):
    page = front.get(url(small, "grades/"))
    assert heads(page) == [(str(small.lesson.pk), "1", "0")]
    assert "поне 4 текущи оценки" in text_of(page)


def test_another_column_is_opened_by_address_and_nonsense_opens_none(front, small):
    opened = front.get(url(small, f"grades/?lesson={small.lesson.pk}&kind=5"))
    assert (str(small.lesson.pk), "5", "0") in heads(opened)
    for nonsense in ("column=x", "column=1-1-0", "column=9-99-9", "lesson=&kind=", f"column={'9' * 40}-1-0", "term=7"):
        assert front.get(url(small, f"grades/?{nonsense}")).status_code == 200


def test_the_homeroom_teacher_reads_and_writes_nothing(small):
    page = signed_in(colleague(small, leads=True)).get(url(small, "grades/"))
    assert page.status_code == 200
    assert "data-closed" in page.content.decode()


def test_the_form_of_a_column_saves_without_script_and_names_what_is_wrong(front, small):
    anna, _boris, darya, elena = small.students
    standing = give(small, anna, "4")
    page = front.get(url(small, f"grades/?column={small.lesson.pk}-1-0")).content.decode()
    names = re.findall(r'name="(cell-\d+-\d+)"', page)
    assert names[0] == f"cell-{anna.pk}-{standing.pk}"
    sent = {"column": f"{small.lesson.pk}-1-0", "form": str(uuid4()), f"was-{anna.pk}": "4", names[0]: "4"}
    sent |= {names[1]: "2,50", names[2]: "5,50", names[3]: "о"}
    answer = front.post(url(small, "cells/?term=1"), sent)

    assert answer.status_code == 422
    text = text_of(answer)
    assert "Борис Василев: Няма оценка 2,50" in text
    assert 'value="2,50"' in answer.content.decode()
    with at_school(small.id):
        assert set(Grade.objects.values_list("student", "value")) == {(anna.pk, Decimal(4)), (darya.pk, Decimal("5.5"))}
        assert Absence.objects.get().student_id == elena.pk
    assert front.post(url(small, "cells/?term=1"), {**sent, names[1]: ""}).status_code == 302


def test_what_the_script_sends_is_answered_cell_by_cell_with_the_new_sums(front, small):
    anna, boris, *_ = small.students
    about = {"what": "grade", "lesson": small.lesson.pk, "kind": 1, "place": 0, "seen": 0}
    cells = [
        {**about, "key": str(uuid4()), "student": student, "typed": text}
        for student, text in ((anna.pk, "5,50"), (boris.pk, "7"), (10**12, "6"))
    ]
    answer = front.post(url(small, "cells/?term=1"), {"cells": cells}, content_type="application/json").json()

    assert [each["state"] for each in answer["cells"]] == ["saved", "refused", "refused"]
    assert answer["cells"][0]["text"] == "5,50"
    assert "Няма оценка 7" in answer["cells"][1]["words"]
    assert answer["sums"][str(anna.pk)][0] == {"name": "mean1", "text": "5,50", "set": True, "poor": False}
    assert answer["sums"][str(anna.pk)][1]["text"] == "(6)"


def test_what_cannot_be_read_is_said_in_words(front, small):
    cell = {"what": "sign", "key": str(uuid4()), "student": 1, "lesson": 1, "seen": "", "typed": "о"}
    wrong = (
        *("[]", "{}", '{"cells": 5}', '{"cells": []}', '{"cells": [{}]}', "[" * 100_000),
        *(json.dumps({"cells": each}) for each in ([cell, cell], [{**cell, "typed": "у"}], [{**cell, "student": -1}])),
        json.dumps({"cells": [{**cell, "student": 2**63}]}),
        json.dumps({"cells": [{**cell, "what": "grade", "kind": 21, "place": 0, "seen": 0}]}),
    )
    for body in wrong:
        answer = front.post(url(small, "cells/"), body, content_type="application/json")
        assert answer.status_code == 422, body[:60]
        assert "Презаредете" in answer.json()["words"]


def test_a_figure_unfolds_as_it_stood_on_a_past_day(front, small):
    anna = small.students[0]
    yesterday = clock.now() - timedelta(days=1)
    old = give(small, anna, "3", given_at=yesterday - timedelta(hours=1))
    with at_school(small.id):
        Grade.objects.filter(pk=old.pk).update(ended_at=clock.now(), ended_why="поправка")
    give(small, anna, "6", kind=GradeKind.TEST)
    give(small, anna, "4", kind=GradeKind.HOMEWORK)

    now = text_of(front.get(url(small, f"grades/{anna.pk}/mean1/")))
    assert "(6 + 4) ÷ 2 = 5" in now
    before = text_of(front.get(url(small, f"grades/{anna.pk}/mean1/?on={yesterday.date()}")))
    assert "Една оценка: 3." in before
    assert front.get(url(small, f"grades/{anna.pk}/mean1/?on=вчера")).status_code == 422
    assert front.get(url(small, f"grades/{anna.pk}/mean9/")).status_code == 404
    assert front.get(url(small, "grades/999999/mean1/")).status_code == 404


def test_the_proposed_term_grade_says_that_it_is_one_and_the_set_one_that_it_is_set(front, small):
    anna, boris, *_ = small.students
    give(small, anna, "5,50".replace(",", "."))
    assert "(6)" in front.get(url(small, "grades/")).content.decode()
    assert "само предлага" in text_of(front.get(url(small, f"grades/{anna.pk}/term1/")))

    give(small, boris, "5", kind=GradeKind.TERM, term=1)
    assert 'data-sum="term1"><a' in front.get(url(small, "grades/")).content.decode()
    assert front.get(url(small, f"grades/{boris.pk}/term1/")).status_code == 200


def test_terms_are_shown_apart_and_the_year_whole(front, small):
    anna = small.students[0]
    give(small, anna, "6")
    with at_school(small.id):
        group = small.class_group.year_group
        after = small.lesson.date + timedelta(days=61)
        Term.objects.create(year_group=group, number=2, starts_on=after, ends_on=after + timedelta(days=60))

    assert "data-id=" in front.get(url(small, "grades/?term=1")).content.decode()
    assert "data-id=" not in front.get(url(small, "grades/?term=2")).content.decode()
    year = front.get(url(small, "grades/?term=year")).content.decode()
    assert "data-id=" in year
    assert 'data-sum="annual"' in year


def test_a_school_that_counts_as_the_state_says_so(front, small):
    anna = small.students[0]
    with at_school(small.id):
        SchoolSettings.objects.create(averages_of_rounded_grades=True)
    give(small, anna, "5.50")
    give(small, anna, "3", kind=GradeKind.TEST)
    assert "като в НЕИСПУО" in text_of(front.get(url(small, "grades/")))
    assert "като НЕИСПУО" in text_of(front.get(url(small, f"grades/{anna.pk}/mean1/")))


def test_who_came_later_has_no_cell_before_and_who_left_keeps_their_grades(front, small):
    anna, boris, *_ = small.students
    give(small, anna, "6")
    with at_school(small.id):
        CourseMember.objects.filter(student=anna).update(ends_on=small.lesson.date - timedelta(days=1))
        CourseMember.objects.filter(student=boris).update(ends_on=small.lesson.date - timedelta(days=1))
    page = front.get(url(small, "grades/")).content.decode()

    assert "ОТПИСАН" in page
    assert "Борис" not in page


def test_links_lead_to_the_gradebook_from_where_its_teacher_is(front, small):
    there = url(small, "grades/")
    for place in ("", f"lessons/{small.lesson.pk}/", f"classes/{small.class_group.pk}/"):
        assert f'href="{there}"' in front.get(home(small, place)).content.decode(), place


def test_the_page_is_light_with_all_that_it_needs(front, of_26):
    for student in of_26.students:
        give(of_26, student, "5.50")
    page = front.get(url(of_26, "grades/")).content
    files = ["register", "drafts", "queue", "grid", "gridkeys"]
    names = ["zvanets.css", "zvanets.js", "django_htmx/htmx-2.min.js", *(f"zvanets-{name}.js" for name in files)]
    sent = [page, *(Path(finders.find(name)).read_bytes() for name in names)]
    assert sum(len(gzip.compress(each)) for each in sent) <= 60_000
