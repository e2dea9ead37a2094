"""The teachers' and heads' pages, beneath /s/<school>/."""

from django.urls import path

from zvanets.staff.views import lessons

app_name = "staff"
urlpatterns = [
    path("", lessons.lesson, {"lesson_id": 0}, name="today"),
    path("lessons/<int:lesson_id>/", lessons.lesson, name="lesson"),
]
