"""Nothing crashes and nothing is dropped: what is given lands or is refused with a reason."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import drift, enrolment, services, sources
from ingestion.models import IngestionRun, RawObservation, RawRecord, RawRejectedRecord, Video
from tests.ingestion import folders, payloads

NOW = datetime(2026, 11, 26, tzinfo=UTC)
FUZZ = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def recorded():
    """A payload of every kind that was recorded, small enough to break often."""
    from tests.conftest import SHARED_DATA

    if not SHARED_DATA.exists():
        pytest.skip("the folder shared/data is not beside this checkout")
    kinds = {}
    for each in payloads.read_all(SHARED_DATA):
        content = json.loads(each.text)
        for item in content.get("items", [content]):
            kinds.setdefault((each.source, item.get("kind", "")), item)
    del kinds["youtube_api", ""]  # error bodies
    kinds["yt_dlp", ""] = {name: value for name, value in kinds["yt_dlp", ""].items() if len(str(value)) < 2000}
    return kinds


def read(source, text):
    return sources.reader_of(source).read_text(text, location="somewhere", observed_at=NOW)


def assert_nothing_dropped(page, *, given_count):
    assert len(page.records) + len(page.rejections) == given_count
    for rejection in page.rejections:
        assert rejection.reason
        assert isinstance(rejection.payload.encode(), bytes)
        assert len(rejection.contract) <= 64
    for record in page.records:
        assert 0 < len(record.external_id) <= 255
        assert json.dumps(record.payload, ensure_ascii=False, allow_nan=False).encode()


def test_every_recorded_payload_is_accepted_or_refused_with_a_reason(shared_data):
    given_count, accepted, reasons = Counter(), Counter(), Counter()
    for each in payloads.read_all(shared_data):
        page = read(each.source, each.text)
        assert_nothing_dropped(page, given_count=each.given_count)
        given_count[each.origin] += each.given_count
        accepted[each.origin] += len(page.records)
        reasons.update(rejection.reason for rejection in page.rejections)
    assert given_count == {"youtube_api": 381, "yt_dlp_info": 6, "metrics": 1000}
    assert accepted == {"youtube_api": 377, "yt_dlp_info": 6, "metrics": 1000}
    assert reasons == {
        "the API refused: 404 channelNotFound": 1,
        "the API refused: 400 missingRequiredParameter": 1,
        "the API refused: 403 SERVICE_UNAVAILABLE": 1,
        "kind: Field required": 1,
    }


@pytest.mark.django_db
def test_the_metrics_land_with_every_day_and_every_duplicate(shared_data, tmp_path):
    rows = 0
    for day, items in payloads.read_metrics(shared_data):
        rows += len(items)
        folders.write_reply(tmp_path / day, *items)
    (run,) = services.ingest_folder(folder=tmp_path)
    assert (rows, run.rejected_count) == (1000, 0)
    assert Video.objects.count() == 129
    assert RawObservation.objects.values("record__external_id", "observed_at").distinct().count() == 983
    assert RawObservation.objects.count() == 1000


@FUZZ
@given(luck=st.randoms(use_true_random=False), neighbours=st.integers(min_value=0, max_value=2))
def test_no_broken_resource_crashes_or_takes_its_neighbours_along(recorded, luck, neighbours):
    payload = luck.choice([item for (source, _), item in recorded.items() if source == "youtube_api"])
    items = [payload] * neighbours + [payloads.break_payload(payload, luck=luck)]
    page = read("youtube_api", payloads.reply_of(items))
    assert_nothing_dropped(page, given_count=len(items))
    if neighbours == 2:  # they say of which kind the reply is
        assert len(page.records) >= neighbours


@FUZZ
@given(luck=st.randoms(use_true_random=False))
def test_no_broken_info_file_crashes(recorded, luck):
    broken = payloads.break_payload(recorded["yt_dlp", ""], luck=luck)
    assert_nothing_dropped(read("yt_dlp", json.dumps(broken)), given_count=1)


@FUZZ
@given(text=st.text() | st.recursive(st.none() | st.text(), lambda inner: st.lists(inner)).map(json.dumps))
@pytest.mark.parametrize("source", ["youtube_api", "yt_dlp", "archive"])
def test_no_text_at_all_crashes(source, text):
    text = text.encode(errors="replace").decode()
    page = read(source, text)
    assert page.records or page.rejections


@FUZZ
@given(data=st.data())
def test_no_torn_reply_crashes(recorded, data):
    text = payloads.reply_of([recorded["youtube_api", "youtube#video"]])
    end = data.draw(st.integers(min_value=0, max_value=len(text)))
    page = read("youtube_api", text[:end])
    assert_nothing_dropped(page, given_count=1)


@pytest.mark.django_db
@settings(FUZZ, max_examples=60)
@given(luck=st.randoms(use_true_random=False))
def test_what_passes_its_contract_lands_and_what_does_not_is_kept(recorded, luck):
    drift.forget_notes()
    source = luck.choice(["youtube_api", "yt_dlp"])
    payload = luck.choice([item for (origin, _), item in recorded.items() if origin == source])
    broken = payloads.break_payload(payload, luck=luck)
    text = payloads.reply_of([payload, broken, payload]) if source == "youtube_api" else json.dumps(broken)
    page = read(source, text)
    run = IngestionRun.objects.create(source=source, location="somewhere")
    services.land(page, run=run, target=enrolment.Target(), now=NOW)
    run.refresh_from_db()
    landed = RawRecord.objects.filter(source=source, kind=page.kind)
    database_refused = RawRejectedRecord.objects.filter(run=run, contract="database").count()
    kept = sum(landed.filter(external_id=record.external_id).exists() for record in page.records)
    assert kept + database_refused >= len(page.records)
    for rejection in page.rejections:
        stored = rejection.payload.replace("\0", "\\u0000")
        assert RawRejectedRecord.objects.filter(source=source, payload=stored, reason=rejection.reason).exists()
