"""Building the warehouse, building it again, and taking a video out."""

import pytest
from django.db import connection
from django.utils import timezone

from ingestion.models import Availability, RawRecord, Video
from tests.warehouse import factories
from warehouse import loads, services
from warehouse.models import (
    BridgePlaylistVideo,
    DimCategory,
    DimChannel,
    DimCountry,
    DimTag,
    DimVideo,
    FctTranscription,
    FctTranscriptSegment,
    FctVideoSnapshot,
    MartVideoCurrent,
    WarehouseBuild,
)

pytestmark = pytest.mark.django_db


def read_row_versions() -> dict[str, list]:
    """Read which transaction wrote each row of each table."""
    versions = {}
    with connection.cursor() as cursor:
        for model in loads.TABLES:
            table = model._meta.db_table
            cursor.execute(f"select cast(xmin as text), ctid from {table} order by ctid")
            versions[table] = cursor.fetchall()
    return versions


@pytest.fixture
def landed(shared_data):
    factories.land_replies(shared_data / "youtube_api")
    factories.land_infos(shared_data / "yt_dlp_info")
    video = Video.objects.create(video_id="128Ts5r9NRE", title="The Bobo Beatdown")
    row = factories.create_transcription(
        video, texts=["people learn", "by watching others"], gated=["bye bye bye"]
    )
    factories.create_correction(row, position=0, text="People learned")


@pytest.mark.usefixtures("landed")
def test_a_second_build_touches_no_row():
    changed = services.build_warehouse()
    assert all(
        load.inserted_count for load in changed if load.table != "bridge_video_topic" and "topic" not in load.table
    )
    before = read_row_versions()
    assert not any(load.changed_count for load in services.build_warehouse())
    assert read_row_versions() == before
    assert WarehouseBuild.objects.count() == 1


@pytest.mark.usefixtures("landed")
def test_only_what_changed_is_written():
    services.build_warehouse()
    factories.land_video("LAfY6gU-PhY", statistics={"viewCount": "9"}, observed_at=factories.SECOND_DAY)
    changed = {load.table: load for load in services.build_warehouse() if load.changed_count}
    assert changed.keys() == {"fct_video_snapshot"}
    assert changed["fct_video_snapshot"].inserted_count == 1


@pytest.mark.usefixtures("landed")
def test_a_damaged_table_is_mended():
    services.build_warehouse()
    DimVideo.objects.filter(video_id="128Ts5r9NRE").update(title="Wrong")
    (load,) = [load for load in services.build_warehouse() if load.changed_count]
    assert (load.table, load.updated_count) == ("dim_video", 1)
    assert DimVideo.objects.get(video_id="128Ts5r9NRE").title.startswith("The Bobo Beatdown")


def test_progress_finishes_with_a_build_and_opens_again_with_new_input():
    assert not services.build_progress().is_finished
    services.build_warehouse()
    assert services.build_progress().is_finished
    factories.land_video("a", statistics={"viewCount": "1"})
    assert not services.build_progress().is_finished
    services.build_warehouse()
    progress = services.build_progress()
    assert progress.is_finished
    assert progress.row_count == 3


def test_progress_opens_when_another_transcription_is_preferred():
    video = Video.objects.create(video_id="a")
    first = factories.create_transcription(video, texts=["one"], digest="one")
    second = factories.create_transcription(video, texts=["uno dos"], digest="two", is_preferred=False)
    services.build_warehouse()
    assert FctTranscriptSegment.objects.get().text == "one"
    type(first).objects.filter(pk=first.pk).update(is_preferred=False)
    type(second).objects.filter(pk=second.pk).update(is_preferred=True)
    assert not services.build_progress().is_finished
    services.build_warehouse()
    assert FctTranscriptSegment.objects.get().text == "uno dos"
    assert FctTranscription.objects.count() == 2


def test_progress_opens_when_the_last_sighting_goes_and_another_comes():
    record = factories.land_video("a")
    services.build_warehouse()
    record.delete()
    factories.land_video("b")
    assert not services.build_progress().is_finished


def test_a_video_names_a_channel_that_was_never_pulled():
    factories.land_video("a", snippet={"channelId": "UC1", "channelTitle": "Stub", "categoryId": "27"})
    services.build_warehouse()
    channel = DimChannel.objects.get()
    assert (channel.channel_id, channel.title, channel.is_stub) == ("UC1", "Stub", True)
    assert DimVideo.objects.get().channel == channel
    assert DimCategory.objects.get().title == ""


def test_a_country_is_one_row_for_all_its_channels():
    for name in ("UC1", "UC2"):
        factories.land(kind="channel", external_id=name, payload={"snippet": {"country": "br"}})
    services.build_warehouse()
    assert DimCountry.objects.get().country_code == "BR"
    assert DimChannel.objects.filter(country__country_code="BR", is_stub=False).count() == 2


def test_the_api_wins_over_yt_dlp_and_yt_dlp_fills_the_rest():
    category = {"snippet": {"title": "Education", "assignable": True}}
    factories.land(kind="video_category", external_id="27", payload=category)
    factories.land_video("a", snippet={"title": "By the API"}, contentDetails={"duration": "PT10S"})
    factories.land_info(
        "a",
        title="By yt-dlp",
        duration=11,
        language="pt-BR",
        categories=["Education"],
        tags=["one", " one ", ""],
        observed_at=factories.SECOND_DAY,
    )
    services.build_warehouse()
    video = DimVideo.objects.get()
    assert (video.title, video.duration_seconds) == ("By the API", 10)
    assert (video.language.language_code, video.language.primary_code) == ("pt-BR", "pt")
    assert video.category.title == "Education"
    assert [tag.tag for tag in DimTag.objects.all()] == ["one"]


def test_both_sources_leave_a_snapshot_of_their_own():
    factories.land_video("a", statistics={"viewCount": "5"})
    factories.land_info("a", view_count=6, like_count=2)
    services.build_warehouse()
    snapshots = FctVideoSnapshot.objects.order_by("source")
    assert list(snapshots.values_list("source", "view_count", "like_count")) == [
        ("youtube_api", 5, None),
        ("yt_dlp", 6, 2),
    ]


def test_a_quiet_day_is_a_snapshot_too():
    for day in (factories.FIRST_DAY, factories.SECOND_DAY):
        factories.land_video("a", statistics={"viewCount": "5"}, observed_at=day)
    services.build_warehouse()
    assert RawRecord.objects.count() == 1
    assert FctVideoSnapshot.objects.count() == 2


def test_a_playlist_may_list_a_video_twice():
    for position in (0, 2):
        factories.land_playlist_item(playlist_id="PL1", video_id="a", position=position)
    services.build_warehouse()
    assert list(BridgePlaylistVideo.objects.order_by("position").values_list("position", flat=True)) == [0, 2]
    assert DimVideo.objects.count() == 1


def test_a_private_entry_leaves_a_video_without_the_placeholder_title():
    factories.land_playlist_item(playlist_id="PL1", video_id="a", position=0, title="Private video", thumbnails={})
    services.build_warehouse()
    assert DimVideo.objects.get().title == ""


def test_an_escaped_search_title_reaches_no_dimension(shared_data):
    payload = {"id": {"kind": "youtube#video", "videoId": "a"}, "snippet": {"title": "Don&#39;t"}}
    factories.land(kind="search_result", external_id="a", payload=payload)
    factories.land_video("a", snippet={"title": "Don't"})
    services.build_warehouse()
    assert DimVideo.objects.get().title == "Don't"


def test_only_ended_transcriptions_are_facts():
    video = Video.objects.create(video_id="a", title="A")
    factories.create_transcription(video, state="running", is_preferred=False, digest="late")
    factories.create_transcription(video, state="no_audio", is_preferred=False)
    services.build_warehouse()
    assert FctTranscription.objects.get().outcome == "no_audio"
    assert MartVideoCurrent.objects.get().transcription_state == "no_audio"


def test_quality_is_weighted_and_gated_words_do_not_count():
    video = Video.objects.create(video_id="a")
    factories.create_transcription(video, texts=["one two", "three"], gated=["four four four"])
    services.build_warehouse()
    fact = FctTranscription.objects.get()
    assert (fact.segment_count, fact.gated_segment_count, fact.word_count) == (3, 1, 3)
    assert fact.average_log_probability == pytest.approx(-0.2)
    assert FctTranscriptSegment.objects.filter(is_gated=True).get().text == "four four four"


@pytest.mark.usefixtures("landed")
def test_a_removed_video_leaves_no_row():
    services.build_warehouse()
    Video.objects.filter(video_id="128Ts5r9NRE").update(
        title="", availability=Availability.REMOVED, removed_at=timezone.now()
    )
    assert services.withdraw_removed() == 1
    assert services.withdraw_removed() == 0
    assert not FctTranscriptSegment.objects.exists()
    assert not FctTranscription.objects.exists()
    assert not MartVideoCurrent.objects.filter(video_id="128Ts5r9NRE").exists()
    assert not DimTag.objects.filter(tag="Bobo Doll Experiment").exists()
    services.build_warehouse()
    assert not DimVideo.objects.filter(video_id="128Ts5r9NRE").exists()
    assert services.build_progress().is_finished


@pytest.mark.usefixtures("landed")
def test_a_video_that_is_gone_at_its_source_leaves_the_marts_until_it_is_back():
    services.build_warehouse()
    before = list(MartVideoCurrent.objects.order_by("pk").values())
    Video.objects.filter(video_id="128Ts5r9NRE").update(availability=Availability.DELETED)
    assert services.withdraw_removed() == 1
    assert not MartVideoCurrent.objects.filter(video_id="128Ts5r9NRE").exists()
    services.build_warehouse()
    assert not DimVideo.objects.filter(video_id="128Ts5r9NRE").exists()
    Video.objects.filter(video_id="128Ts5r9NRE").update(availability=Availability.PUBLIC)
    services.build_warehouse()
    assert list(MartVideoCurrent.objects.order_by("pk").values()) == before


@pytest.mark.usefixtures("landed")
def test_a_build_alone_takes_a_removed_video_out():
    services.build_warehouse()
    Video.objects.filter(video_id="128Ts5r9NRE").update(
        title="", availability=Availability.REMOVED, removed_at=timezone.now()
    )
    assert not services.build_progress().is_finished
    changed = {load.table: load.deleted_count for load in services.build_warehouse()}
    assert changed["dim_video"] == 1
    assert changed["fct_transcript_segment"] == 3


@pytest.mark.usefixtures("landed")
def test_rows_are_counted_layer_by_layer():
    services.build_warehouse()
    relations = services.count_rows()
    assert {relation.layer for relation in relations} == {"staging", "snowflake", "marts"}
    counts = {relation.name: relation.row_count for relation in relations}
    assert counts["mart_video_current"] == counts["dim_video"] == DimVideo.objects.count()
