"""The national service's pages, beneath /o/."""

from django.urls import path

from zvanets.operator import views

app_name = "operator"
urlpatterns = [path("", views.home, name="home")]
