"""Prompts are prose: one file each, a conversation under headings, with variables in braces."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from langchain_core.prompts import ChatPromptTemplate

# The prompt that answers.
ANSWER = "answer"
FOLDER = Path(__file__).parent
ROLES = {"system": "system", "student": "human", "tutor": "ai"}
TURN = re.compile(r"^## (\w+)\n+(.*?)\n*(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def load(name: str) -> ChatPromptTemplate:
    """Return the template of `<name>.md`."""
    turns = TURN.findall(_read(name))
    return ChatPromptTemplate.from_messages([(ROLES[role], text) for role, text in turns])


def digest(name: str) -> str:
    """Return the SHA-256 of `<name>.md`, which an answer keeps."""
    return hashlib.sha256(_read(name).encode()).hexdigest()


def number_excerpts(texts: Sequence[str]) -> str:
    """Return texts as a numbered list; each stays on its line, so that none can pass for a turn of its own."""
    return "\n".join(f"[{number}] {' '.join(text.split())}" for number, text in enumerate(texts, start=1))


def _read(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")
