"""What analysts read."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pandas
import pytest

from ingestion.models import Video
from tests.warehouse import factories
from warehouse import quality, services
from warehouse.models import (
    BridgePlaylistVideo,
    FctTranscriptSegment,
    MartChannelTotals,
    MartSpeechPace,
    MartTranscriptQuality,
    MartVideoCurrent,
    MartVideoDaily,
    MartViewVelocity,
)

pytestmark = pytest.mark.django_db


def read_archive(videos: pandas.DataFrame) -> Iterator[tuple[str, str, dict]]:
    """Read flat rows as videos in the shape of the API, each also an entry of two playlists that overlap."""
    for position, row in enumerate(videos.itertuples()):
        yield "video", row.video_id, build_video(row)
        for playlist_id in ("PL1", "PL2"):
            item = factories.build_playlist_item(playlist_id=playlist_id, video_id=row.video_id, position=position)
            yield "playlist_item", item["id"], item


def build_video(row) -> dict:
    statistics = {
        "viewCount": row.view_count,
        "likeCount": row.like_count,
        "commentCount": row.comment_count,
    }
    return {
        "kind": "youtube#video",
        "id": row.video_id,
        "snippet": {
            "channelId": "UC" + hashlib.sha256(row.channel_title.encode()).hexdigest()[:22],
            "channelTitle": row.channel_title,
            "title": row.title,
            "tags": [] if row.tags is None else list(row.tags),
            "publishedAt": row.published_at,
        },
        "contentDetails": {"duration": row.duration, "caption": row.caption},
        "statistics": {name: value for name, value in statistics.items() if value is not None},
    }


def test_a_channels_likes_are_summed_over_videos_and_not_over_a_fan_out(shared_data):
    videos = pandas.read_parquet(shared_data / "channel_archive" / "video_details.parquet")
    factories.land_many(list(read_archive(videos)))
    services.build_warehouse()
    assert BridgePlaylistVideo.objects.count() == 2 * 787
    assert MartVideoCurrent.objects.count() == 509
    assert MartChannelTotals.objects.count() == 8
    assert MartChannelTotals.objects.get(title="Yannic Kilcher").like_count == 346_272


def test_hidden_likes_stay_null_in_every_mart():
    factories.land_video("a", snippet={"channelId": "UC1"}, statistics={"viewCount": "5"})
    services.build_warehouse()
    assert MartVideoCurrent.objects.get().like_count is None
    assert MartVideoDaily.objects.get().like_count is None
    totals = MartChannelTotals.objects.get()
    assert (totals.like_count, totals.hidden_like_video_count, totals.view_count) == (None, 1, 5)


def test_a_pull_without_statistics_hides_no_totals():
    factories.land_video("a", statistics={"viewCount": "5"})
    factories.land_video("a", snippet={"title": "New"}, observed_at=factories.SECOND_DAY)
    services.build_warehouse()
    video = MartVideoCurrent.objects.get()
    assert (video.title, video.view_count, video.observed_at) == ("New", 5, factories.FIRST_DAY)
    assert MartVideoDaily.objects.count() == 1


def test_a_day_shows_its_last_totals_and_the_gain_since_the_day_before():
    for day, hour, views in ((1, 6, "10"), (1, 23, "15"), (4, 6, "40")):
        factories.land_video(
            "a", statistics={"viewCount": views}, observed_at=datetime(2026, 9, day, hour, tzinfo=UTC)
        )
    services.build_warehouse()
    rows = MartVideoDaily.objects.order_by("day_on").values_list(
        "day_on__day", "view_count", "view_gain", "days_since_previous"
    )
    assert list(rows) == [(1, 15, None, None), (4, 40, 25, 3)]


def test_a_gain_across_two_meanings_of_a_view_is_flagged():
    for moment in (
        datetime(2025, 3, 30, 23, 59, tzinfo=UTC),
        datetime(2025, 3, 31, tzinfo=UTC),
        datetime(2026, 8, 26, tzinfo=UTC),
        datetime(2026, 8, 27, tzinfo=UTC),
    ):
        factories.land_video("a", statistics={"viewCount": "10"}, observed_at=moment)
    services.build_warehouse()
    rows = MartVideoDaily.objects.order_by("day_on").values_list("view_count_regime", "is_regime_change")
    assert list(rows) == [
        ("legacy", False),
        ("shorts_at_start", True),
        ("shorts_at_start", False),
        ("all_at_start", True),
    ]


def test_pace_is_words_over_the_seconds_spoken_minute_by_minute():
    video = Video.objects.create(video_id="a", title="A")
    factories.create_transcription(
        video, texts=["one two three", "four", "five six"], gated=["seven"], seconds_each=30.0
    )
    services.build_warehouse()
    rows = MartSpeechPace.objects.order_by("minute_number").values_list(
        "minute_number", "word_count", "speech_seconds", "words_per_minute"
    )
    assert list(rows) == [(0, 4, 60.0, 4.0), (1, 2, 30.0, 4.0)]


def test_a_segment_without_length_has_no_pace():
    video = Video.objects.create(video_id="a")
    factories.create_transcription(video, texts=["one"], seconds_each=0.0)
    services.build_warehouse()
    assert FctTranscriptSegment.objects.count() == 1
    assert MartSpeechPace.objects.get().words_per_minute is None


def test_corrections_count_where_they_stand_and_apart_where_they_fit_nothing():
    video = Video.objects.create(video_id="a", title="A")
    row = factories.create_transcription(video, texts=["one two", "three", "four"], gated=["five"])
    factories.create_correction(row, position=0, text="won two")
    factories.create_correction(row, position=1, text="tree", word_edit_count=9)
    factories.create_correction(row, position=1, text="three", version=2, word_edit_count=0)
    unplaced = factories.create_correction(row, position=2, text="for", word_edit_count=7)
    row.segments.filter(position=2).update(text="four", heard_text="", correction=None)
    services.build_warehouse()
    mart = MartTranscriptQuality.objects.get()
    assert (mart.segment_count, mart.gated_segment_count, mart.correction_count) == (4, 1, 4)
    assert (mart.corrected_segment_count, mart.corrected_segment_share) == (1, pytest.approx(1 / 3))
    assert (mart.unplaced_correction_count, mart.word_edit_count) == (1, 1)
    unplaced.delete()
    services.build_warehouse()
    assert MartTranscriptQuality.objects.get().unplaced_correction_count == 0


def test_a_line_that_was_taken_out_is_corrected_and_not_doubted():
    row = factories.create_transcription(Video.objects.create(video_id="a"), texts=["one two", "three"])
    factories.create_correction(row, position=1, text="", word_edit_count=1)
    row.segments.filter(position=1).update(gate_reason="not_said")
    services.build_warehouse()
    mart = MartTranscriptQuality.objects.get()
    assert (mart.segment_count, mart.gated_segment_count, mart.word_count) == (2, 0, 2)
    assert (mart.corrected_segment_count, mart.corrected_segment_share) == (1, 0.5)
    row.segments.filter(position=1).delete()
    services.build_warehouse()
    assert MartTranscriptQuality.objects.get().unplaced_correction_count == 0
    assert all(check.is_passed for check in quality.run_checks())


def test_a_video_shows_how_far_its_transcript_has_come():
    video = Video.objects.create(video_id="a")
    Video.objects.create(video_id="b")
    factories.create_transcription(video, texts=["one two"], gated=["three"])
    factories.create_transcription(video, texts=["uno"], is_preferred=False, digest="two")
    services.build_warehouse()
    rows = MartVideoCurrent.objects.order_by("video_id").values_list(
        "video_id", "transcription_state", "word_count", "gated_segment_count"
    )
    assert list(rows) == [("a", "done", 2, 1), ("b", "pending", 0, 0)]


NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def poll(minutes_and_views: dict[float, int], *, start: datetime = NOON) -> list[tuple]:
    """Land statistics so many minutes after the start and return the windows: minute, gain, polls."""
    factories.land_video("a", snippet={"title": "Keys"})
    for minutes, views in minutes_and_views.items():
        factories.land(
            kind="video_stats",
            external_id="a",
            payload={"kind": "youtube#videoStats", "id": "a", "statistics": {"viewCount": str(views)}},
            observed_at=start + timedelta(minutes=minutes),
        )
    services.build_warehouse()
    rows = MartViewVelocity.objects.order_by("window_start_at")
    return [((row.window_start_at - start).total_seconds() / 60, row.view_gain, row.poll_count) for row in rows]


def test_windows_of_an_hour_begin_every_quarter():
    windows = poll({0: 0, 15: 10, 30: 30, 45: 60, 60: 100, 75: 150, 90: 210})
    assert windows == [(0, 100, 4), (15, 140, 4), (30, 180, 4)]


def test_a_late_poll_is_read_off_the_line_to_it():
    assert poll({0: 0, 15: 15, 30: 30, 52: 52, 67: 67, 75: 75}) == [(0, 60, 3), (15, 60, 4)]


def test_a_missing_poll_leaves_no_hole():
    assert poll({0: 0, 15: 15, 60: 60, 75: 75}) == [(0, 60, 2), (15, 60, 2)]


def test_nothing_is_told_of_hours_without_polls():
    windows = poll({0: 0, 60: 60, 181: 600, 211: 630, 241: 660, 256: 675})
    assert windows == [(0, 60, 1), (195, 60, 2)]


def test_polls_off_the_quarters_count_as_well():
    assert poll({-7: 0, 8: 150, 23: 300, 38: 450, 53: 600, 68: 750}) == [(0, 600, 4)]


def test_views_taken_back_are_a_loss():
    assert poll({0: 1000, 30: 900, 60: 800}) == [(0, -200, 2)]


def test_a_window_over_two_meanings_of_a_view_is_flagged():
    poll({-60: 0, -30: 30, 0: 60, 30: 200, 60: 400}, start=datetime(2026, 8, 27, tzinfo=UTC))
    rows = MartViewVelocity.objects.order_by("window_start_at").values_list(
        "view_count_regime", "is_regime_change"
    )
    assert list(rows) == [
        ("all_at_start", True),
        ("all_at_start", True),
        ("all_at_start", True),
        ("all_at_start", True),
        ("all_at_start", False),
    ]


def test_hidden_views_have_no_velocity():
    for minutes in (0, 30, 60, 90):
        factories.land_video("a", statistics={}, observed_at=NOON + timedelta(minutes=minutes))
    services.build_warehouse()
    assert not MartViewVelocity.objects.exists()
