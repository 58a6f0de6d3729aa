"""An installation with something of everything, for whoever asks the API at random."""

from dataclasses import dataclass
from typing import Any

import celery
import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from knox.models import AuthToken
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from rest_framework.views import APIView

from assistant import chat, embeddings, tasks
from assistant.services import asking
from ingestion.following import pulls
from ingestion.models import Course, IngestionRun, Membership, SubjectKind, Subscription, Video
from tests.assistant.factories import WordEmbeddings, index_all
from tests.warehouse import factories
from warehouse import services

ROLES = {"operator": ["operate", "teach", "read_marts"], "analyst": ["read_marts"]}


@dataclass(frozen=True)
class Installation:
    """Who may ask, by role, and the ids that addresses may hold."""

    tokens: dict[str, str]
    known: dict[str, Any]


@pytest.fixture
def installation(monkeypatch, transactional_db) -> Installation:
    """Rows of every app, no queue, no throttle, and fakes in the place of both models."""
    monkeypatch.setattr(celery.Task, "apply_async", lambda task, *args, **options: None)
    monkeypatch.setattr(pulls, "_send", lambda subscription_id: None)
    monkeypatch.setattr(asking, "publish", lambda question_id: tasks.answer_question(question_id=question_id))
    monkeypatch.setattr(APIView, "check_throttles", lambda view, request: None)
    monkeypatch.setattr(chat, "get_chat_model", lambda: FakeListChatModel(responses=["I do not know."]))
    monkeypatch.setattr(embeddings, "get_embeddings", lambda: WordEmbeddings())
    # A request is as good as a process here: its connection stays for the next.
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", None)
    users = {role: create_user(role, permissions) for role, permissions in ROLES.items()}
    return Installation(
        tokens={role: AuthToken.objects.create(user)[1] for role, user in users.items()},
        known=fill(users["operator"]),
    )


def create_user(name: str, permissions: list[str]) -> User:
    user = User.objects.create_user(name)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def fill(user: User) -> dict[str, Any]:
    """Make a course with two lectures, heard and in the warehouse, and return the ids of what was made."""
    course = Course.objects.create(title="SQL <b>&</b> 🎓", access="code", join_code="sesame")
    for video_id in ("-a_lecture", "another"):
        video = Video.objects.create(video_id=video_id, title=f"About <i>{video_id}</i>", duration_seconds=40)
        course.videos.add(video)
        transcription = factories.create_transcription(video, texts=["Facts are wide.", "Keys join them."])
        factories.land_video(
            video_id,
            snippet={"channelId": "UC1", "title": "A lecture"},
            statistics={"viewCount": "5"} if video_id == "another" else {},
        )
    services.build_warehouse()
    member = create_user("member", [])
    Membership.objects.create(course=course, user=member)
    Membership.objects.create(course=course, user=user)
    index_all()
    question = asking.start_conversation(user=user, course=course, text="Which facts are wide?")
    kind = SubjectKind.CHANNEL
    followed = Subscription.objects.create(course=course, kind=kind, reference="@a-b", title="All <b>of</b> it")
    return {
        "subscription_id": followed.pk,
        "conversation_id": question.conversation_id,
        "question_id": question.pk,
        "answer_id": question.answers.get().pk,
        "course_id": course.pk,
        "user_id": member.pk,
        "video_id": "-a_lecture",
        "run_id": IngestionRun.objects.get().pk,
        "id": transcription.pk,
        "kind": "vtt",
    }
