"""Questions that lean on something: on what was asked before, or on the moment of a lecture they are asked at.

What is looked for then is the question with what it leans on behind it. No model decides or rewrites: a question
leans if it refers without naming, takes up a thread, or says next to nothing.
`tests/benchmarks/follow_ups.py` measures it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant import questions, wording
from assistant.models import Conversation, Sentence
from ingestion.models import Video

# Words that stand for something named elsewhere.
REFERENCES = frozenset(
    """it its they them their theirs this these those he him his she her hers ones former latter else
    instead""".split()  # noqa: SIM905
)
# Words that take up a thread where they come first.
OPENINGS = frozenset(["and", "but", "so", "or", "then", "also", "why", "really"])
OPENING_PAIRS = frozenset([("what", "about"), ("how", "about"), ("how", "come"), ("for", "example")])
# A question of so few words that defines nothing names no subject of its own.
FEW_WORDS = 3
DEFINING = frozenset(["is", "are", "what's", "define", "explain", "means", "mean"])
# What is carried along of a long conversation.
MOST_CARRIED = 200
# What a student who asks about a moment has just heard, and what may be said before they pressed the button.
SECONDS_BEFORE, SECONDS_AFTER = 12.0, 4.0


@dataclass(frozen=True)
class Standalone:
    """What is looked for in the place of a question, empty where it stands alone; and whose words are in it."""

    text: str
    quoted_video_ids: Sequence[int] = ()


def make_standalone(
    *, conversation: Conversation, text: str, video: Video | None = None, moment_seconds: float | None = None
) -> Standalone:
    """Return a question as it would be asked without what came before it."""
    if video is not None and moment_seconds is not None:
        spoken = find_spoken(video, around_seconds=moment_seconds)
        return Standalone(f"{text} {spoken}", (video.pk,)) if spoken else Standalone("")
    previous = conversation.questions.order_by("-pk").first()
    if previous is None or not is_leaning(text):
        return Standalone("")
    subject = find_subject(previous.asked_text)
    return Standalone(join(text, subject=subject)) if subject else Standalone("")


def find_subject(text: str) -> str:
    """Return the words of a question that carry meaning.

    Its other words would draw it to what was answered already: of 16 pairs 11 find their sentence first with
    these words behind the question, 9 with the whole question before it, 10 without either.
    """
    words = [word for word in wording.WORD.findall(text) if word.lower() not in wording.STOP_WORDS]
    return questions.shorten(" ".join(words), most=MOST_CARRIED)


def join(text: str, *, subject: str) -> str:
    """Return a question with the subject it leaves out."""
    return f"{text} ({subject})"


def is_leaning(text: str) -> bool:
    """Return whether a question leaves out what it is about."""
    words = wording.find_words(text)
    return (
        words[:1] == []
        or words[0] in OPENINGS
        or tuple(words[:2]) in OPENING_PAIRS
        or not REFERENCES.isdisjoint(words)
        or _points_back(words)
        or (len(words) <= FEW_WORDS and DEFINING.isdisjoint(words))
    )


def find_spoken(video: Video, *, around_seconds: float) -> str:
    """Return the sentences said around a second of a lecture."""
    said = Sentence.objects.filter(
        video=video,
        end_seconds__gte=around_seconds - SECONDS_BEFORE,
        start_seconds__lte=around_seconds + SECONDS_AFTER,
    )
    return " ".join(said.order_by("position").values_list("text", flat=True))


def _points_back(words: list[str]) -> bool:
    """Return whether "that" stands for something: where it does not join a clause to a noun."""
    return any(
        word == "that" and (index == 0 or words[index - 1] in wording.STOP_WORDS)
        for index, word in enumerate(words)
    )
