"""Questions that lean on something: on what was said before, or on the moment of a lecture they are asked at."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.models import Conversation
from ingestion.models import Video


@dataclass(frozen=True)
class Standalone:
    """What is looked for in the place of a question, empty where it stands alone; and whose words are in it."""

    text: str
    quoted_video_ids: Sequence[int] = ()


def make_standalone(
    *, conversation: Conversation, text: str, video: Video | None = None, moment_seconds: float | None = None
) -> Standalone:
    """Return a question as it would be asked without what came before it."""
    return Standalone("")
