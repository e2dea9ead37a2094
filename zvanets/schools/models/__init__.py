"""The school's structure: who stands in which class, learns what, from whom and when."""

from zvanets.schools.models.changes import LessonChange, TeacherAbsence
from zvanets.schools.models.courses import Course, CourseMember, CourseTeacher, Subject
from zvanets.schools.models.people import Enrolment, StaffMember, StaffPosition, Student, StudentCode
from zvanets.schools.models.timetable import Lesson, OffDay, ScheduleHour, Shift, ShiftHour, Week
from zvanets.schools.models.year import ClassGroup, School, SchoolSettings, SchoolYear, Term, YearGroup

__all__ = [
    "ClassGroup",
    "Course",
    "CourseMember",
    "CourseTeacher",
    "Enrolment",
    "Lesson",
    "LessonChange",
    "OffDay",
    "ScheduleHour",
    "School",
    "SchoolSettings",
    "SchoolYear",
    "Shift",
    "ShiftHour",
    "StaffMember",
    "StaffPosition",
    "Student",
    "StudentCode",
    "Subject",
    "TeacherAbsence",
    "Term",
    "Week",
    "YearGroup",
]
