"""Put questions into the queue, exactly up to its limit, and take them out again."""

import functools
import logging
import math

from celery import current_app
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Avg
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from kombu.exceptions import OperationalError

from assistant import claims, followups, questions, streams
from assistant.models import Answer, Conversation, Question, QuestionState
from ingestion import locks
from ingestion.models import Course, Video

logger = logging.getLogger(__name__)

TASK = "assistant.tasks.answer_question"
MOST_OF_ONE_PERSON = 3
TITLE_CHARACTERS = 80
# Every tick publishes the head of what waits only: most of it is published already.
MOST_PUBLISHED = 20
LEAST_RETRY_SECONDS, MOST_RETRY_SECONDS = 2, 60


class TutorFullError(Exception):
    """No room for another question now; says why, and when to ask again."""

    permanent = False

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class OwnQuestionsWaitError(TutorFullError):
    """There is room for others: it is this person's own questions that wait."""


class ClosedCourseError(Exception):
    """The course of the conversation is no longer this person's."""

    permanent = True


def start_conversation(
    *,
    user: User,
    text: str,
    course: Course | None = None,
    video: Video | None = None,
    moment_seconds: float | None = None,
) -> Question:
    """Ask the first question of a new conversation; raises what `ask` does, and then there is no conversation."""
    (text,) = questions.clean([text])
    with transaction.atomic():
        title = questions.shorten(text, most=TITLE_CHARACTERS)
        conversation = Conversation.objects.create(user=user, course=course, title=title)
        return ask(conversation=conversation, text=text, video=video, moment_seconds=moment_seconds)


def ask(
    *, conversation: Conversation, text: str, video: Video | None = None, moment_seconds: float | None = None
) -> Question:
    """Put a question at the end of the queue and have a worker told once it is committed.

    Raises UnusableQuestionError, ClosedCourseError and TutorFullError.
    """
    (text,) = questions.clean([text])
    questions.check_moment(moment_seconds, video=video)
    _check_is_open(conversation, video=video)
    standalone = followups.make_standalone(
        conversation=conversation, text=text, video=video, moment_seconds=moment_seconds
    )
    return _put(
        Question(
            conversation=conversation,
            course=conversation.course,
            text=text,
            video=video,
            moment_seconds=moment_seconds,
            standalone_text=standalone.text,
            quoted_video_ids=list(standalone.quoted_video_ids),
        ),
        conversation=conversation,
    )


def retry(*, question: Question) -> Question:
    """Ask the same once more, as a new question of the conversation. Raises what `ask` does."""
    conversation = question.conversation
    if conversation is None:
        raise questions.UnusableQuestionError(_("A question of the command line is asked again there."))
    _check_is_open(conversation, video=question.video)
    return _put(
        Question(
            conversation=conversation,
            course=conversation.course,
            text=question.text,
            video=question.video,
            moment_seconds=question.moment_seconds,
            standalone_text=question.standalone_text,
            quoted_video_ids=question.quoted_video_ids,
        ),
        conversation=conversation,
    )


def stop(*, question: Question) -> None:
    """End a question that waits; have the worker that answers it stop within a second, keeping what was said."""
    if claims.end_unclaimed(question_id=question.pk):
        return
    running = Question.objects.filter(pk=question.pk, state=QuestionState.RUNNING, stop_requested_at=None)
    running.update(stop_requested_at=timezone.now())


def find_next() -> list[int]:
    """Return the ids of the questions to be answered next, at most MOST_PUBLISHED, the oldest first."""
    waiting = Question.objects.claimable(at=timezone.now()).order_by("pk")
    return list(waiting.values_list("pk", flat=True)[:MOST_PUBLISHED])


def publish(question_id: int) -> None:
    """Tell a worker; where the broker is down the next tick does."""
    # To publish to a broker that is down takes its client seconds to give up.
    if not streams.is_up():
        logger.warning("question %d waits for the broker to come back", question_id)
        return
    try:
        current_app.send_task(TASK, kwargs={"question_id": question_id})
    except OperationalError:
        logger.warning("question %d waits for the broker to come back", question_id)


def _check_is_open(conversation: Conversation, *, video: Video | None) -> None:
    """Raise ClosedCourseError unless the course, and the video asked about, are this person's."""
    user = conversation.user
    if conversation.course_id and not Course.objects.visible_to(user).filter(pk=conversation.course_id).exists():
        raise ClosedCourseError(
            _("This course is no longer open to you: its conversations can be read, not continued.")
        )
    if video and not Video.objects.visible_to(user).filter(pk=video.pk).exists():
        raise ClosedCourseError(_("This lecture is not open to you."))


@transaction.atomic
def _put(question: Question, *, conversation: Conversation) -> Question:
    with connection.cursor() as cursor:
        # One at a time counts and adds, so that the limits are exact.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.key_of("questions")])
    _check_room(conversation)
    question.save()
    Conversation.objects.filter(pk=conversation.pk).update(updated_at=question.asked_at)
    transaction.on_commit(functools.partial(publish, question.pk))
    return question


def _check_room(conversation: Conversation) -> None:
    unfinished = Question.objects.unfinished()
    if unfinished.filter(conversation=conversation).exists():
        raise OwnQuestionsWaitError(
            _("Your question before this one is not answered yet: wait for it, or stop it."),
            retry_after=LEAST_RETRY_SECONDS,
        )
    own_count = unfinished.filter(conversation__user=conversation.user_id).count()
    if own_count >= MOST_OF_ONE_PERSON:
        sentence = ngettext(
            "%(count)d of your questions waits already: ask again once it is answered.",
            "%(count)d of your questions wait already: ask again once one of them is answered.",
            own_count,
        )
        raise OwnQuestionsWaitError(sentence % {"count": own_count}, retry_after=LEAST_RETRY_SECONDS)
    count = unfinished.count()
    if count >= settings.MOST_QUESTIONS_WAITING:
        raise _describe_full(count)


def _describe_full(count: int) -> TutorFullError:
    """Return the refusal, with about the time in which a tenth of the queue is answered."""
    newest = Answer.objects.order_by("-answered_at").values("latency_seconds")[:20]
    latency = newest.aggregate(mean=Avg("latency_seconds"))["mean"] or 1.0
    seconds = min(MOST_RETRY_SECONDS, max(LEAST_RETRY_SECONDS, math.ceil(latency * count / 10)))
    sentence = ngettext(
        "The tutor is full: %(count)d question waits. Ask again in %(seconds)d seconds.",
        "The tutor is full: %(count)d questions wait. Ask again in %(seconds)d seconds.",
        count,
    )
    return TutorFullError(sentence % {"count": count, "seconds": seconds}, retry_after=seconds)
