"""Every route, asked for by everybody: nobody reaches, changes or is told of what is not theirs."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.signals import request_finished
from django.db import close_old_connections, connection, transaction
from django.db.models import Q
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.throttling import SimpleRateThrottle

from assistant.models import Question
from assistant.services import queue
from config import roles
from config.roles import Role
from ingestion.models import OPERATE
from tests.assistant import factories as lectures
from tests.config import factories, routes, world
from tests.config.routes import ForAnyone, ForEveryone, ForMembers, ForOwner, ForRole, ForTeachers, Route
from tests.config.world import Side
from warehouse.models import READ_MARTS

pytestmark = pytest.mark.django_db

METHODS = ("get", "post", "put", "patch", "delete")
WRITES = ("INSERT", "UPDATE", "DELETE", "MERGE")
REFUSED = {403, 404, 405}
# Whoever has one of these sees every course by it.
SEE_ALL = {OPERATE, READ_MARTS}
# Where a person is told of what is theirs; else that nothing of another's shows would prove nothing.
TELL = {
    "",
    "search/",
    "chat/",
    "account/",
    "api/v1/courses/",
    "api/v1/videos/",
    "api/v1/transcriptions/",
    "api/v1/tokens/",
}


@dataclass(frozen=True)
class World:
    """Two sides, and those who stand on neither."""

    a: Side
    b: Side
    analyst: User
    operator: User

    def outsiders(self) -> dict[str, User]:
        """Return by role who has nothing to do with the first side."""
        return {"student": self.b.student, "teacher": self.b.teacher, "analyst": self.analyst}


@pytest.fixture
def everybody(monkeypatch) -> World:
    fake = lectures.WordEmbeddings()
    monkeypatch.setattr("assistant.embeddings.get_embeddings", lambda: fake)
    # The relay of events looks from threads of its own, which would not see this test's rows.
    monkeypatch.setattr("assistant.events._look", sync_to_async(look_for_question))
    _sign_in.cache_clear()
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda *arguments: True)
    built = World(
        a=world.make_side("aardvark"),
        b=world.make_side("bandicoot"),
        analyst=factories.make_person("ina", role=Role.ANALYST),
        operator=factories.make_person("olga", role=Role.OPERATOR),
    )
    lectures.index_all()
    return built


def look_for_question(question_id: int) -> queue.Standing | None:
    return queue.find_standing(question_id=question_id)


@dataclass(frozen=True)
class Answer:
    """What came back; `told` is its text without the address that was asked for."""

    status: int
    told: str
    location: str
    writes: list[str]
    seen: Any

    @property
    def is_the_sign_in(self) -> bool:
        return self.status == 401 or (self.status == 302 and "/login/?next=" in self.location)


def send(
    person: User | None, method: str, address: str, sent: dict[str, Any], *, look: Callable[[], Any] = bool
) -> Answer:
    """Ask as a person, look at what it did, then undo that."""
    client = _sign_in(person)
    options = {"content_type": "application/json"} if address.startswith("/api/") and method != "get" else {}
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        response = getattr(client, method)(address, sent, **options)
        text = "" if response.streaming else response.content.decode()
        seen = look()
        transaction.set_rollback(True)
    _close(response)
    said = [each["sql"] for each in queries.captured_queries]
    return Answer(
        status=response.status_code,
        told=text.replace(address, ""),
        location=response.headers.get("location", ""),
        writes=[sql for sql in said if sql.startswith(WRITES) and "django_session" not in sql],
        seen=seen,
    )


@functools.cache
def _sign_in(person: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if person:
        client.force_login(person)
    return client


def _close(response: HttpResponseBase) -> None:
    """Let go of files and streams; the connection, which holds the test's own transaction, stays."""
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)


def ask(person: User | None, route: str, side: Side, *, method: str = "") -> Answer:
    """Ask for a route, filled with what one side has."""
    row = routes.find(route)
    return send(person, method or row.method, routes.address(route, row.fill(side)), row.sent(side))


def rows(*kinds: type[Route]) -> list[str]:
    return [route for route in routes.walk() if isinstance(routes.find(route), kinds)]


def pages_of_the_admin() -> list[str]:
    """Return the addresses of the admin: lists, forms for a new row and for one that is there."""
    parts = {"app_label": "ingestion", "url": "nothing", "content_type_id": 1, "object_id": 1, "id": 1, "pk": 1}
    found = []
    for route in routes.walk():
        if route.startswith("admin/"):
            label = route.split("/")[1:3]
            row = _find_row(*label)
            found.append(routes.address(route, parts | ({"object_id": row} if row else {})))
    return found


def _find_row(app: str, model: str = "") -> Any:
    try:
        return apps.get_model(app, model)._default_manager.values_list("pk", flat=True).first()
    except (LookupError, ValueError):
        return None


def test_every_route_has_a_row_and_every_row_a_route():
    known = list(routes.walk())
    assert [route for route in known if routes.find(route) is None] == []
    assert set(routes.ROUTES) - set(known) == set()


def test_a_route_nobody_thought_of_would_be_noticed():
    assert routes.find("videos/<video_id:video_id>/notes/") is None


def test_a_visitor_is_led_to_the_sign_in_and_told_nothing(everybody):
    for route in rows(ForEveryone, ForMembers, ForTeachers, ForOwner, ForRole):
        if route.startswith("admin/"):
            continue
        answer = ask(None, route, everybody.a)
        assert answer.is_the_sign_in, (route, answer)
        assert not answer.writes, route
        assert everybody.a.word not in answer.told, route


@pytest.mark.parametrize("who", ["visitor", "student", "operator"])
def test_what_is_for_anyone_tells_nothing_of_anybody_else(everybody, who):
    person = {"visitor": None, "student": everybody.b.student, "operator": everybody.operator}[who]
    for route in rows(ForAnyone):
        answer = ask(person, route, everybody.a)
        assert answer.status < 500, (route, answer)
        assert everybody.a.word not in answer.told, route


def test_everyone_is_told_of_their_own_and_of_nothing_else(everybody):
    told = set()
    for route in rows(ForEveryone):
        for name, person in everybody.outsiders().items():
            answer = ask(person, route, everybody.b)
            assert answer.status < 500, (route, name, answer)
            assert everybody.a.word not in answer.told, (route, name)
            if name == "student" and everybody.b.word in answer.told:
                told.add(route)
    assert told >= TELL


def test_what_belongs_to_a_course_does_not_exist_for_others(everybody):
    for route in rows(ForMembers, ForTeachers, ForOwner):
        row = routes.find(route)
        for name, person in everybody.outsiders().items():
            for method in METHODS:
                answer = ask(person, route, everybody.a, method=method)
                assert answer.status in REFUSED, (route, name, method, answer)
                assert not answer.writes, (route, name, method)
                assert everybody.a.word not in answer.told, (route, name, method)
            owner = row.owner if isinstance(row, ForOwner) else "teacher"
            if isinstance(row, ForMembers) or name == owner:
                assert ask(person, route, everybody.a).status == 404, (route, name)


def test_what_is_one_persons_own_does_not_exist_for_others_of_their_course(everybody):
    for route in rows(ForOwner):
        others = {"student": everybody.a.teacher, "teacher": everybody.a.student}
        answer = ask(others[routes.find(route).owner], route, everybody.a)
        assert answer.status in REFUSED, (route, answer)
        assert not answer.writes, route


def test_students_are_refused_what_their_teacher_decides(everybody):
    for route in rows(ForTeachers):
        answer = ask(everybody.a.student, route, everybody.a)
        assert answer.status in {403, 404}, (route, answer)
        assert not answer.writes, route


def test_whoever_it_belongs_to_reaches_it(everybody):
    for route in rows(ForMembers, ForTeachers, ForOwner):
        row = routes.find(route)
        if isinstance(row, ForOwner):
            owners = [getattr(everybody.a, row.owner)]
        elif isinstance(row, ForTeachers):
            owners = [everybody.a.teacher, everybody.operator]
        else:
            owners = [everybody.a.student, everybody.a.teacher, everybody.operator]
        for person in owners:
            answer = ask(person, route, everybody.a)
            assert answer.status < 400, (route, person.username, answer)


def test_what_is_for_a_role_is_for_nobody_without_it(everybody):
    people = [everybody.b.student, everybody.b.teacher, everybody.analyst, everybody.operator]
    for route in rows(ForRole):
        if route.startswith("admin/"):
            continue
        row = routes.find(route)
        for person in people:
            answer = ask(person, route, everybody.a)
            if person.has_perm(row.permission) or person.has_perm(OPERATE):
                # What has not failed is not transcribed again, for operators neither.
                assert answer.status < 400 or answer.status == 409, (route, person.username, answer)
            else:
                assert answer.status in {403, 404}, (route, person.username, answer)
                assert not answer.writes, (route, person.username)
            if (
                not (row.permission in SEE_ALL and person.has_perm(row.permission))
                and person != everybody.operator
            ):
                assert everybody.a.word not in answer.told, (route, person.username)


def test_the_admin_is_for_operators_alone(everybody):
    roles.give(user=everybody.a.teacher, role=Role.ANALYST)
    for address in set(pages_of_the_admin()) - {"/admin/login/", "/admin/logout/", "/admin/jsi18n/"}:
        for person in (None, everybody.a.teacher):
            answer = send(person, "get", address, {})
            assert answer.status in REFUSED or answer.is_the_sign_in, (address, person, answer)
            assert not answer.writes, (address, person)
            assert everybody.a.word not in answer.told, (address, person)


def test_nobody_but_an_operator_acts_in_the_admin(everybody):
    for model in admin.site._registry:
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        acted = {"action": "delete_selected", "_selected_action": _find_row(model._meta.app_label, model.__name__)}
        answer = send(everybody.a.teacher, "post", address, {name: value or 1 for name, value in acted.items()})
        assert answer.status in REFUSED or answer.is_the_sign_in, (address, answer)
        assert not answer.writes, address


def test_an_operator_opens_every_page_of_the_admin(everybody):
    for address in set(pages_of_the_admin()):
        answer = send(everybody.operator, "get", address, {})
        assert answer.status < 500, (address, answer)
    for model in admin.site._registry:
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert send(everybody.operator, "get", address, {}).status == 200, address


def naming_what_is_not_theirs(side: Side) -> list[tuple[str, str, dict[str, Any]]]:
    """Return requests to routes that are for everyone, which name what one side has."""
    course, video, question = side.course.pk, side.video.video_id, "What is a grain?"
    return [
        ("get", "/", {"course": course}),
        ("get", "/search/", {"q": "grain", "course": course}),
        ("get", "/chat/", {"course": course}),
        ("get", "/chat/", {"video": video, "t": 1}),
        ("post", "/chat/", {"course": course, "text": question}),
        ("post", "/chat/", {"video": video, "t": 1, "text": question}),
        ("get", "/api/v1/videos/", {"course": course}),
        ("get", "/api/v1/videos/", {"q": "On"}),
        ("get", "/api/v1/courses/", {"q": "course"}),
        ("get", "/api/v1/transcriptions/", {"video": video}),
        ("get", "/api/v1/search/", {"q": "grain", "course": course}),
        ("post", "/api/v1/ask/", {"question": question, "course": course, "wait_seconds": 0}),
        ("post", "/api/v1/questions/", {"question": question, "course": course}),
        ("post", "/api/v1/questions/", {"question": question, "video_id": video}),
        ("post", "/api/v1/questions/", {"question": question, "conversation": side.conversation.pk}),
    ]


def test_what_is_named_in_a_request_is_looked_for_among_ones_own(everybody):
    side = everybody.a
    of_theirs = Q(course=side.course) | Q(video=side.video) | Q(conversation=side.conversation)
    asked = Question.objects.filter(of_theirs)
    before = asked.count()
    for method, address, sent in naming_what_is_not_theirs(side):
        for name, person in everybody.outsiders().items():
            answer = send(person, method, address, sent, look=asked.count)
            assert answer.status < 500, (address, sent, answer)
            assert answer.seen == before, (method, address, sent, name)
            told = answer.told.replace(str(sent.get("video")), "")
            assert side.word not in told, (method, address, sent, name)


def test_whoever_may_name_it_finds_it(everybody):
    side = everybody.a
    for method, address, sent in naming_what_is_not_theirs(side):
        answer = send(side.student, method, address, sent)
        assert answer.status < 400, (method, address, sent, answer)
        assert method == "post" or side.word in answer.told, (address, sent)
