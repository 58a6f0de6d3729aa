"""Addresses of what is fetched: courses, and adding lectures."""

from django.urls import URLPattern, URLResolver, path

from ingestion import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("add/", views.placeholder, name="add_folder"),
    path("courses/<int:course_id>/", views.placeholder, name="course"),
]

api_urlpatterns: list[URLPattern | URLResolver] = []
