import pytest
from django.urls import reverse

from tests.transcripts import factories
from transcripts.models import Segment, State, Transcription

pytestmark = pytest.mark.django_db


@pytest.fixture
def row():
    row = factories.make_transcription(
        factories.make_captions(factories.make_video()), state=State.FAILED, reason="Out of memory."
    )
    Segment.objects.create(transcription=row, position=0, text="table", start_seconds=0, end_seconds=1)
    return row


def test_the_list_shows_state_and_reason(admin_client, row):
    page = admin_client.get(reverse("admin:transcripts_transcription_changelist"), {"q": "lecture-01"})
    assert "Out of memory." in page.content.decode()


def test_a_transcription_shows_its_segments(admin_client, row):
    page = admin_client.get(reverse("admin:transcripts_transcription_change", args=[row.pk]))
    assert "table" in page.content.decode()


def test_the_action_sends_it_back_to_the_start(admin_client, row):
    admin_client.post(
        reverse("admin:transcripts_transcription_changelist"),
        {"action": "transcribe_again", "_selected_action": [row.pk]},
    )
    row.refresh_from_db()
    assert (row.state, row.reason) == (State.PENDING, "")


def test_the_action_says_why_it_leaves_one_as_it_is(admin_client, row):
    Transcription.objects.update(digest="of other settings")
    page = admin_client.post(
        reverse("admin:transcripts_transcription_changelist"),
        {"action": "transcribe_again", "_selected_action": [row.pk]},
        follow=True,
    )
    messages = [str(message) for message in page.context["messages"]]
    assert len(messages) == 1
    assert messages[0].startswith("1 left as they are: It was heard with other settings")
    row.refresh_from_db()
    assert (row.state, row.reason) == (State.FAILED, "Out of memory.")
