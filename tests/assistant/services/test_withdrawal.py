import pytest
from django.core import serializers
from django.utils import timezone

from assistant.models import Answer, Chunk, Citation, Sentence, VideoIndex
from assistant.services import answering, withdrawal
from ingestion import removal
from ingestion.models import Video
from tests.assistant import factories

pytestmark = pytest.mark.django_db

SECRET = "The dough must rest for two hours under a cloth."


@pytest.fixture
def answered(word_embeddings, say):
    factories.make_lecture("bread", [SECRET, "Yeast needs warm water."], title="Baking at home")
    factories.make_lecture("boats", ["The keel keeps a boat upright."], title="Sailing")
    factories.index_all()
    say(SECRET, "The keel keeps a boat upright.")
    for question in ("How long must the dough rest?", "What keeps a boat upright?"):
        list(answering.answer_question(text=question))
    removal.remove_video(video_id="bread", reason="asked for", now=timezone.now())


def test_nothing_of_a_removed_video_is_left(answered):
    assert withdrawal.withdraw_removed() > 0
    rows = [row for model in (VideoIndex, Chunk, Sentence, Answer, Citation) for row in model.objects.all()]
    everything = serializers.serialize("json", rows)
    for word in ("dough must", "cloth", "Baking at home", "Yeast", "v=bread"):
        assert word not in everything
    assert not Sentence.objects.filter(video__video_id="bread").exists()


def test_a_citation_keeps_its_place_and_says_it_was_withdrawn(answered):
    withdrawal.withdraw_removed()
    citation = Citation.objects.get(video__video_id="bread")
    assert (citation.is_withdrawn, citation.quote, citation.sentence, citation.url) == (True, "", "", "")
    assert citation.answer.text == ""


def test_other_videos_are_left_alone(answered):
    withdrawal.withdraw_removed()
    assert Sentence.objects.get().text == "The keel keeps a boat upright."
    assert Citation.objects.standing().get().answer.text == "The keel keeps a boat upright."


def test_a_second_run_finds_nothing(answered):
    withdrawal.withdraw_removed()
    assert withdrawal.withdraw_removed() == 0


def test_what_a_question_carries_of_a_removed_lecture_is_blanked(answered, monkeypatch):
    forgotten = []
    monkeypatch.setattr(withdrawal.streams, "forget", lambda question_ids: forgotten.extend(question_ids))
    removed = Video.objects.removed().get()
    kept = Video.objects.retained().first()
    conversation = factories.make_conversation(factories.make_student())
    quoting, other = (
        factories.make_question(
            conversation,
            "What is this?",
            standalone_text="What is this? Words.",
            quoted_video_ids=[pk],
            state="ended",
        )
        for pk in (removed.pk, kept.pk)
    )
    withdrawal.withdraw_removed()
    quoting.refresh_from_db()
    other.refresh_from_db()
    assert (quoting.text, quoting.standalone_text, quoting.quoted_video_ids) == ("What is this?", "", [])
    assert other.standalone_text == "What is this? Words."
