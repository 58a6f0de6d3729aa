import pytest
from django.utils import timezone

from assistant.models import Chunk, Sentence, VideoIndex
from assistant.services import chunking
from ingestion.models import Availability
from tests.assistant import factories
from transcripts import corrections
from transcripts.models import State

pytestmark = pytest.mark.django_db

TALK = [f"Sentence number {index} is here." for index in range(10)]


def read_rows():
    return list(Sentence.objects.order_by("position").values_list("pk", "text", "start_seconds"))


def test_sentences_keep_the_times_of_their_words():
    factories.make_lecture("v1", TALK)
    assert len(list(chunking.chunk_pending())) == 1
    assert [(text, start) for _, text, start in read_rows()] == [(text, 5.0 * n) for n, text in enumerate(TALK)]
    assert Chunk.objects.count() == 2
    assert chunking.chunk_progress().is_finished


def test_a_second_run_changes_nothing():
    factories.make_lecture("v1", TALK)
    list(chunking.chunk_pending())
    before = read_rows()
    assert list(chunking.chunk_pending()) == []
    index = VideoIndex.objects.get()
    assert chunking.chunk_transcription(transcription_id=index.transcription_id) is False
    assert read_rows() == before


def test_another_preferred_transcript_takes_the_place_of_the_first():
    video = factories.make_lecture("v1", TALK)
    list(chunking.chunk_pending())
    video.transcriptions.update(is_preferred=False)
    factories.make_transcription(video, [("Only this is said.", 1, 3)], digest="d2")
    assert not chunking.chunk_progress().is_finished
    list(chunking.chunk_pending())
    assert [text for _, text, _ in read_rows()] == ["Only this is said."]
    assert Chunk.objects.get().transcription.digest == "d2"


def test_a_transcript_made_anew_in_its_row_is_chunked_again():
    video = factories.make_lecture("v1", TALK)
    list(chunking.chunk_pending())
    transcription = video.transcriptions.get()
    transcription.segments.all().delete()
    factories.write_segments(transcription, [("Heard better now.", 0, 2)])
    video.transcriptions.update(finished_at=timezone.now())
    list(chunking.chunk_pending())
    assert [text for _, text, _ in read_rows()] == ["Heard better now."]


def test_what_people_correct_is_chunked_anew_and_only_what_it_touches_embedded_again(monkeypatch):
    video = factories.make_lecture("v1", [f"Sentence number {index} is here." for index in range(40)])
    fake = factories.WordEmbeddings()
    monkeypatch.setattr("assistant.embeddings.get_embeddings", lambda: fake)
    factories.index_all()
    before = dict(Sentence.objects.values_list("text", "context_embedding"))
    segment = video.transcriptions.get().segments.get(position=20)
    teacher = factories.make_student("tina")
    corrections.correct_segment(
        segment_id=segment.pk, text="Sentence number twenty is here.", version=0, user=teacher
    )
    assert not chunking.chunk_progress().is_finished
    factories.chunk_all()
    assert list(Sentence.objects.filter(embedding=None).values_list("position", flat=True)) == [20, 21]
    assert list(Chunk.objects.filter(embedding=None).order_by("position").values_list("position", flat=True)) == [
        4, 5
    ]  # fmt: skip
    factories.index_all()
    assert not Sentence.objects.filter(embedding=None).exists()
    after = dict(Sentence.objects.values_list("text", "context_embedding"))
    changed = {"Sentence number 20 is here.", "Sentence number twenty is here.", "Sentence number 21 is here."}
    assert {text for text in before.keys() | after.keys() if before.get(text) != after.get(text)} == changed


def test_what_an_older_format_cut_is_cut_anew(monkeypatch):
    factories.make_lecture("v1", TALK)
    list(chunking.chunk_pending())
    monkeypatch.setattr(chunking.sentences, "FORMAT", 99)
    assert len(list(chunking.chunk_pending())) == 1
    assert list(chunking.chunk_pending()) == []


def test_a_failure_leaves_the_chunks_that_were_there(monkeypatch):
    video = factories.make_lecture("v1", TALK)
    list(chunking.chunk_pending())
    before = read_rows()
    video.transcriptions.update(finished_at=timezone.now())
    monkeypatch.setattr(VideoIndex.objects, "create", lambda **fields: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        list(chunking.chunk_pending())
    assert read_rows() == before


def test_gated_segments_and_removed_videos_are_left_out():
    video = factories.make_lecture("v1", ["Trusted words here.", "Thanks for watching."])
    video.transcriptions.get().segments.filter(position=1).update(gate_reason="repeat")
    factories.make_lecture("v2", TALK, availability=Availability.REMOVED, removed_at=timezone.now())
    list(chunking.chunk_pending())
    assert [text for _, text, _ in read_rows()] == ["Trusted words here."]


@pytest.mark.parametrize("state", [State.NO_SPEECH, State.FAILED])
def test_chunks_go_once_their_video_has_no_transcript_any_more(state):
    video = factories.make_lecture("v1", TALK)
    factories.make_lecture("v2", ["This one stays."])
    list(chunking.chunk_pending())
    video.transcriptions.update(is_preferred=False, state=State.PENDING)
    assert chunking.chunk_progress().is_finished
    assert chunking.drop_outlived() == 0
    video.transcriptions.update(state=state)
    progress = chunking.chunk_progress()
    assert (progress.done_count, progress.total_count) == (1, 2)
    list(chunking.chunk_pending())
    assert [text for _, text, _ in read_rows()] == ["This one stays."]
    assert not VideoIndex.objects.filter(video=video).exists()
    assert chunking.chunk_progress().is_finished


def test_a_transcript_without_words_is_done_once_seen():
    factories.make_lecture("v1", [])
    list(chunking.chunk_pending())
    assert chunking.chunk_progress().is_finished
    assert list(chunking.chunk_pending()) == []
