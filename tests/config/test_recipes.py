"""The recipes of the page, run as they stand against an installation that serves."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from django.db import connection
from django.test import Client
from django.urls import reverse
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from assistant import chat, embeddings, streams
from assistant.models import Question
from assistant.services import working
from config import recipes, tokens
from config.asgi import application
from config.roles import Role
from tests.assistant import factories as lectures
from tests.config import factories
from tests.warehouse import factories as landed
from warehouse import services

SAID = ["The grain of a fact table is what one row means.", "Choose it first."]
COURSE_ID = 1


@pytest.fixture
def answers_itself(monkeypatch) -> None:
    """Put fakes in the place of both models."""
    fake = lectures.WordEmbeddings()
    monkeypatch.setattr(embeddings, "get_embeddings", lambda: fake)
    model = FakeListChatModel(responses=[f"{SAID[0]} [1]"])
    monkeypatch.setattr(chat, "get_chat_model", lambda: model)


@pytest.fixture
def environment(transactional_db, answers_itself) -> Iterator[dict[str, str]]:
    """Serve an installation of one lecture, with a worker, and return what a recipe is told of it."""
    user = factories.make_person("ana", role=Role.ANALYST)
    video = lectures.make_lecture("dwFact-007x", SAID, title="Facts", is_on_youtube=False)
    lectures.make_course("Warehouses", video, members=[user], pk=COURSE_ID)
    lectures.index_all()
    for number in range(3):
        landed.land_video(f"video-{number}", snippet={"channelId": "UC1", "title": f"Video {number}"})
    services.build_warehouse()
    with serving() as url, working_off():
        token = tokens.create_token(user=user, name="recipes").secret
        yield os.environ | {"LECTERN_URL": url, "LECTERN_TOKEN": token}


@contextmanager
def serving() -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(application, port=0, log_level="error", lifespan="off"))

    async def serve() -> None:
        await server.serve()
        await streams.get_reader().close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    yield f"http://{host}:{port}"
    server.should_exit = True
    thread.join()


@contextmanager
def working_off() -> Iterator[None]:
    """Answer what waits, as a worker would."""
    is_over = threading.Event()

    def work() -> None:
        while not is_over.wait(0.1):
            for question in Question.objects.unfinished():
                working.answer_question(question_id=question.pk)
        connection.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    is_over.set()
    thread.join()


def run(name: str, language: str, *, environment: dict[str, str], folder: Path) -> str:
    path = recipes.FOLDER / f"{name}.{language}"
    program = {"curl": shutil.which("bash"), "python": sys.executable}[language]
    done = subprocess.run(
        [program, path], env=environment, cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="curl or jq is not installed")
def test_every_recipe_for_a_shell_runs_as_it_stands(environment, tmp_path):
    told = {
        each.name: run(each.name, "curl", environment=environment, folder=tmp_path) for each in recipes.RECIPES
    }
    assert json.loads(told["courses"])["results"][0]["title"] == "Warehouses"
    assert json.loads(told["search"])[0]["text"] == SAID[0]
    assert SAID[0] in json.loads(told["ask"])["answer"]["text"]
    assert "event: finished" in told["stream"]
    assert SAID[0] in told["stream"]
    assert (tmp_path / "lecture.vtt").read_text().startswith("WEBVTT")
    assert {json.loads(line)["title"] for line in told["mart"].splitlines()} >= {"Video 0", "Video 1", "Video 2"}


def test_every_recipe_for_python_runs_as_it_stands(environment, tmp_path):
    told = {
        each.name: run(each.name, "python", environment=environment, folder=tmp_path) for each in recipes.RECIPES
    }
    assert told["courses"] == f"{COURSE_ID} Warehouses\n"
    assert f"Facts, second 0: {SAID[0]}" in told["search"]
    assert f"[1] Facts, 00:00: {SAID[0]}" in told["ask"]
    assert [line.split()[0] for line in told["stream"].splitlines()][-2:] == ["sentence", "finished"]
    assert (tmp_path / "lecture.vtt").read_text().startswith("WEBVTT")
    assert all(f"'title': 'Video {number}'" in told["mart"] for number in range(3))


def test_a_recipe_without_a_token_fails(environment, tmp_path):
    with pytest.raises(AssertionError, match="401"):
        run("courses", "python", environment=environment | {"LECTERN_TOKEN": "guessed"}, folder=tmp_path)


@pytest.mark.django_db
def test_the_page_shows_each_recipe_as_it_is_run(client: Client):
    client.force_login(factories.make_person("ana"))
    page = client.get(reverse("api_recipes"))
    shown = page.content.decode().replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&")
    shown = shown.replace("&gt;", ">").replace("&lt;", "<")
    texts = [text for recipe in recipes.RECIPES for text in recipe.texts().values()]
    assert len(texts) == 12
    assert all(text in shown for text in texts)
    assert "export LECTERN_URL=http://testserver" in shown


def test_every_file_of_the_folder_is_a_recipe():
    files = {path.name for path in recipes.FOLDER.iterdir() if path.suffix not in {"", ".py"}}
    assert files == {f"{recipe.name}.{language}" for recipe in recipes.RECIPES for language in recipes.LANGUAGES}


@pytest.mark.django_db
def test_the_reference_alone_may_write_styles_and_no_page_inline_scripts(client: Client):
    client.force_login(factories.make_person("ana"))
    docs, page = (
        client.get(reverse(name)).headers["content-security-policy"] for name in ("api_docs", "api_recipes")
    )
    assert "style-src 'self' 'unsafe-inline'" in docs
    assert "script-src" not in docs
    assert "unsafe-inline" not in page
