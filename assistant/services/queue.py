"""How far a question has come: its place in the queue, its attempt, its answer."""

from dataclasses import dataclass

from django.utils import timezone

from assistant.models import Answer, Question


@dataclass(frozen=True)
class Place:
    """How many questions are taken up no later than this one, and how many wait in all."""

    place: int
    waiting: int


# Nobody is before a question that is being answered.
TAKEN_UP = Place(0, 0)


@dataclass(frozen=True)
class Standing:
    """Whose question it is and how far it has come."""

    user_id: int | None
    is_ended: bool
    attempt_count: int
    place: Place | None


def find_standing(*, question_id: int) -> Standing | None:
    """Return where a question stands, None where there is none such."""
    question = Question.objects.select_related("conversation").filter(pk=question_id).first()
    if question is None:
        return None
    return Standing(
        user_id=question.conversation.user_id if question.conversation else None,
        is_ended=question.is_ended,
        attempt_count=question.attempt_count,
        place=None if question.is_ended else find_place(question_id=question_id),
    )


def find_place(*, question_id: int) -> Place | None:
    """Return the place of a question that waits, for the first time or once more; None where it does not."""
    waiting = Question.objects.claimable(at=timezone.now()).order_by("pk")
    ids = list(waiting.values_list("pk", flat=True))
    return Place(ids.index(question_id) + 1, len(ids)) if question_id in ids else None


def find_answer(*, question_id: int) -> Answer | None:
    """Return what the last attempt at a question has come to, None while it has not ended."""
    return Answer.objects.filter(question_id=question_id).order_by("-attempt").first()
