"""What the tutor does: chunk, embed, search, take questions, answer them, withdraw."""

from assistant.services.answering import answer_question
from assistant.services.chunking import chunk_pending, chunk_progress
from assistant.services.embedding import embed_pending, embedding_progress
from assistant.services.withdrawal import withdraw_removed

__all__ = [
    "answer_question",
    "chunk_pending",
    "chunk_progress",
    "embed_pending",
    "embedding_progress",
    "withdraw_removed",
]
