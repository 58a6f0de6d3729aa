import pytest
from django.contrib.admin import site
from django.urls import reverse
from django.utils import timezone

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


def test_the_list_tells_of_the_next_attempt(row):
    at, admin = timezone.now(), site.get_model_admin(Transcription)
    told = [
        admin.next_attempt(Transcription(state=state, lease_expires_at=lease_expires_at))
        for state, lease_expires_at in [(State.PENDING, None), (State.PENDING, at), (State.FAILED, None)]
    ]
    assert told == ["when a worker is free", at, "none"]


def test_a_transcription_leads_to_its_segments(admin_client, row):
    page = admin_client.get(reverse("admin:transcripts_transcription_change", args=[row.pk])).content.decode()
    address = f"{reverse('admin:transcripts_segment_changelist')}?transcription__id__exact={row.pk}"
    assert address in page
    assert "table" in admin_client.get(address).content.decode()


def test_the_segments_of_one_are_not_those_of_another(admin_client, row):
    address = f"{reverse('admin:transcripts_segment_changelist')}?transcription__id__exact={row.pk + 1}"
    assert admin_client.get(address).context["cl"].result_count == 0


def test_a_segment_can_be_looked_at_and_not_changed(admin_client, row):
    address = reverse("admin:transcripts_segment_change", args=[row.segments.get().pk])
    assert "table" in admin_client.get(address).content.decode()
    assert admin_client.post(address, {"text": "changed"}).status_code == 403


def test_doubted_segments_are_found(admin_client, row):
    Segment.objects.create(
        transcription=row, position=1, text="loop", gate_reason="repeated_phrase", start_seconds=1, end_seconds=2
    )
    page = admin_client.get(reverse("admin:transcripts_segment_changelist"), {"doubted": "yes"})
    assert [segment.text for segment in page.context["cl"].result_list] == ["loop"]


@pytest.mark.parametrize("name", ["transcription", "segment"])
def test_a_list_costs_the_same_queries_whatever_it_holds(name, admin_client, row, django_assert_max_num_queries):
    for number in range(30):
        video = factories.make_video(f"video-{number}")
        other = factories.make_transcription(factories.make_captions(video))
        Segment.objects.create(transcription=other, position=0, text="row", start_seconds=0, end_seconds=1)
    address = reverse(f"admin:transcripts_{name}_changelist")
    with django_assert_max_num_queries(6):
        assert len(admin_client.get(address).context["cl"].result_list) == 31


def test_the_engine_filter_keeps_its_engine(admin_client, row):
    address = reverse("admin:transcripts_transcription_changelist")
    kept = [
        list(admin_client.get(address, {"engine": engine}).context["cl"].result_list)
        for engine in ("captions", "faster_whisper")
    ]
    assert kept == [[row], []]


@pytest.mark.parametrize(
    ("values", "heard"),
    [
        ({"duration_seconds": 200.0, "heard_until_seconds": 50.0}, "25 %"),
        ({"duration_seconds": 200.0, "heard_until_seconds": 200.5}, "100 %"),
        ({"duration_seconds": None}, "–"),  # noqa: RUF001
        (
            {"duration_seconds": 200.0, "heard_until_seconds": 50.0, "wall_seconds": 10.0, "state": State.RUNNING},
            "25 %, about 30 s left",
        ),
    ],
)
def test_it_says_how_much_was_heard(values, heard):
    assert site._registry[Transcription].heard(Transcription(**values)) == heard


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
