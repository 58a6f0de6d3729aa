"""What people do with their conversations: rename, delete, judge an answer."""

import logging

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from assistant import questions, streams
from assistant.models import Answer, Conversation, Feedback

logger = logging.getLogger(__name__)

MOST_TITLE_CHARACTERS = 200
MOST_COMMENT_CHARACTERS = 2000


class UnusableTitleError(Exception):
    """A title without words or with too many; says so in a sentence."""

    permanent = True


def rename(*, conversation: Conversation, title: str) -> None:
    """Give a conversation another title. Raises UnusableTitleError."""
    title = " ".join(questions.make_storable(title).split())
    if not title or len(title) > MOST_TITLE_CHARACTERS:
        raise UnusableTitleError(_("A title has from 1 to %(most)d characters.") % {"most": MOST_TITLE_CHARACTERS})
    conversation.title = title
    conversation.save(update_fields=["title"])


def delete(*, conversation: Conversation) -> None:
    """Delete a conversation for good, with its questions, answers and what is streamed of them."""
    ids = list(conversation.questions.values_list("pk", flat=True))
    conversation.delete()
    transaction.on_commit(lambda: streams.forget(question_ids=ids))


def judge(*, answer: Answer, user: User, is_helpful: bool, reason: str = "", comment: str = "") -> Feedback:
    """Keep what a person thinks of an answer, in the place of what they thought before."""
    values = {
        "is_helpful": is_helpful,
        "reason": "" if is_helpful else reason,
        "comment": questions.make_storable(comment)[:MOST_COMMENT_CHARACTERS],
    }
    feedback, _created = Feedback.objects.update_or_create(answer=answer, user=user, defaults=values)
    return feedback
