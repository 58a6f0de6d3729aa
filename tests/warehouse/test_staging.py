"""Staging views over payloads as they really come."""

import json

import pytest
from django.db import connection

from ingestion import services
from tests.warehouse import factories

pytestmark = pytest.mark.django_db


def read(relation: str, **wanted: str) -> list[dict]:
    condition = " and ".join(f"{column} = %s" for column in wanted) or "true"
    with connection.cursor() as cursor:
        cursor.execute(f"select * from {relation} where {condition}", list(wanted.values()))
        columns = [column.name for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def test_every_recorded_reply_can_be_staged(shared_data):
    assert factories.land_replies(shared_data / "youtube_api") > 150
    assert len(read("stg_video")) == 37
    assert len(read("stg_channel")) == 2
    assert all(video["duration_seconds"] is None or video["duration_seconds"] > 0 for video in read("stg_video"))
    assert {item["title"] for item in read("stg_playlist_item") if item["is_placeholder"]} == {"Private video"}


def test_recorded_threads_captions_and_finds_can_be_staged(shared_data):
    services.ingest_folder(folder=shared_data / "youtube_api")
    (thread,) = read("stg_comment_thread", comment_thread_id="UgyZ1jqkHKYvi1-ruOZ4AaABAg")
    assert (thread["video_id"], thread["text"], thread["like_count"]) == ("F1UP7wRCPH8", "Google.com", 0)
    assert (thread["author_channel_id"], thread["reply_count"], thread["is_public"]) == (
        "UCzj-CjKYmGlZ7vTL-vOe57A",
        0,
        True,
    )
    assert f"{thread['published_at']:%Y-%m-%d %H:%M:%S}" == "2019-11-26 15:51:44"
    (caption,) = read("stg_caption", caption_id="SwPOvp0r7kd9ttt_XhcHdZthMwXG7Z0I")
    assert (caption["video_id"], caption["language_code"], caption["track_kind"]) == (
        "oHR3wURdJ94",
        "en",
        "standard",
    )
    assert (caption["is_draft"], caption["is_closed_caption"]) == (False, False)
    finds = {find["found_kind"] for find in read("stg_search_result")}
    assert finds == {"video", "channel", "playlist"}
    (find,) = read("stg_search_result", search_result_id="youtube#video/gQ_1zX-F_No")
    assert (find["video_id"], find["channel_id"]) == ("gQ_1zX-F_No", "UCo_q6aOlvPH7M-j_XGWVgXg")
    assert any("&#39;" in find["html_title"] for find in read("stg_search_result"))


def test_a_playlist_that_yt_dlp_described_can_be_staged():
    payload = {
        "id": "PL1",
        "title": "A course",
        "channel": "A channel",
        "channel_id": "UC1",
        "uploader_id": "@channel",
        "playlist_count": 12,
        "view_count": None,
        "modified_date": "20261101",
    }
    factories.land(source="yt_dlp", kind="playlist_info", external_id="PL1", payload=payload)
    (playlist,) = read("stg_playlist_info")
    assert (playlist["playlist_id"], playlist["channel_id"], playlist["channel_handle"]) == (
        "PL1",
        "UC1",
        "@channel",
    )
    assert (playlist["item_count"], playlist["view_count"]) == (12, None)
    assert f"{playlist['modified_at']:%Y-%m-%d}" == "2026-11-01"


def test_statistics_that_came_alone_can_be_staged():
    payload = {
        "kind": "youtube#videoStats",
        "id": "a",
        "snippet": {"publishTime": "2026-09-01T12:00:00Z"},
        "statistics": {"viewCount": "7", "likeCount": "2"},
    }
    factories.land(kind="video_stats", external_id="a", payload=payload)
    later = payload | {"statistics": {"viewCount": "9", "commentCount": "1"}}
    factories.land(kind="video_stats", external_id="a", payload=later, observed_at=factories.SECOND_DAY)
    (row,) = read("stg_video_stats")
    assert (row["video_id"], row["view_count"], row["like_count"], row["comment_count"]) == ("a", 9, None, 1)
    assert row["observed_at"] == factories.SECOND_DAY
    assert f"{row['published_at']:%Y-%m-%d %H:%M}" == "2026-09-01 12:00"


def test_a_video_that_is_absent_again_is_one_row_with_its_latest_absence():
    for day in (factories.FIRST_DAY, factories.SECOND_DAY):
        factories.land(kind="absence", external_id="a", payload={"id": "a"}, observed_at=day)
    assert read("stg_absence") == [{"video_id": "a", "observed_at": factories.SECOND_DAY}]


def test_every_recorded_info_dict_can_be_staged(shared_data):
    assert factories.land_infos(shared_data / "yt_dlp_info") == 6
    (info,) = read("stg_yt_dlp_info", video_id="128Ts5r9NRE")
    assert info["view_count"] == 3_212_985
    assert info["channel_handle"] == "@crashcourse"
    assert info["duration_seconds"] == 574
    assert info["category_title"] == "Education"
    assert f"{info['published_at']:%Y-%m-%d}" == "2014-04-28"


def test_the_newest_sighting_wins_even_when_it_is_an_old_payload_again():
    first = {"snippet": {"title": "First"}}
    factories.land_video("a", **first)
    factories.land_video("a", snippet={"title": "Second"}, observed_at=factories.SECOND_DAY)
    assert [video["title"] for video in read("stg_video")] == ["Second"]
    factories.land_video("a", **first, observed_at=factories.SECOND_DAY.replace(hour=23))
    assert [video["title"] for video in read("stg_video")] == ["First"]


def test_a_part_that_the_newest_pull_left_out_is_kept_from_an_older_one():
    factories.land_video("a", snippet={"title": "Kept"}, statistics={"viewCount": "1"})
    factories.land_video("a", statistics={"viewCount": "2"}, observed_at=factories.SECOND_DAY)
    (video,) = read("stg_video")
    assert (video["title"], video["view_count"]) == ("Kept", 2)
    assert video["observed_at"] == factories.SECOND_DAY


def test_hidden_counts_stay_null():
    factories.land_video("a", statistics={"viewCount": "5"})
    factories.land(
        kind="channel",
        external_id="UC1",
        payload={"statistics": {"subscriberCount": "0", "hiddenSubscriberCount": True}},
    )
    assert read("stg_video")[0]["like_count"] is None
    (channel,) = read("stg_channel")
    assert (channel["subscriber_count"], channel["has_hidden_subscribers"]) == (None, True)


@pytest.mark.parametrize(
    "payload",
    [
        [],
        "text",
        7,
        {},
        {"snippet": None, "statistics": [], "contentDetails": "x"},
        {"snippet": {"tags": "one", "publishedAt": 5, "title": {"a": 1}, "categoryId": ["2"]}},
        {"statistics": {"viewCount": "many", "likeCount": {}, "commentCount": -1}},
        {"tags": {"a": 1}, "duration": [], "timestamp": "soon", "upload_date": 5, "categories": [[1]]},
    ],
)
@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("youtube_api", "video"),
        ("youtube_api", "channel"),
        ("youtube_api", "playlist"),
        ("youtube_api", "playlist_item"),
        ("youtube_api", "video_category"),
        ("youtube_api", "comment_thread"),
        ("youtube_api", "caption"),
        ("youtube_api", "search_result"),
        ("youtube_api", "video_stats"),
        ("youtube_api", "absence"),
        ("yt_dlp", "info"),
        ("yt_dlp", "playlist_info"),
    ],
)
def test_no_payload_makes_a_view_fail(source, kind, payload):
    factories.land(source=source, kind=kind, external_id="odd", payload=payload)
    relation = "stg_yt_dlp_info" if kind == "info" else f"stg_{kind}"
    assert len(read(relation)) == 1
    for relation in ("int_video", "int_channel", "int_video_snapshot", "int_channel_snapshot"):
        read(relation)


def test_a_payload_never_seen_is_not_staged():
    record = factories.land_video("a")
    record.observations.all().delete()
    assert read("stg_video") == []


def test_one_video_is_one_row_however_often_it_was_seen():
    for day in (factories.FIRST_DAY, factories.SECOND_DAY):
        factories.land_video("a", observed_at=day)
        factories.land_video("a", snippet={"title": json.dumps(str(day))}, observed_at=day)
    assert len(read("stg_video")) == 1
    assert len(read("int_video_snapshot")) == 2
