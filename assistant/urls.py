"""Addresses of the tutor: search and conversations."""

from django.urls import URLPattern, URLResolver, path

from assistant import events, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("search/", views.placeholder, name="search"),
    path("chat/", views.placeholder, name="chat"),
    path("chat/questions/<int:question_id>/events/", events.question_events, name="question_events"),
]

api_urlpatterns: list[URLPattern | URLResolver] = []
