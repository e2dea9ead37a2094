"""The teachers' and heads' pages, beneath /s/<school>/."""

from datetime import date

from django.urls import path, register_converter

from zvanets.staff.views import lessons, today


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
]
