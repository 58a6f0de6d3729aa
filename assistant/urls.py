"""Addresses of the tutor: search and conversations."""

from django.urls import URLPattern, URLResolver, path

from assistant import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("search/", views.placeholder, name="search"),
    path("chat/", views.placeholder, name="chat"),
]

api_urlpatterns: list[URLPattern | URLResolver] = []
