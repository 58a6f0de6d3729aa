"""Addresses of what was said: the library and its lectures."""

from django.urls import URLPattern, URLResolver, path

from transcripts import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.placeholder, name="library"),
    path("videos/<str:video_id>/", views.placeholder, name="video"),
]

api_urlpatterns: list[URLPattern | URLResolver] = []
