import pytest

from ingestion.models import MediaKind
from tests.transcripts import factories
from transcripts import agreement
from transcripts.models import Segment, State


@pytest.mark.django_db
def test_it_scores_the_share_of_words_alike():
    video = factories.make_video()
    said = {MediaKind.AUDIO: "one fact table stands here", MediaKind.CAPTIONS: "One fact table sits here."}
    for kind, text in said.items():
        media = factories.make_media(video, kind.encode(), kind=kind)
        row = factories.make_transcription(media, state=State.DONE, is_preferred=kind == MediaKind.AUDIO)
        Segment.objects.create(transcription=row, position=0, text=text, start_seconds=0, end_seconds=1)
    agreement.score(video)
    scores = dict(video.transcriptions.values_list("media_kind", "caption_agreement"))
    assert scores == {MediaKind.AUDIO: pytest.approx(0.8), MediaKind.CAPTIONS: None}
