"""What the tutor reads, and what it was asked and has said."""

from assistant.models.conversations import (
    MOST_ATTEMPTS,
    UNFINISHED,
    Answer,
    AnswerState,
    Citation,
    Conversation,
    Feedback,
    FeedbackReason,
    Question,
    QuestionState,
)
from assistant.models.reading import (
    DIMENSIONS,
    MAX_ATTEMPT_COUNT,
    TEXT_CONFIGURATION,
    Chunk,
    IndexState,
    Sentence,
    VideoIndex,
)

__all__ = [
    "DIMENSIONS",
    "MAX_ATTEMPT_COUNT",
    "MOST_ATTEMPTS",
    "TEXT_CONFIGURATION",
    "UNFINISHED",
    "Answer",
    "AnswerState",
    "Chunk",
    "Citation",
    "Conversation",
    "Feedback",
    "FeedbackReason",
    "IndexState",
    "Question",
    "QuestionState",
    "Sentence",
    "VideoIndex",
]
