"""Hybrid search inside PostgreSQL: vectors and full text find candidates, one sum of five parts ranks them.

The unit is the sentence, because a hit opens the video where it is said; its chunk lends the context. The
lexical part is the share of the question's words, weighed by inverse document frequency, that a text has: on
short spoken texts it ranks better than BM25, whose word counts and lengths mislead, and unlike it is
bounded by one, so that a score means the same for every question.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pgvector import HalfVector

from assistant import calibration, embeddings
from assistant.matches import Match
from assistant.models import TEXT_CONFIGURATION

QUERY = (Path(__file__).parent / "sql" / "search_sentences.sql").read_text(encoding="utf-8")


def find_matches(
    *,
    text: str,
    vector: Sequence[float],
    course_ids: Sequence[int] | None = None,
    video_pk: int | None = None,
    k: int = 10,
) -> list[Match]:
    """Return the k best sentences of retained videos, best first.

    With courses named only what is in one of them is read, nothing for none; with a video only that.
    """
    parameters = {
        "text": text.replace("\0", " "),
        "vector": HalfVector(vector).to_text(),
        "configuration": TEXT_CONFIGURATION,
        "embedding_model": settings.EMBEDDING_MODEL,
        "course_ids": None if course_ids is None else list(course_ids),
        "video_pk": video_pk,
        "k": k,
        "nearest_sentences": calibration.NEAREST_SENTENCES,
        "nearest_chunks": calibration.NEAREST_CHUNKS,
        "worded_sentences": calibration.WORDED_SENTENCES,
        "sentence_cosine": calibration.SENTENCE_COSINE_WEIGHT,
        "context_cosine": calibration.CONTEXT_COSINE_WEIGHT,
        "chunk_cosine": calibration.CHUNK_COSINE_WEIGHT,
        "sentence_coverage": calibration.SENTENCE_COVERAGE_WEIGHT,
        "chunk_coverage": calibration.CHUNK_COVERAGE_WEIGHT,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        # A course is a filter: the vector index is asked for more until it has enough that pass.
        cursor.execute("SET LOCAL hnsw.iterative_scan = relaxed_order")
        cursor.execute(f"SET LOCAL hnsw.ef_search = {calibration.NEAREST_SENTENCES}")
        cursor.execute(QUERY, parameters)
        columns = [column.name for column in cursor.description or ()]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return [Match(**row) for row in rows]


class HybridRetriever(BaseRetriever):
    """Search as LangChain sees it: documents of one sentence, with its times and score as metadata."""

    k: int = 10
    course_ids: Sequence[int] | None = None
    video_pk: int | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        vector = embeddings.get_embeddings().embed_query(query)
        matches = find_matches(
            text=query, vector=vector, course_ids=self.course_ids, video_pk=self.video_pk, k=self.k
        )
        return [make_document(match) for match in matches]


def make_document(match: Match) -> Document:
    metadata: dict[str, Any] = {"match": match, "score": match.score, "start_seconds": match.start_seconds}
    return Document(id=str(match.sentence_id), page_content=match.text, metadata=metadata)
