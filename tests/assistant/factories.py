"""Videos with transcripts, as the stages to the left leave them."""

import re
import zlib
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from assistant import embeddings
from assistant.models import Conversation, Question
from assistant.services import chunking, embedding
from ingestion.models import Course, Membership, Video
from transcripts.models import Segment, State, Transcription

# text, start, end
Spoken = tuple[str, float, float]


def make_video(video_id: str = "lecture-01", **fields: Any) -> Video:
    return Video.objects.create(video_id=video_id, **{"title": f"About {video_id}"} | fields)


def make_transcription(
    video: Video, spoken: Iterable[Spoken], *, digest: str = "d1", is_preferred: bool = True
) -> Transcription:
    transcription = Transcription.objects.create(
        video=video,
        digest=digest,
        engine="faster_whisper",
        state=State.DONE,
        is_preferred=is_preferred,
        finished_at=timezone.now(),
    )
    write_segments(transcription, spoken)
    return transcription


def write_segments(transcription: Transcription, spoken: Iterable[Spoken]) -> None:
    Segment.objects.bulk_create(
        Segment(
            transcription=transcription,
            position=position,
            text=text,
            start_seconds=start,
            end_seconds=end,
            words=spread_words(text, start, end),
        )
        for position, (text, start, end) in enumerate(spoken)
    )


def spread_words(text: str, start: float, end: float) -> list[dict[str, Any]]:
    """Return the words of a text, each as long as the next."""
    words = text.split()
    step = (end - start) / max(1, len(words))
    return [
        {
            "text": word,
            "start_seconds": start + index * step,
            "end_seconds": start + (index + 1) * step,
            "probability": 0.9,
        }
        for index, word in enumerate(words)
    ]


def make_lecture(video_id: str, sentences: Sequence[str], **fields: Any) -> Video:
    """Return a video whose sentences are said one every five seconds."""
    video = make_video(video_id, **fields)
    make_transcription(video, [(text, 5.0 * index, 5.0 * index + 4.5) for index, text in enumerate(sentences)])
    return video


class WordEmbeddings(embeddings.Embeddings):
    """A fake: texts with words in common have vectors alike."""

    def embed_array(self, texts: list[str]) -> np.ndarray:
        return np.array(self.embed_documents(texts))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        vector = [1e-3] * 384
        for word in re.findall(r"\w+", text.lower()):
            vector[zlib.crc32(word.encode()) % 384] += 1.0
        norm = sum(number * number for number in vector) ** 0.5
        return [number / norm for number in vector]


def chunk_all() -> None:
    list(chunking.chunk_pending())


def index_all() -> None:
    """Chunk and embed every transcript."""
    chunk_all()
    list(embedding.embed_pending())


def make_student(name: str = "ana", *, operates: bool = False) -> User:
    user = User.objects.create_user(name, password="secret")
    if operates:
        user.user_permissions.add(Permission.objects.get(codename="operate"))
    return user


def make_course(title: str, *videos: Video, members: Iterable[User] = (), **fields: Any) -> Course:
    course = Course.objects.create(title=title, **fields)
    course.videos.add(*videos)
    for user in members:
        Membership.objects.create(course=course, user=user)
    return course


def make_conversation(user: User, course: Course | None = None, **fields: Any) -> Conversation:
    return Conversation.objects.create(user=user, course=course, **{"title": "About bread"} | fields)


def make_question(
    conversation: Conversation, text: str = "How long must the dough rest?", **fields: Any
) -> Question:
    return Question.objects.create(conversation=conversation, course=conversation.course, text=text, **fields)


def expire_lease(question: Question) -> None:
    Question.objects.filter(pk=question.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
