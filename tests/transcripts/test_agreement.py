import pytest
from django.utils import timezone

from ingestion.models import MediaKind
from tests.transcripts import factories
from transcripts import agreement
from transcripts.models import Segment, State


def make_transcript(video, kind, *texts, gate_reason="", **values):
    media = factories.make_media(video, f"{kind}{texts}".encode(), kind=kind)
    defaults = {"state": State.DONE, "finished_at": timezone.now(), "language": "en"}
    row = factories.make_transcription(media, **defaults | values)
    for position, text in enumerate(texts):
        Segment.objects.create(
            transcription=row,
            position=position,
            text=text,
            gate_reason=gate_reason,
            start_seconds=position,
            end_seconds=position + 1,
        )
    return row


def scores(video):
    return dict(video.transcriptions.values_list("media_kind", "caption_agreement"))


@pytest.mark.django_db
def test_it_scores_the_share_of_words_alike():
    video = factories.make_video()
    make_transcript(video, MediaKind.AUDIO, "one fact table stands here", is_preferred=True)
    make_transcript(video, MediaKind.CAPTIONS, "One fact table sits here.")
    agreement.score(video)
    assert scores(video) == {MediaKind.AUDIO: pytest.approx(0.8), MediaKind.CAPTIONS: None}


@pytest.mark.django_db
def test_each_segment_has_a_score_of_its_own():
    video = factories.make_video()
    heard = make_transcript(video, MediaKind.AUDIO, "One fact table.", "It stands hear.", "…")
    make_transcript(video, MediaKind.CAPTIONS, "one fact", "table it stands here")
    agreement.score(video)
    found = heard.segments.order_by("position").values_list("caption_agreement", flat=True)
    assert list(found) == [1.0, 0.67, None]


@pytest.mark.django_db
def test_a_second_score_takes_the_place_of_the_first():
    video = factories.make_video()
    make_transcript(video, MediaKind.AUDIO, "one fact")
    make_transcript(video, MediaKind.CAPTIONS, "no fact")
    agreement.score(video)
    make_transcript(video, MediaKind.CAPTIONS, "one fact")
    agreement.score(video)
    assert video.transcriptions.get(media_kind=MediaKind.AUDIO).caption_agreement == 1


@pytest.mark.django_db
def test_captions_in_another_language_say_nothing_of_what_was_heard():
    video = factories.make_video()
    make_transcript(video, MediaKind.AUDIO, "one fact")
    make_transcript(video, MediaKind.CAPTIONS, "um fato", language="pt")
    agreement.score(video)
    assert set(scores(video).values()) == {None}


@pytest.mark.parametrize(
    ("said", "expected", "shares"),
    [
        (["a b c d"], "a b c d", [1.0]),
        (["a b", "c d"], "a x b c d", [0.67, 1.0]),
        (["a b", "c d"], "a b x y c d", [1.0, 1.0]),
        (["a b", "c d"], "x a b c d x", [1.0, 1.0]),
        (["a b", "c d"], "c d", [0.0, 1.0]),
        (["a b"], "", [0.0]),
        ([""], "a b", [None]),
        ([], "a b", []),
    ],
)
def test_words_published_between_two_segments_count_for_neither(said, expected, shares):
    assert list(agreement.compare([words.split() for words in said], expected.split())) == shares
