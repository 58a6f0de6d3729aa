"""What an answer consists of while it is made: sentences with their sources, or a refusal."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Source:
    """The lecture's sentence behind a sentence of the answer."""

    video_pk: int
    video_id: str
    title: str
    start_seconds: float
    end_seconds: float
    quote: str
    url: str


@dataclass(frozen=True)
class VerifiedSentence:
    """A sentence of the model that a lecture supports."""

    text: str
    source: Source


@dataclass(frozen=True)
class Quote:
    """The lecture's own sentence, said to be one, where none of the model's survived."""

    text: str
    source: Source


@dataclass(frozen=True)
class Refusal:
    """The course holds no answer."""

    text: str
    reason: str


@dataclass(frozen=True)
class Finished:
    """The answer as it was kept."""

    answer_id: int
    text: str
    is_refused: bool
    sources: tuple[Source, ...]


Said = VerifiedSentence | Quote
Spoken = Said | Refusal
Event = Spoken | Finished


@dataclass
class Draft:
    """An answer in the making: what is asked, where it is looked for, and what has been said so far."""

    text: str
    search_text: str = ""  # Empty: the same
    course_ids: Sequence[int] | None = None  # None: everywhere
    video_pk: int | None = None
    passage_ids: list[int] = field(default_factory=list)
    events: list[Spoken] = field(default_factory=list)
    removed_pks: set[int] = field(default_factory=set)

    @property
    def said(self) -> list[Said]:
        return [event for event in self.events if not isinstance(event, Refusal)]

    @property
    def standing(self) -> list[Said]:
        return [said for said in self.said if self.is_standing(said)]

    @property
    def refusal(self) -> Refusal | None:
        return next((event for event in self.events if isinstance(event, Refusal)), None)

    def is_standing(self, said: Said) -> bool:
        return said.source.video_pk not in self.removed_pks
