"""The two models as tests see them: real ones by name, else fakes at LangChain's seams."""

from contextlib import nullcontext

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from assistant import chat, claims, embeddings
from tests.assistant.factories import WordEmbeddings


@pytest.fixture
def word_embeddings(monkeypatch) -> WordEmbeddings:
    fake = WordEmbeddings()
    monkeypatch.setattr(embeddings, "get_embeddings", lambda: fake)
    return fake


@pytest.fixture
def say(monkeypatch):
    """Return a function that sets what the chat model says, answer after answer."""

    def script(*answers: str) -> None:
        fake = GenericFakeChatModel(messages=iter([AIMessage(answer) for answer in answers]))
        monkeypatch.setattr(chat, "get_chat_model", lambda: fake)

    script()
    return script


@pytest.fixture(autouse=True)
def unseen_leases(request, monkeypatch):
    """Renew no lease where the test's transaction hides it from the thread that would."""
    marker = request.node.get_closest_marker("django_db")
    if not (marker and marker.kwargs.get("transaction")):
        monkeypatch.setattr(claims, "keep", lambda claim: nullcontext())
