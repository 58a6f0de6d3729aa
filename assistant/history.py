"""The conversations of a person as a page lists them: by course, the newest first."""

from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from assistant.models import Conversation

# The list beside a conversation; older ones are shown when asked for.
MOST_LISTED = 40


@dataclass
class Group:
    """The conversations about one course."""

    title: str
    conversations: list[Conversation] = field(default_factory=list)


@dataclass(frozen=True)
class History:
    """What is listed, and whether there is more."""

    groups: list[Group]
    has_more: bool


def list_conversations(*, user: User, is_whole: bool = False) -> History:
    """Return the newest conversations of a person, or all of them."""
    newest = Conversation.objects.filter(user=user).select_related("course").order_by("-updated_at", "-pk")
    rows = list(newest if is_whole else newest[: MOST_LISTED + 1])
    groups: dict[int | None, Group] = {}
    for row in rows if is_whole else rows[:MOST_LISTED]:
        title = row.course.title if row.course else _("All your courses")
        groups.setdefault(row.course_id, Group(title)).conversations.append(row)
    return History(list(groups.values()), has_more=not is_whole and len(rows) > MOST_LISTED)
