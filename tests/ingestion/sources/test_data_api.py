import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from ingestion.following import runs
from ingestion.models import ApiCall, IngestionRun, RawObservation, RawRejectedRecord
from ingestion.sources import data_api
from ingestion.sources.data_api import DataApi
from ingestion.youtube import asking, client, errors
from tests.emulators import youtube_world
from tests.emulators.youtube import Fault
from tests.emulators.youtube_world import uploads_of

NOW = datetime(2026, 11, 26, 20, tzinfo=UTC)


@pytest.fixture
def uploads(emulator):
    emulator.world = youtube_world.invent_world(120)
    return uploads_of(next(iter(emulator.world.channels)))


@pytest.fixture
def run(db):
    return IngestionRun.objects.create(source="youtube_api", location="a test", started_at=NOW)


@pytest.fixture
def source(emulator, uploads, run):
    parameters = {"part": "snippet,contentDetails", "playlistId": uploads, "maxResults": "50"}
    with client.connect() as api:
        asker = asking.Asker(api, clock=lambda: NOW, sleep=lambda seconds: None)
        yield DataApi(client.Question("playlistItems.list", uploads, parameters), asker=asker, run=run)
        asker.close()


def land(page, run):
    runs.land_reply(page, run=run, now=NOW)


def test_each_page_is_asked_for_after_the_one_before_has_landed(emulator, source):
    pages = source.read()
    assert len(next(pages).records) == 50
    assert emulator.count("playlistItems.list") == 1
    assert [len(page.records) for page in pages] == [50, 20]


def test_a_page_tells_its_place_its_etag_and_how_much_there_is(source):
    page = next(source.read())
    assert (page.kind, page.total_count, page.call.page_number) == ("playlist_item", 120, 0)
    assert page.call.etag
    assert page.call.next_page_token


def test_an_unmodified_page_holds_what_the_last_one_held(emulator, source, run):
    first = list(source.read())
    for page in first:
        land(page, run)
    run.calls.update(run=IngestionRun.objects.create(source="youtube_api", location="before"))
    again = list(source.read())
    assert emulator.statuses == [200] * 3 + [304] * 3
    for page, known in zip(again, first, strict=True):
        assert page.call.is_unmodified
        assert {record.external_id for record in page.records} == {record.external_id for record in known.records}
        assert page.call.next_page_token == known.call.next_page_token


def test_the_next_pages_are_asked_for_ahead_where_all_are_wanted(emulator, source):
    pages = source.read(is_ahead=True)
    assert [next(pages).call.page_number, next(pages).call.page_number] == [0, 1]
    last = ApiCall.objects.latest("pk")
    assert (last.page_number, last.finished_at) == (2, None)
    assert [len(page.records) for page in pages] == [20]
    assert emulator.count("playlistItems.list") == 3


def test_pages_land_as_one_and_all_their_calls_are_finished(emulator, source, run):
    pages = list(source.read())
    land(data_api.join(pages), run)
    calls = list(run.calls.order_by("pk"))
    assert [(call.item_count, call.finished_at) for call in calls] == [(50, NOW), (50, NOW), (20, NOW)]
    assert {call.lake_key for call in calls} == set(RawObservation.objects.values_list("lake_key", flat=True))
    assert run.page_count == 3
    assert RawObservation.objects.count() == 120


def test_of_pages_that_landed_as_one_none_is_asked_for_by_its_etag(emulator, source, run):
    land(data_api.join(list(source.read())), run)
    next(source.read())
    assert emulator.statuses == [200] * 4


def test_the_first_page_of_a_list_is_by_itself_and_the_others_come_together(source):
    assert [len(group) for group in data_api.gather(source.read())] == [1, 2]
    assert [len(group) for group in data_api.gather(source.read(), most=1)] == [1, 1, 1]


def test_pages_wait_for_one_another_only_for_a_while(source, monkeypatch):
    monkeypatch.setattr(data_api, "LONGEST_SECONDS", 0)
    assert [len(group) for group in data_api.gather(source.read())] == [1, 1, 1]


def test_what_came_before_an_error_is_given_before_it(emulator, source):
    emulator.faults[:] = [Fault("playlistItems.list", status=500, page_number=2, times=9)]
    groups = data_api.gather(source.read(is_ahead=True))
    assert [len(next(groups)), len(next(groups))] == [1, 1]
    with pytest.raises(errors.YouTubeError):
        next(groups)


def test_what_is_no_more_kept_whole_is_asked_for_again(emulator, source, run):
    land(next(source.read()), run)
    RawObservation.objects.earliest("pk").delete()
    next(source.read())
    assert emulator.statuses == [200, 200]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=12), each, max_size=3),
    max_leaves=12,
)
NAMES = ["kind", "items", "etag", "nextPageToken", "pageInfo", "error", "id", "snippet"]
ITEM = st.dictionaries(st.sampled_from(["kind", "id", "etag", "snippet", "contentDetails", "status"]), JSON)
REAL = st.fixed_dictionaries({"kind": st.just("youtube#playlistItem"), "id": st.text(min_size=1, max_size=9)})
BODY = st.dictionaries(st.sampled_from(NAMES), JSON) | st.fixed_dictionaries(
    {"items": st.lists(JSON | ITEM | REAL, max_size=4)}
)


@pytest.mark.django_db(transaction=True)
@limits(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODY)
def test_no_reply_is_too_odd_to_land_and_nothing_of_it_is_dropped(emulator, source, run, body):
    body.pop("nextPageToken", None)
    emulator.faults[:] = [Fault("playlistItems.list", status=200, body=json.dumps(body))]
    page = next(source.read())
    items = body.get("items")
    told = len({json.dumps(record.payload, sort_keys=True) for record in page.records})
    before = run.observation_count, RawRejectedRecord.objects.count()
    land(page, run)
    if isinstance(items, list) and not isinstance(body.get("error"), dict):
        assert len(page.records) + len(page.rejections) == len(items)
    assert run.observation_count - before[0] <= told
    run.calls.all().delete()
