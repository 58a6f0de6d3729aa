import pytest
from django.core import serializers
from django.utils import timezone

from assistant import messages
from assistant.models import Answer, Chunk, Citation, Sentence, VideoIndex
from assistant.serializers import AnswerSerializer
from assistant.services import answering, withdrawal
from ingestion import removal
from ingestion.models import Availability, Video
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


def test_what_has_gone_at_its_source_is_shown_no_more_until_it_is_back(answered):
    Video.objects.filter(video_id="boats").update(availability=Availability.DELETED)
    assert withdrawal.withdraw_removed() > 0, "of the one that was removed"
    citation = Citation.objects.select_related("video").get(video__video_id="boats")
    assert not Citation.objects.shown().exists()
    assert (citation.is_withdrawn, citation.is_hidden, citation.answer.shown_text) == (False, True, "")
    source = messages.make_source(citation)
    assert (source.title, source.quote, source.url) == ("", "", "")
    assert [message.kind for message in messages.tell_answer(citation.answer)] == [messages.FINISHED]
    shown = AnswerSerializer(citation.answer).data
    assert (shown["text"], shown["citations"][0]["sentence"], shown["citations"][0]["title"]) == ("", "", "")
    assert Sentence.objects.filter(video__video_id="boats").exists()
    Video.objects.filter(video_id="boats").update(availability=Availability.PUBLIC)
    citation = Citation.objects.shown().get()
    assert citation.answer.shown_text == "The keel keeps a boat upright."


def test_an_answer_that_is_being_made_says_nothing_of_what_went_meanwhile(word_embeddings, say):
    factories.make_lecture("bread", [SECRET])
    factories.index_all()
    say(SECRET)
    events = answering.answer_question(text="How long must the dough rest?")
    next(events)
    Video.objects.update(availability=Availability.PRIVATE)
    list(events)
    citation = Citation.objects.get()
    assert (citation.is_withdrawn, citation.quote, Answer.objects.get().text) == (True, "", "")
