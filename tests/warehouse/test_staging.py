"""Staging views over payloads as they really come."""

import json

import pytest
from django.db import connection

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
        ("yt_dlp", "info"),
    ],
)
def test_no_payload_makes_a_view_fail(source, kind, payload):
    factories.land(source=source, kind=kind, external_id="odd", payload=payload)
    prefix = "" if source == "youtube_api" else "yt_dlp_"
    assert len(read(f"stg_{prefix}{kind}")) == 1
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
