"""Find the seconds at which a course speaks of something."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant import embeddings, questions, retrieval
from assistant.matches import Match
from assistant.models import VideoIndex
from ingestion.models import Course, Video


class EmptyIndexError(Exception):
    """Nothing there to be searched; says what to run."""

    permanent = True


@dataclass(frozen=True)
class Hit:
    """A sentence found: where it is said and the address that opens it."""

    video_id: str
    title: str
    start_seconds: float
    end_seconds: float
    text: str
    score: float
    url: str


def search(*, text: str, k: int = 10, courses: Sequence[Course] | None = None) -> list[Hit]:
    """Return the k best sentences for a text, best first; raises what `search_many` does."""
    return next(search_many(texts=[text], k=k, courses=courses))


def search_many(
    *, texts: Sequence[str], k: int = 10, courses: Sequence[Course] | None = None
) -> Iterator[list[Hit]]:
    """Return the hits of each text, in the texts' order; all are embedded in one go.

    Only the courses given are searched, all there are for None.
    Raises UnusableQuestionError, EmptyIndexError and WeightsError.
    """
    texts = questions.clean(texts, k=k)
    check_is_searchable(courses=courses)
    vectors = embeddings.get_embeddings().embed_documents(texts)
    course_ids = list_ids(courses)
    return (
        make_hits(retrieval.find_matches(text=text, vector=vector, course_ids=course_ids, k=k))
        for text, vector in zip(texts, vectors, strict=True)
    )


def make_hits(matches: Sequence[Match]) -> list[Hit]:
    """Return matches with what their videos are called and where they open."""
    videos = Video.objects.in_bulk({match.video_pk for match in matches})
    return [_make_hit(match, video=videos[match.video_pk]) for match in matches]


def list_ids(courses: Sequence[Course] | None) -> list[int] | None:
    """Return the ids of courses; None, which is all of them, stays None."""
    return None if courses is None else [course.pk for course in courses]


def check_is_searchable(*, courses: Sequence[Course] | None) -> None:
    """Raise EmptyIndexError unless some video of the courses, or of any for None, has its vectors."""
    indexes = VideoIndex.objects.embedded().filter(video__in=Video.objects.retained())
    if courses is not None:
        indexes = indexes.filter(video__courses__in=courses)
    if not indexes.exists():
        titles = ", ".join(repr(course.title) for course in courses or ())
        place = f"the course {titles}" if titles else "this installation"
        raise EmptyIndexError(
            f"Nothing of {place} can be searched yet: ingest and transcribe it, then run `manage.py embed`."
        )


def _make_hit(match: Match, *, video: Video) -> Hit:
    return Hit(
        video_id=video.video_id,
        title=video.title,
        start_seconds=round(match.start_seconds, 2),
        end_seconds=round(match.end_seconds, 2),
        text=match.text,
        score=round(match.score, 4),
        url=video.url_at(match.start_seconds),
    )
