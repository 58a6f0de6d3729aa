"""How far what was heard and what was published say the same, of a whole transcript and of each segment.

What people correct changes nothing of it.

The words of both are aligned once. A segment agrees as far as its words and those published in its midst are
alike; words published where nothing was heard count for the whole alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain

from rapidfuzz.distance import Levenshtein

from ingestion.models import MediaKind, Video
from transcripts import preference, word_times
from transcripts.models import Segment, Transcription


def score(video: Video) -> None:
    """Store on the best transcript that was heard how far the newest captions in its language agree with it."""
    heard = preference.rank(video).filter(media_kind=MediaKind.AUDIO).first()
    if heard is None or (published := _find_published(heard)) is None:
        return
    segments = list(_ungated(heard))
    said = [word_times.split_words(segment.as_heard) for segment in segments]
    expected = list(
        chain.from_iterable(word_times.split_words(segment.as_heard) for segment in _ungated(published))
    )
    whole = Levenshtein.normalized_similarity(list(chain.from_iterable(said)), expected)
    Transcription.objects.filter(pk=heard.pk).update(caption_agreement=whole)
    pks_of: defaultdict[float | None, list[int]] = defaultdict(list)
    for segment, agreement in zip(segments, compare(said, expected), strict=True):
        pks_of[agreement].append(segment.pk)
    for agreement, pks in pks_of.items():
        Segment.objects.filter(pk__in=pks).update(caption_agreement=agreement)


def compare(said: list[list[str]], expected: list[str]) -> Iterator[float | None]:
    """Yield for each segment the share of words alike in both, to a hundredth; None for one without words."""
    owners = [number for number, words in enumerate(said) for _ in words]
    alike: Counter[int] = Counter()
    inserted: Counter[int] = Counter()
    for step in Levenshtein.opcodes(list(chain.from_iterable(said)), expected):
        around = set(owners[max(0, step.src_start - 1) : step.src_start + 1])
        if step.tag == "equal":
            alike.update(owners[step.src_start : step.src_end])
        elif step.tag == "insert" and 0 < step.src_start < len(owners) and len(around) == 1:
            inserted[around.pop()] += step.dest_end - step.dest_start
    for number, words in enumerate(said):
        yield round(alike[number] / (len(words) + inserted[number]), 2) if words else None


def _find_published(heard: Transcription) -> Transcription | None:
    """Return the newest captions that may say the same: in the language heard, or in one that is not known."""
    captions = Transcription.objects.finished().filter(video=heard.video, media_kind=MediaKind.CAPTIONS)
    languages = {heard.language, ""} if heard.language else set(captions.values_list("language", flat=True))
    return captions.filter(language__in=languages).order_by("-finished_at").first()


def _ungated(transcription: Transcription) -> list[Segment]:
    rows = Segment.objects.correctable().filter(transcription=transcription).order_by("position")
    return list(rows.only("text", "heard_text"))
