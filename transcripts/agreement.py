"""How far what was heard and what was published say the same."""

import re

from rapidfuzz.distance import Levenshtein

from ingestion.models import MediaKind, Video
from transcripts.models import Segment, Transcription


def score(video: Video) -> None:
    """Store on the preferred transcript that was heard how far the newest captions agree with it."""
    finished = Transcription.objects.finished().filter(video=video)
    heard = finished.filter(media_kind=MediaKind.AUDIO, is_preferred=True).first()
    published = finished.filter(media_kind=MediaKind.CAPTIONS).order_by("-finished_at").first()
    if heard is None or published is None:
        return
    similarity = Levenshtein.normalized_similarity(_words(heard), _words(published))
    Transcription.objects.filter(pk=heard.pk).update(caption_agreement=similarity)


def _words(transcription: Transcription) -> list[str]:
    trusted = Segment.objects.trusted().filter(transcription=transcription).order_by("position")
    return re.findall(r"[\w']+", " ".join(trusted.values_list("text", flat=True)).lower())
