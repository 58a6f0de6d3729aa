"""Where a question stands in the queue."""

from dataclasses import dataclass

from assistant.models import Question, QuestionState


@dataclass(frozen=True)
class Place:
    """How many questions are answered no later than this one, and how many wait in all."""

    place: int
    waiting: int


def find_place(*, question_id: int) -> Place | None:
    """Return the place of a question that waits, None where it does not."""
    ids = list(Question.objects.filter(state=QuestionState.PENDING).order_by("pk").values_list("pk", flat=True))
    return Place(ids.index(question_id) + 1, len(ids)) if question_id in ids else None
