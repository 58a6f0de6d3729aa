"""Who may reach what: one row a route; a test fails where a route has no row, or a row no route."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from ingestion.models import OPERATE, TEACH
from tests.config.world import Side
from warehouse.models import READ_MARTS


@dataclass(frozen=True)
class Route:
    """How a route is asked for: what fills its address, the method, what is sent."""

    fill: Callable[[Side], dict[str, Any]] = lambda side: {}
    method: str = "get"
    sent: Callable[[Side], dict[str, Any]] = lambda side: {}


@dataclass(frozen=True)
class ForAnyone(Route):
    """Open to visitors, and tells nobody of anybody."""


@dataclass(frozen=True)
class ForEveryone(Route):
    """For whoever is signed in: each sees their own."""


@dataclass(frozen=True)
class ForRole(Route):
    """For whoever has a permission, whatever their courses."""

    permission: str = OPERATE


@dataclass(frozen=True)
class ForMembers(Route):
    """Of a course: its people reach it, to others it does not exist."""


@dataclass(frozen=True)
class ForTeachers(Route):
    """Of a course: whoever leads it reaches it, its students are refused, to others it does not exist."""


@dataclass(frozen=True)
class ForOwner(Route):
    """One person's own: to others, their teacher included, it does not exist."""

    owner: str = "student"


def course(side: Side) -> dict[str, Any]:
    return {"course_id": side.course.pk}


def member(side: Side) -> dict[str, Any]:
    return {"course_id": side.course.pk, "user_id": side.student.pk}


def video(side: Side) -> dict[str, Any]:
    return {"video_id": side.video.video_id}


def transcript(side: Side) -> dict[str, Any]:
    return video(side) | {"kind": "vtt"}


def transcription(side: Side) -> dict[str, Any]:
    return {"pk": side.transcription.pk}


def segment(side: Side) -> dict[str, Any]:
    return {"pk": side.transcription.segments.order_by("position").first().pk}


def correction(side: Side) -> dict[str, Any]:
    return {"pk": side.correction.pk}


def request(side: Side) -> dict[str, Any]:
    return {"request_id": side.request.pk}


def run(side: Side) -> dict[str, Any]:
    return {"run_id": side.run.pk}


def subscription(side: Side) -> dict[str, Any]:
    return {"subscription_id": side.subscription.pk}


def fetch(side: Side) -> dict[str, Any]:
    return {"fetch_id": side.fetch.pk}


def conversation(side: Side) -> dict[str, Any]:
    return {"conversation_id": side.conversation.pk}


def question(side: Side) -> dict[str, Any]:
    return {"question_id": side.question.pk}


def answer(side: Side) -> dict[str, Any]:
    return {"answer_id": side.answer.pk}


def token(side: Side) -> dict[str, Any]:
    return {"token_id": side.token.pk}


def invitation(side: Side) -> dict[str, Any]:
    return {"invitation_id": side.invitation.pk}


def slot(side: Side) -> dict[str, Any]:
    return {"pk": side.slot.pk}


def a_new_token(side: Side) -> dict[str, Any]:
    return {"name": f"of {side.word}", "lifetime_days": 1}


def a_new_member(side: Side) -> dict[str, Any]:
    return {"name": side.newcomer.username}


def a_new_text(side: Side) -> dict[str, Any]:
    return {"text": "In other words.", "version": 0}


def a_link(side: Side) -> dict[str, Any]:
    return {"follow-link": "@lectures", "follow-every": "1440", "look": "1"}


def a_reference(side: Side) -> dict[str, Any]:
    return {"reference": "@lectures"}


def a_word(side: Side) -> dict[str, Any]:
    return {"q": "grain"}


def a_question(side: Side) -> dict[str, Any]:
    return {"question": f"What is a {side.word} grain?", "wait_seconds": 0}


def provider(side: Side) -> dict[str, Any]:
    return {"provider_id": "oidc"}


ROUTES: dict[str, Route] = {
    # lectures
    "": ForEveryone(),
    "videos/<video_id:video_id>/": ForMembers(video),
    "videos/<video_id:video_id>/media/": ForMembers(video),
    "videos/<video_id:video_id>/transcript.<transcript_format:kind>": ForMembers(transcript),
    "segments/<int:pk>/": ForTeachers(segment, "post", a_new_text),
    "corrections/<int:pk>/settle/": ForTeachers(correction, "post"),
    "search/": ForEveryone(sent=a_word),
    # courses
    "add/": ForRole(permission=TEACH),
    "add/link/": ForRole(permission=TEACH, method="post", sent=a_link),
    "add/<int:request_id>/": ForOwner(request, owner="teacher"),
    "add/<int:request_id>/again/": ForOwner(request, owner="teacher", method="post"),
    "courses/join/": ForEveryone(),
    "courses/<int:course_id>/": ForMembers(course),
    "courses/<int:course_id>/access/": ForTeachers(course, "post", lambda side: {"access": "list"}),
    "courses/<int:course_id>/code/": ForTeachers(course, "post"),
    "courses/<int:course_id>/leave/": ForMembers(course, "post"),
    "courses/<int:course_id>/members/": ForTeachers(course, "post", a_new_member),
    "courses/<int:course_id>/members/<int:user_id>/remove/": ForTeachers(member, "post"),
    "following/<int:subscription_id>/": ForTeachers(subscription),
    "following/<int:subscription_id>/pause/": ForTeachers(subscription, "post"),
    "following/<int:subscription_id>/resume/": ForTeachers(subscription, "post"),
    "following/<int:subscription_id>/pull/": ForTeachers(subscription, "post"),
    "following/<int:subscription_id>/unfollow/": ForTeachers(subscription, "post"),
    "audio/<int:fetch_id>/again/": ForRole(fetch, "post"),
    # the tutor
    "chat/": ForEveryone(),
    "chat/<int:conversation_id>/": ForOwner(conversation),
    "chat/<int:conversation_id>/rename/": ForOwner(conversation, "post", lambda side: {"title": side.word}),
    "chat/<int:conversation_id>/delete/": ForOwner(conversation, "post"),
    "chat/questions/<int:question_id>/": ForOwner(question),
    "chat/questions/<int:question_id>/stop/": ForOwner(question, "post"),
    "chat/questions/<int:question_id>/retry/": ForOwner(question, "post"),
    "chat/answers/<int:answer_id>/feedback/": ForOwner(answer, "post", lambda side: {"is_helpful": "true"}),
    "chat/questions/<int:question_id>/events/": ForOwner(question),
    # the installation
    "status/": ForRole(),
    "status/run/<int:pk>/": ForRole(slot, "post"),
    "account/": ForEveryone(),
    "account/tokens/": ForEveryone(method="post", sent=a_new_token),
    "account/tokens/<int:token_id>/revoke/": ForOwner(token, "post"),
    "account/invitations/": ForRole(permission=TEACH),
    "account/invitations/<int:invitation_id>/revoke/": ForTeachers(invitation, "post"),
    "account/invitations/<str:token>/": ForAnyone(lambda side: {"token": "guessed"}),
    "theme/": ForAnyone(method="post"),
    "i18n/setlang/": ForAnyone(method="post"),
    # coming in
    "accounts/oidc/<str:provider_id>/login/": ForAnyone(provider),
    "accounts/login/": ForAnyone(),
    "accounts/logout/": ForAnyone(),
    "accounts/inactive/": ForAnyone(),
    "accounts/signup/": ForAnyone(),
    "accounts/reauthenticate/": ForEveryone(),
    "accounts/email/": ForEveryone(),
    "accounts/confirm-email/": ForAnyone(),
    "accounts/password/change/": ForEveryone(),
    "accounts/password/set/": ForEveryone(),
    "accounts/password/reset/": ForAnyone(),
    "accounts/login/code/confirm/": ForAnyone(),
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$": ForAnyone(lambda side: {"key": "guessed"}),
    "accounts/password/reset/key/done/": ForAnyone(),
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": ForAnyone(
        lambda side: {"uidb36": "1", "key": "guessed"}
    ),
    "accounts/password/reset/done/": ForAnyone(),
    "accounts/3rdparty/login/cancelled/": ForAnyone(),
    "accounts/3rdparty/login/error/": ForAnyone(),
    "accounts/3rdparty/signup/": ForAnyone(),
    "accounts/3rdparty/": ForEveryone(),
    "accounts/social/login/cancelled/": ForAnyone(),
    "accounts/social/login/error/": ForAnyone(),
    "accounts/social/signup/": ForAnyone(),
    "accounts/social/connections/": ForAnyone(),
    r"accounts/oidc/^(?P<provider_id>[^/]+)/login/": ForAnyone(provider),
    r"accounts/oidc/^(?P<provider_id>[^/]+)/login/callback/": ForAnyone(provider),
    # the API
    "api/v1/courses/": ForEveryone(),
    "api/v1/courses/join/": ForEveryone(method="post", sent=lambda side: {"code": side.course.join_code}),
    "api/v1/courses/<int:course_id>/": ForMembers(course),
    "api/v1/courses/<int:course_id>/members/": ForTeachers(course),
    "api/v1/courses/<int:course_id>/members/<int:user_id>/": ForTeachers(member, "delete"),
    "api/v1/subscriptions/": ForRole(permission=TEACH),
    "api/v1/subscriptions/preview/": ForRole(permission=TEACH, method="post", sent=a_reference),
    "api/v1/subscriptions/<int:subscription_id>/": ForTeachers(subscription),
    "api/v1/subscriptions/<int:subscription_id>/pull/": ForTeachers(subscription, "post"),
    "api/v1/videos/": ForEveryone(),
    "api/v1/videos/<str:video_id>/": ForMembers(video),
    "api/v1/videos/<str:video_id>/chapters/": ForMembers(video),
    "api/v1/videos/<str:video_id>/transcript/": ForMembers(video),
    "api/v1/videos/<str:video_id>/transcript.<str:kind>": ForMembers(transcript),
    "api/v1/videos/<str:video_id>/corrections/": ForTeachers(video),
    "api/v1/segments/<int:pk>/": ForTeachers(segment, "patch", a_new_text),
    "api/v1/corrections/<int:pk>/settle/": ForTeachers(correction, "post"),
    "api/v1/transcriptions/": ForEveryone(),
    "api/v1/transcriptions/<int:pk>/": ForMembers(transcription),
    "api/v1/transcriptions/<int:pk>/again/": ForRole(transcription, "post"),
    "api/v1/runs/": ForRole(),
    "api/v1/runs/<int:run_id>/": ForRole(run),
    "api/v1/runs/requests/<int:request_id>/": ForOwner(request, owner="teacher"),
    "api/v1/events/objects": ForAnyone(method="post"),
    "api/v1/search/": ForEveryone(sent=a_word),
    "api/v1/ask/": ForEveryone(method="post", sent=a_question),
    "api/v1/questions/": ForEveryone(method="post", sent=a_question),
    "api/v1/questions/<int:question_id>/": ForOwner(question),
    "api/v1/questions/<int:question_id>/stop/": ForOwner(question, "post"),
    "api/v1/questions/<int:question_id>/events/": ForOwner(question),
    "api/v1/conversations/": ForEveryone(),
    "api/v1/conversations/<int:conversation_id>/": ForOwner(conversation),
    "api/v1/answers/<int:answer_id>/feedback/": ForOwner(answer, "post", lambda side: {"is_helpful": True}),
    "api/v1/marts/": ForRole(permission=READ_MARTS),
    "api/v1/builds/": ForRole(permission=READ_MARTS),
    "api/v1/status/": ForRole(),
    "api/v1/tokens/": ForEveryone(),
    "api/v1/tokens/<int:token_id>/": ForOwner(token, "delete"),
    "api/schema/": ForEveryone(),
    "api/docs/": ForEveryone(),
    "api/recipes/": ForEveryone(),
}

# Every mart, and every page of the admin, is like the others.
ALIKE: dict[str, Route] = {
    r"api/v1/marts/[\w-]+/(export/)?": ForRole(permission=READ_MARTS),
    r"admin/.*": ForRole(),
}


def find(route: str) -> Route | None:
    """Return the row of a route."""
    if route in ROUTES:
        return ROUTES[route]
    return next((row for pattern, row in ALIKE.items() if re.fullmatch(pattern, route)), None)


def walk(patterns: list[URLPattern | URLResolver] | None = None, *, prefix: str = "") -> Iterator[str]:
    """Yield every route of the installation, as it is written."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from walk(each.url_patterns, prefix=route)
        else:
            yield route


def address(route: str, parts: dict[str, Any]) -> str:
    """Return the address of a route, its places filled."""
    plain = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route).replace("^", "").replace("$", "")
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(parts[found[1]]), plain)
