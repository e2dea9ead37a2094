"""The teachers' and heads' pages, beneath /s/<school>/."""

from datetime import date

from django.urls import path, register_converter

from zvanets.staff.views import (
    absences,
    announcements,
    changes,
    class_groups,
    courses,
    gatherings,
    grades,
    guards,
    head,
    homeroom,
    lessons,
    notes,
    office,
    private,
    remarks,
    students,
    timetable,
    today,
    topics,
    works,
)


class Day:
    """A date in an address: 2025-10-07."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, text: str) -> date:
        day = date.fromisoformat(text)
        if not date(2000, 1, 1) <= day <= date(2100, 1, 1):
            raise ValueError(text)
        return day

    def to_url(self, day: date) -> str:
        return day.isoformat()


register_converter(Day, "day")

app_name = "staff"
urlpatterns = [
    path("", today.today, name="today"),
    path("now/", today.now, name="now"),
    path("days/<day:day>/", today.day, name="day"),
    path("week/", today.this_week, name="this_week"),
    path("week/<day:day>/", today.week, name="week"),
    path("told/<day:day>/", today.told, name="told"),
    path("lessons/<int:lesson_id>/", lessons.lesson, name="lesson"),
    path("lessons/<int:lesson_id>/files/<int:file_id>/", lessons.homework_file, name="homework_file"),
    path("grades/<int:grade_id>/", grades.grade, name="grade"),
    path("grades/<int:grade_id>/correct/", grades.correct, name="correct_grade"),
    path("grades/<int:grade_id>/withdraw/", grades.withdraw, name="withdraw_grade"),
    path("remarks/<int:remark_id>/", grades.remark, name="remark"),
    path("remarks/<int:remark_id>/withdraw/", grades.remark_withdraw, name="withdraw_remark"),
    path("classes/", class_groups.class_groups, name="class_groups"),
    path("classes/<int:class_group_id>/", class_groups.class_group, name="class_group"),
    path("classes/<int:class_group_id>/<day:day>/", class_groups.class_day, name="class_day"),
    path("classes/<int:class_group_id>/homeroom/", homeroom.glance, name="homeroom"),
    path("classes/<int:class_group_id>/notice/", homeroom.new_notice, name="new_notice"),
    path("classes/<int:class_group_id>/absences/", absences.bulk, name="bulk"),
    path("classes/<int:class_group_id>/closings/", absences.closings, name="closings"),
    path("closings/<int:closing_id>/reopen/", absences.reopen, name="reopen"),
    path("students/<int:student_id>/absences/", absences.student, name="absences"),
    path("students/<int:student_id>/absences/medical/", absences.medical, name="medical"),
    path("students/<int:student_id>/absences/carried/", absences.carry, name="carried"),
    path("absences/<int:absence_id>/", absences.absence, name="absence"),
    path("lessons/<int:lesson_id>/verify/", lessons.verify, name="verify"),
    path("lessons/<int:lesson_id>/open/", lessons.reopen, name="open_lesson"),
    path("notices/<int:notice_id>/accept/", homeroom.accept, name="accept_notice"),
    path("notices/<int:notice_id>/refuse/", homeroom.refuse, name="refuse_notice"),
    path("notices/files/<int:notice_file_id>/", homeroom.file, name="notice_file"),
    path("classes/<int:class_group_id>/excuse/", class_groups.excuse, name="excuse"),
    path("classes/<int:class_group_id>/remarks/", remarks.class_remarks, name="class_remarks"),
    path("classes/<int:class_group_id>/sanctions/", remarks.sanctions, name="sanctions"),
    path("sanctions/<int:sanction_id>/", remarks.sanction, name="sanction"),
    path("classes/<int:class_group_id>/works/", works.works, name="works"),
    path("works/<int:work_id>/", works.work, name="work"),
    path("works/<int:work_id>/withdraw/", works.work_withdraw, name="withdraw_work"),
    path("classes/<int:class_group_id>/meetings/", gatherings.meetings, name="meetings"),
    path("meetings/<int:meeting_id>/", gatherings.meeting, name="meeting"),
    path("meetings/<int:meeting_id>/cancel/", gatherings.meeting_cancel, name="cancel_meeting"),
    path("events/", gatherings.events, name="events"),
    path("events/<int:event_id>/", gatherings.event, name="event"),
    path("events/<int:event_id>/cancel/", gatherings.event_cancel, name="cancel_event"),
    path("classes/<int:class_group_id>/notes/", notes.notes, name="notes"),
    path("notes/<int:note_id>/", notes.note, name="note"),
    path("classes/<int:class_group_id>/support/", private.supports, name="supports"),
    path("support/<int:support_id>/", private.support, name="support"),
    path("support/<int:support_id>/end/", private.support_end, name="end_support"),
    path("classes/<int:class_group_id>/individual/", private.individual, name="individual"),
    path("individual/<int:individual_work_id>/", private.individual_work, name="individual_work"),
    path("students/<int:student_id>/health/", private.health, name="health"),
    path("health/<int:health_note_id>/", private.health_note, name="health_note"),
    path("students/<int:student_id>/", students.student, name="student"),
    path("students/<int:student_id>/family/", office.family, name="family"),
    path("students/<int:student_id>/unlock/", office.unlock, name="unlock"),
    path("rights/<int:right_id>/withdraw/", office.withdraw, name="withdraw_right"),
    path("rights/<int:right_id>/pin/", office.pin, name="pin"),
    path("rights/<int:right_id>/password/", office.way_in, name="way_in"),
    path("courses/<int:course_id>/grades/", courses.gradebook_page, name="gradebook"),
    path("courses/<int:course_id>/cells/", courses.cells, name="cells"),
    path("courses/<int:course_id>/grades/<int:student_id>/<slug:figure>/", courses.why, name="why"),
    path("courses/<int:course_id>/register/", office.register, name="register"),
    path("topics/", topics.plans, name="plans"),
    path("topics/template/", topics.template, name="plan_template"),
    path("courses/<int:course_id>/topics/", topics.plan, name="plan"),
    path("courses/<int:course_id>/topics/sheet/", topics.sheet, name="plan_sheet"),
    path("courses/<int:course_id>/topics/copy/", topics.copy, name="plan_copy"),
    path("printed/", students.printed, name="printed"),
    path("head/timetable/", timetable.drafts, name="drafts"),
    path("head/timetable/<int:draft_id>/", timetable.draft, name="draft"),
    path("head/timetable/<int:draft_id>/stop/", timetable.cancel, name="cancel_draft"),
    path("head/timetable/<int:draft_id>/begin/", timetable.begin, name="begin_draft"),
    path("messages/", announcements.sent, name="announcements"),
    path("messages/new/", announcements.write, name="write"),
    path("messages/<int:announcement_id>/", announcements.announcement, name="announcement"),
    path("messages/<int:announcement_id>/withdraw/", announcements.withdraw, name="withdraw_announcement"),
    path("head/people/", office.people, name="people"),
    path("head/people/<int:user_id>/password/", office.password, name="password"),
    path("head/people/<int:user_id>/second-factor/", guards.remove, name="remove_second_factor"),
    path("head/sign-in/", guards.sign_in, name="sign_in_rules"),
    path("head/addresses/", office.addresses, name="addresses"),
    path("head/changes/", changes.today, name="changes_today"),
    path("head/changes/<day:day>/", changes.day, name="changes"),
    path("head/changes/<day:day>/absent/", changes.absent, name="teacher_absent"),
    path("head/absent/<int:away_id>/remove/", changes.end, name="end_teacher_absence"),
    path("head/changes/lessons/<int:lesson_id>/", changes.lesson, name="change_lesson"),
    path("head/changes/lessons/<int:lesson_id>/back/", changes.back, name="change_back"),
    path("head/", head.head, name="head"),
    path("head/works/", works.to_approve, name="to_approve"),
    path("head/unfilled/", head.unfilled, name="unfilled"),
    path("head/settings/", head.settings, name="settings"),
]
