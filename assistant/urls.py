"""Addresses of the tutor: search and conversations."""

from django.urls import URLPattern, URLResolver, path

from assistant import events, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("search/", views.search_lectures, name="search"),
    path("chat/", views.chat, name="chat"),
    path("chat/<int:conversation_id>/", views.conversation, name="conversation"),
    path("chat/<int:conversation_id>/rename/", views.rename_conversation, name="rename_conversation"),
    path("chat/<int:conversation_id>/delete/", views.delete_conversation, name="delete_conversation"),
    path("chat/questions/<int:question_id>/", views.question, name="question"),
    path("chat/questions/<int:question_id>/stop/", views.stop_question, name="stop_question"),
    path("chat/questions/<int:question_id>/retry/", views.retry_question, name="retry_question"),
    path("chat/answers/<int:answer_id>/feedback/", views.rate_answer, name="rate_answer"),
    path("chat/questions/<int:question_id>/events/", events.question_events, name="question_events"),
]

api_urlpatterns: list[URLPattern | URLResolver] = []
