"""What can be asked: some words, not too many."""

import math
from collections.abc import Sequence

from django.utils.translation import gettext as _

from ingestion.models import Video

MOST_CHARACTERS = 2000
MOST_PLACES = 1000


class UnusableQuestionError(Exception):
    """A question that nothing can be found for; says in a sentence why."""

    permanent = True


def clean(texts: Sequence[str], *, k: int = 1) -> list[str]:
    """Return the texts without what no text column holds. Raises UnusableQuestionError."""
    if not 1 <= k <= MOST_PLACES:
        raise UnusableQuestionError(f"The count of places (-k) goes from 1 to {MOST_PLACES}, not {k}.")
    is_single = len(texts) == 1
    names = [_("The question")] if is_single else [f"Question {n}" for n in range(1, len(texts) + 1)]
    return [_clean(text, name=name) for text, name in zip(texts, names, strict=True)]


def make_storable(text: str) -> str:
    """Return a text without what no text column holds."""
    return text.encode(errors="replace").decode().replace("\0", " ").strip()


def shorten(text: str, *, most: int) -> str:
    """Return the text on one line, cut between words where it is longer."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    head = line[: most - 1]
    return (head.rpartition(" ")[0] or head) + "…"


def check_moment(seconds: float | None, *, video: Video | None) -> None:
    """Raise UnusableQuestionError unless a moment asked about is one of a lecture."""
    if seconds is None:
        return
    if video is None:
        raise UnusableQuestionError(_("A moment is one of a lecture: name the lecture as well."))
    if not math.isfinite(seconds) or not 0 <= seconds <= (video.duration_seconds or math.inf):
        raise UnusableQuestionError(_("The lecture has no such moment."))


def _clean(text: str, *, name: str) -> str:
    cleaned = make_storable(text)
    if not cleaned:
        raise UnusableQuestionError(_("%(name)s is empty.") % {"name": name})
    if len(cleaned) > MOST_CHARACTERS:
        raise UnusableQuestionError(
            _("%(name)s has %(count)d characters; at most %(most)d are read.")
            % {"name": name, "count": len(cleaned), "most": MOST_CHARACTERS}
        )
    return cleaned
