"""Addresses of the tutor: search and conversations."""

from django.urls import URLPattern, URLResolver, path

from assistant import events, views
from assistant.api import conversations, questions, search

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

api_urlpatterns: list[URLPattern | URLResolver] = [
    path("search/", search.SearchView.as_view(), name="api_search"),
    path("ask/", questions.AskView.as_view(), name="api_ask"),
    path("questions/", questions.QuestionListView.as_view(), name="api_questions"),
    path("questions/<int:question_id>/", questions.QuestionView.as_view(), name="api_question"),
    path("questions/<int:question_id>/stop/", questions.StopView.as_view(), name="api_stop_question"),
    path("questions/<int:question_id>/events/", questions.EventsView.as_view(), name="api_question_events"),
    path("conversations/", conversations.ConversationListView.as_view(), name="api_conversations"),
    path(
        "conversations/<int:conversation_id>/",
        conversations.ConversationView.as_view(),
        name="api_conversation",
    ),
    path("answers/<int:answer_id>/feedback/", conversations.FeedbackView.as_view(), name="api_feedback"),
]
