from datetime import UTC, datetime

import pytest

from ingestion import removal, services, sightings
from ingestion.models import Availability, Chapter, Video
from ingestion.sample_course import course
from tests.ingestion import folders

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DESCRIPTION = (
    "About keys.\n\nChapters:\n0:00 Two kinds\n1:31 Why they fail\n1:02:03 The end\n\nhttps://example.org"
)


def chapters_of(video_id="abcdefghijk"):
    rows = Chapter.objects.filter(video__video_id=video_id).order_by("position")
    return list(rows.values_list("position", "title", "start_seconds"))


@pytest.mark.parametrize(
    ("description", "starts"),
    [
        (DESCRIPTION, [0, 91, 3723]),
        ("00:00 - a\n00:30 - b\n01:00 - c", [0, 30, 60]),
        ("• (0:00) a\n• (0:30) b\n• (1:00) c", [0, 30, 60]),
        ("1. 0:00 a\n2. 0:30 b\n3. 1:00 c", [0, 30, 60]),
        ("はじめに 0:00\n鍵 0:30\n終わり 1:00", [0, 30, 60]),
        ("0:00 a\n0:30 b", []),
        ("0:01 a\n0:30 b\n1:00 c", []),
        ("0:00 a\n1:00 b\n0:30 c", []),
        ("0:00 a\n0:00 b\n0:30 c", []),
        ("0:00\n0:30\n1:00", []),
        ("0:00 a\n0:99 b\n1:00 c", []),
        ("at 16:9 and https://example.org:8080/0:00", []),
        ("", []),
        (None, []),
        (["0:00 a"], []),
    ],
)
def test_a_description_is_cut_by_youtubes_rule(description, starts):
    assert [start for _, start in sightings.read_description_chapters(description)] == starts


def test_a_chapters_title_stands_without_what_parts_it_from_its_time():
    read = sightings.read_description_chapters("0:00 - Two kinds\nWhy: they fail (1:31)\n[2:00] | A – B")  # noqa: RUF001
    assert [title for title, _ in read] == ["Two kinds", "Why: they fail", "A – B"]  # noqa: RUF001


@pytest.mark.parametrize(
    "chapters",
    [
        "0:00",
        {"0": {}},
        [None],
        [{"title": "a", "start_time": -1}],
        [{"title": "a", "start_time": "0"}],
        [{"title": None, "start_time": 0}],
        [{"title": "a", "start_time": 5}, {"title": "b", "start_time": 5}],
        [{"title": "a", "start_time": 0}, {"title": "b", "start_time": 10**400}],
        [{"title": "a", "start_time": start} for start in range(40_000)],
    ],
)
def test_odd_chapters_are_none(chapters):
    assert sightings.read_info_chapters(chapters) == ()


@pytest.mark.django_db
def test_an_info_file_fills_the_catalogue(tmp_path):
    chapters = [{"title": "a\x1b", "start_time": 0.0}, {"title": "b", "start_time": 30.5}]
    folders.write_info(
        tmp_path,
        folders.info(duration=61.5, view_count=7, timestamp=NOON.timestamp(), chapters=chapters),
    )
    services.ingest_folder(folder=tmp_path)
    video = Video.objects.get()
    assert (video.duration_seconds, video.view_count, video.published_at) == (61.5, 7, NOON)
    assert chapters_of() == [(0, "a", 0.0), (1, "b", 30.5)]


@pytest.mark.django_db
def test_the_day_of_the_upload_stands_in_for_its_moment(tmp_path):
    folders.write_info(tmp_path, folders.info(upload_date="20261123"))
    services.ingest_folder(folder=tmp_path)
    assert Video.objects.get().published_at == NOON.replace(hour=0)


@pytest.mark.django_db
def test_a_reply_fills_the_catalogue(tmp_path):
    resource = folders.video(
        snippet={"title": "t", "publishedAt": "2026-11-23T12:00:00Z", "description": DESCRIPTION},
        contentDetails={"duration": "PT1H3M"},
        statistics={"viewCount": "12"},
    )
    folders.write_reply(tmp_path / "2026-11-24", resource)
    services.ingest_folder(folder=tmp_path)
    video = Video.objects.get()
    assert (video.duration_seconds, video.view_count, video.published_at) == (3780, 12, NOON)
    assert chapters_of() == [(0, "Two kinds", 0), (1, "Why they fail", 91), (2, "The end", 3723)]


@pytest.mark.django_db
def test_a_reply_is_silent_on_what_was_not_asked_for(tmp_path):
    chapters = [{"title": "a", "start_time": 0}]
    folders.write_info(tmp_path, folders.info(duration=61, upload_date="20261123", chapters=chapters))
    folders.write_reply(tmp_path / "2026-11-24", folders.video(statistics={"viewCount": "12"}))
    services.ingest_folder(folder=tmp_path)
    video = Video.objects.get()
    assert (video.duration_seconds, video.view_count) == (61, 12)
    assert video.published_at == NOON.replace(hour=0)
    assert chapters_of() == [(0, "a", 0)]


@pytest.mark.django_db
def test_views_that_are_hidden_now_are_unknown(tmp_path):
    folders.write_reply(tmp_path / "2026-11-23", folders.video())
    folders.write_reply(tmp_path / "2026-11-24", folders.video(statistics={"likeCount": "1"}))
    services.ingest_folder(folder=tmp_path)
    assert Video.objects.get().view_count is None


@pytest.mark.django_db
def test_an_older_sighting_adds_only_what_lasts(tmp_path):
    old = folders.video(
        contentDetails={"duration": "PT1M"}, snippet={"title": "old", "publishedAt": "2026-11-23T12:00:00Z"}
    )
    folders.write_reply(tmp_path / "a" / "2026-11-24", folders.video(statistics={"viewCount": "12"}))
    folders.write_reply(tmp_path / "b" / "2026-11-23", old)
    for name in ("a", "b"):
        services.ingest_folder(folder=tmp_path / name)
    video = Video.objects.get()
    assert (video.title, video.view_count) == ("Lecture abcdefghijk", 12)
    assert (video.duration_seconds, video.published_at) == (60, NOON)


@pytest.mark.django_db
def test_a_playlist_item_seen_later_hides_no_count(tmp_path):
    item = {
        "kind": "youtube#playlistItem",
        "id": "item",
        "snippet": {"title": "t", "thumbnails": {"default": {}}, "resourceId": {"videoId": "abcdefghijk"}},
    }
    folders.write_reply(tmp_path / "a" / "2026-11-24", item)
    folders.write_reply(tmp_path / "b" / "2026-11-23", folders.video())
    for name in ("a", "b"):
        services.ingest_folder(folder=tmp_path / name)
    assert Video.objects.get().view_count == 10


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"duration": -5, "view_count": -1, "timestamp": -1e300, "chapters": "none"},
        {"duration": 1e300, "view_count": 10**30, "timestamp": 1e18, "chapters": [[]]},
        {"duration": "61", "view_count": "7", "upload_date": ["20261123"], "chapters": [{"start_time": {}}]},
        {"upload_date": "2026-99-99", "availability": ["public"], "chapters": {"a": 1}},
    ],
)
def test_odd_values_of_an_info_file_are_unknown_and_the_page_lands(tmp_path, fields):
    folders.write_info(tmp_path, folders.info(**fields))
    (run,) = services.ingest_folder(folder=tmp_path)
    video = Video.objects.get()
    assert (run.record_count, run.rejected_count) == (1, 0)
    assert (video.duration_seconds, video.view_count, video.published_at) == (None, None, None)
    assert (video.availability, chapters_of()) == (Availability.PUBLIC, [])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"contentDetails": {"duration": "P9999999999Y"}, "statistics": {"viewCount": "9" * 4000}},
        {"snippet": {"title": 3, "publishedAt": {}, "description": 7}, "statistics": None},
        {"snippet": {"publishedAt": "0000-00-00"}, "statistics": {}, "status": {"privacyStatus": ["public"]}},
    ],
)
def test_odd_values_of_a_reply_are_unknown_and_the_page_lands(tmp_path, fields):
    folders.write_reply(tmp_path / "2026-11-24", folders.video(**fields))
    (run,) = services.ingest_folder(folder=tmp_path)
    video = Video.objects.get()
    assert (run.record_count, run.rejected_count) == (1, 0)
    assert (video.duration_seconds, video.view_count, video.published_at) == (None, None, None)


@pytest.mark.django_db
def test_chapters_follow_their_newest_sighting(tmp_path):
    chapters = [{"title": "a", "start_time": 0}, {"title": "b", "start_time": 5}]
    path = folders.write_info(tmp_path, folders.info(chapters=chapters))
    services.ingest_folder(folder=tmp_path)
    path.write_text(path.read_text().replace('"b"', '"c"').replace("1763020800", "1763020900"))
    services.ingest_folder(folder=tmp_path)
    assert chapters_of() == [(0, "a", 0), (1, "c", 5)]
    folders.write_info(tmp_path, folders.info(epoch=1763021000))
    services.ingest_folder(folder=tmp_path)
    assert chapters_of() == []


@pytest.mark.django_db
def test_a_tombstone_holds_nothing_of_the_catalogue(tmp_path):
    chapters = [{"title": "a", "start_time": 0}]
    folders.write_info(
        tmp_path, folders.info(duration=61, view_count=7, chapters=chapters, upload_date="20261123")
    )
    services.ingest_folder(folder=tmp_path)
    removal.remove_video(video_id="abcdefghijk", reason="on request", now=NOON)
    services.ingest_folder(folder=tmp_path)
    video = Video.objects.get()
    for name, value in removal.NOTHING_KNOWN.items():
        assert getattr(video, name) == value, name
    assert (video.removal_reason, video.removed_at, chapters_of()) == ("on request", NOON, [])


@pytest.mark.django_db
def test_the_sample_course_ends_with_its_newest_numbers():
    catalogue_of = course.read_catalogue()
    services.ingest_folder(folder=course.FOLDER)
    videos = list(Video.objects.all())
    assert len(videos) == 8
    for video in videos:
        entry = catalogue_of["videos"][video.video_id]
        assert (video.view_count, video.published_at) == (entry["views"][-1], entry["published_at"])
        assert 200 < video.duration_seconds < 230
        starts = [start for _, _, start in chapters_of(video.video_id)]
        assert len(starts) >= 4
        assert starts[0] == 0


@pytest.mark.django_db
def test_real_info_files_fill_the_catalogue(shared_data):
    services.ingest_folder(folder=shared_data / "yt_dlp_info")
    video = Video.objects.get(video_id="128Ts5r9NRE")
    assert (video.duration_seconds, video.view_count) == (574, 3212985)
    assert video.published_at == datetime.fromtimestamp(1398723396, tz=UTC)
    assert chapters_of("128Ts5r9NRE")[1] == (1, "Social Cognitive Learning", 65.0)
    assert Chapter.objects.count() == 59
    assert not Video.objects.filter(duration_seconds=None).exists()


@pytest.mark.django_db
def test_the_recorded_replies_fill_the_catalogue(shared_data):
    services.ingest_folder(folder=shared_data / "youtube_api")
    video = Video.objects.get(video_id="LAfY6gU-PhY")
    assert (video.duration_seconds, video.view_count) == (486, 192573)
    assert video.published_at == datetime(2018, 1, 28, 6, 58, 6, tzinfo=UTC)
    assert Video.objects.exclude(view_count=None).count() == 24
    assert Video.objects.exclude(published_at=None).count() == 37
