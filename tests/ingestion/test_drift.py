from datetime import UTC, datetime, timedelta

import pytest

from ingestion import drift, services, sources
from ingestion.models import ContractDrift
from tests.ingestion import folders

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
SNIPPET = {
    "title": "A lecture",
    "description": "",
    "publishedAt": "2026-11-01T00:00:00Z",
    "channelId": "UC1",
    "channelTitle": "A channel",
}


@pytest.fixture(autouse=True)
def fresh_process():
    drift.forget_notes()
    yield
    drift.forget_notes()


@pytest.fixture
def note(django_capture_on_commit_callbacks):
    def note_all(*payloads, kind="video", now=NOON):
        records = [sources.Record(str(payload.get("id")), "", "", payload) for payload in payloads]
        with django_capture_on_commit_callbacks(execute=True):
            drift.note(records, source="youtube_api", kind=kind, now=now)

    return note_all


def video(**fields):
    return folders.video() | {"snippet": SNIPPET} | fields


def noted():
    rows = ContractDrift.objects.order_by("contract", "path", "is_vanished")
    return list(rows.values_list("contract", "path", "is_vanished"))


def test_what_the_contract_names_is_no_drift(note):
    note(video(), video(contentDetails={"duration": "PT1S"}))
    assert noted() == []


def test_a_new_field_is_noted_once_with_an_example(note):
    note(video(statistics={"viewCount": "1", "hypeCount": "12"}), video(statistics={"hypeCount": "13"}))
    row = ContractDrift.objects.get()
    assert (row.contract, row.path, row.is_vanished) == ("youtube_api.video", "statistics.hypeCount", False)
    assert (row.example, row.first_seen_at, row.last_seen_at, row.accepted_at) == ('"12"', NOON, NOON, None)


def test_of_a_new_object_only_its_own_name_is_noted(note):
    note(video(hype={"count": 1, "since": {"day": 2}}))
    assert noted() == [("youtube_api.video", "hype", False)]


def test_a_new_field_in_the_items_of_a_list_is_noted(note):
    comments = [{"id": "b"}, {"id": "c", "mood": "fine"}]
    thread = {"kind": "youtube#commentThread", "id": "a", "replies": {"comments": comments}}
    note(thread, kind="comment_thread")
    assert noted() == [("youtube_api.comment_thread", "replies.comments.mood", False)]


def test_a_field_of_another_type_is_noted_with_that_type(note):
    note(video(snippet=SNIPPET | {"tags": ["a", 5], "defaultLanguage": {"code": "en"}}))
    assert noted() == [
        ("youtube_api.video", "snippet.defaultLanguage (dict)", False),
        ("youtube_api.video", "snippet.tags (int)", False),
    ]


def test_a_kind_without_a_contract_is_noted_as_one(note):
    note({"kind": "youtube#superChat", "id": "a", "more": 1}, kind="super_chat")
    assert noted() == [("youtube_api.super_chat", drift.NEW_KIND, False)]


def test_what_is_known_costs_no_query(note, django_assert_num_queries):
    note(video(surprise=1))
    with django_assert_num_queries(0):
        drift.note(
            [sources.Record("a", "", "", video(surprise=2))] * 50, source="youtube_api", kind="video", now=NOON
        )


def test_a_new_process_knows_what_another_noted(note):
    note(video(surprise=1))
    drift.forget_notes()
    note(video(surprise=2), now=NOON + timedelta(hours=1))
    assert ContractDrift.objects.get().last_seen_at == NOON


def test_when_it_was_last_seen_is_right_to_the_day(note):
    note(video(surprise=1))
    note(video(surprise=1), now=NOON + timedelta(hours=25))
    row = ContractDrift.objects.get()
    assert (row.first_seen_at, row.last_seen_at) == (NOON, NOON + timedelta(hours=25))


def test_names_made_up_at_random_do_not_fill_the_table(note):
    note(*(video(**{f"field{number}": 1}) for number in range(drift.MOST_NOTED + 50)))
    note(*(video(**{f"more{number}": 1}) for number in range(50)))
    assert ContractDrift.objects.count() == drift.MOST_NOTED


def test_a_field_that_is_gone_for_long_is_noted(note):
    titled, untitled = video(), video(snippet=SNIPPET | {"title": None})
    note(titled, *[untitled] * (drift.LONGEST_ABSENCE - 1))
    assert noted() == []
    note(titled)
    note(*[untitled] * (drift.LONGEST_ABSENCE - 1))
    assert noted() == []
    note(untitled)
    assert noted() == [("youtube_api.video", "snippet.title", True)]


def test_a_part_that_was_not_asked_for_has_not_vanished(note):
    note(*[{"kind": "youtube#video", "id": "a", "statistics": {"viewCount": "1"}}] * 3 * drift.LONGEST_ABSENCE)
    assert noted() == []


def test_a_field_that_comes_back_is_forgotten_to_have_gone(note):
    untitled = video(snippet={name: value for name, value in SNIPPET.items() if name != "title"})
    note(*[untitled] * drift.LONGEST_ABSENCE)
    drift.forget_notes()
    note(untitled)
    assert noted() == [("youtube_api.video", "snippet.title", True)]
    note(video())
    assert noted() == []


def test_what_is_rolled_back_is_noted_again(note):
    records = [sources.Record("a", "", "", video(surprise=1))]
    drift.note(records, source="youtube_api", kind="video", now=NOON)
    ContractDrift.objects.all().delete()  # as the transaction's end would
    note(video(surprise=1))
    assert noted() == [("youtube_api.video", "surprise", False)]


def test_what_a_contract_has_come_to_name_is_settled():
    rows = [
        ("youtube_api.video", "statistics.dislikeCount", False),
        ("youtube_api.video", "snippet.title", True),
        ("youtube_api.video", "snippet.categoryId", True),
        ("youtube_api.video", "surprise", False),
        ("youtube_api.comment", drift.NEW_KIND, False),
        ("youtube_api.super_chat", drift.NEW_KIND, False),
    ]
    for contract, path, is_vanished in rows:
        ContractDrift.objects.create(contract=contract, path=path, is_vanished=is_vanished)
    drift.settle()
    assert noted() == [
        ("youtube_api.super_chat", drift.NEW_KIND, False),
        ("youtube_api.video", "snippet.title", True),
        ("youtube_api.video", "surprise", False),
    ]


def test_a_page_that_lands_is_looked_at(tmp_path):
    folders.write_reply(tmp_path, folders.video(surprise=1))
    services.ingest_folder(folder=tmp_path)
    assert noted() == [("youtube_api.video", "surprise", False)]


def test_all_recorded_payloads_are_as_their_contracts_say(shared_data):
    services.ingest_folder(folder=shared_data / "youtube_api")
    services.ingest_folder(folder=shared_data / "yt_dlp_info")
    assert noted() == []
