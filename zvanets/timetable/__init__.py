"""The timetable's office: a programme drawn up by a solver, looked at, put in force."""
