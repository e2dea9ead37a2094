"""School years, class groups, students, courses, timetables and lessons."""
