"""What is followed without a key, with the real yt-dlp in its process, as far as the lake."""

import json

import psycopg
import pytest
from django.conf import settings as configured
from django.db import connection

from ingestion import enrolment, landing, locks
from ingestion.extraction import process
from ingestion.models import Course, FetchReason, IngestionRun, RawObservation, RawRecord, SubjectKind, Video
from ingestion.sources import yt_dlp_site
from ingestion.youtube.references import Reference
from tests.emulators import media
from tests.ingestion.audio.conftest import NOON
from tests.ingestion.extraction.conftest import VIDEO_ID, world

__all__ = ["world"]
pytestmark = pytest.mark.django_db

PLAYLIST = Reference(SubjectKind.PLAYLIST, "PL0123456789")
UPLOADS = media.CHANNEL_ID.replace("UC", "UU", 1)


@pytest.fixture(autouse=True)
def listed(world):
    """A second lecture, and lists of both and of one that is private."""
    world.site.lectures["lecture-002"] = media.Lecture(audio=b"a", title="Second", seconds=90)
    world.site.playlists[PLAYLIST.value] = [VIDEO_ID, "lecture-002", "lecture-404"]
    world.site.playlists[UPLOADS] = ["lecture-002", VIDEO_ID]


def read(reference, **options):
    return list(yt_dlp_site.YtDlpSite(reference, clock=lambda: NOON, **options).read())


def ids(pages):
    return [page.records[0].external_id for page in pages]


def test_a_playlist_is_one_page_and_each_of_its_videos_another():
    refused = []
    listing, *infos = read(PLAYLIST, on_refused=refused.append)
    assert (listing.kind, listing.records[0].video_id) == ("playlist_info", "")
    assert [entry["id"] for entry in listing.records[0].payload["entries"]] == [
        VIDEO_ID,
        "lecture-002",
        "lecture-404",
    ]
    assert ids(infos) == [VIDEO_ID, "lecture-002"]
    for page in infos:
        assert (page.kind, page.observed_at) == ("info", NOON)
        assert (page.playlist_id, page.playlist_title) == (PLAYLIST.value, "A course")
        assert page.location == f"https://www.youtube.com/watch?v={page.records[0].video_id}"
    assert refused == [yt_dlp_site.Refusal("lecture-404", FetchReason.GONE, "Video unavailable")]


def test_only_what_is_wanted_is_asked_about(world):
    seen = []

    def wants(entry):
        seen.append(entry)
        return entry.title == "Second"

    assert ids(read(PLAYLIST, wants=wants)) == [PLAYLIST.value, "lecture-002"]
    assert seen[1] == yt_dlp_site.Entry("lecture-002", "Second", 90, "")
    assert [VIDEO_ID in path for path in world.site.paths("/watch")] == [False]


def test_where_nothing_is_wanted_nothing_is_asked(world):
    assert ids(read(PLAYLIST, wants=lambda entry: False)) == [PLAYLIST.value]
    assert world.site.paths("/watch") == []


@pytest.mark.parametrize(
    ("value", "channel_id"), [("@ada", ""), ("@ada", media.CHANNEL_ID), (media.CHANNEL_ID, "")]
)
def test_of_a_channel_everything_it_has_put_up_is_listed(world, value, channel_id):
    pages = read(Reference(SubjectKind.CHANNEL, value), channel_id=channel_id)
    assert ids(pages) == [UPLOADS, "lecture-002", VIDEO_ID]
    assert [page.playlist_id for page in pages] == ["", "", ""]
    assert len(world.site.paths("/@ada")) == (0 if channel_id or value == media.CHANNEL_ID else 1)


def test_a_search_brings_videos_alone():
    pages = read(Reference(SubjectKind.SEARCH, "graphs"))
    assert ids(pages) == ["graphs", VIDEO_ID, "lecture-002"]


def test_a_listing_may_be_cut():
    assert ids(read(PLAYLIST, most_entries=1)) == [PLAYLIST.value, VIDEO_ID]


def test_a_video_alone_has_no_listing():
    assert ids(read(Reference(SubjectKind.VIDEO, VIDEO_ID))) == [VIDEO_ID]


def test_one_video_can_be_asked_about():
    assert ids([yt_dlp_site.fetch_info(VIDEO_ID)]) == [VIDEO_ID]
    with pytest.raises(yt_dlp_site.SiteError, match=r"^Video unavailable$") as failed:
        yt_dlp_site.fetch_info("lecture-404")
    assert (failed.value.reason, failed.value.permanent) == (FetchReason.GONE, True)


def test_a_channel_that_is_not_there_is_an_error():
    with pytest.raises(yt_dlp_site.SiteError) as failed:
        read(Reference(SubjectKind.CHANNEL, "@nobody"))
    assert failed.value.reason == FetchReason.GONE


def test_a_site_that_refuses_everyone_ends_the_reading(world):
    pages = yt_dlp_site.YtDlpSite(PLAYLIST).read()
    next(pages)
    refused = {"status": "LOGIN_REQUIRED", "reason": "Sign in to confirm you\u2019re not a bot"}
    world.lecture.playability = refused
    with pytest.raises(yt_dlp_site.SiteError) as failed:
        next(pages)
    assert (failed.value.reason, failed.value.permanent) == (FetchReason.BOT_CHECK, False)
    assert not any("lecture-002" in path for path in world.site.paths("/watch"))


def test_a_process_that_breaks_and_cookies_that_are_missing_are_errors_with_a_name(monkeypatch, settings):
    settings.YT_DLP_COOKIES_FILE = "/nowhere/cookies.txt"
    with pytest.raises(yt_dlp_site.SiteError) as failed:
        read(PLAYLIST)
    assert failed.value.reason == FetchReason.COOKIES_EXPIRED
    settings.YT_DLP_COOKIES_FILE = ""
    monkeypatch.setattr(yt_dlp_site, "LIMITS", process.Limits(whole_seconds=0))
    with pytest.raises(yt_dlp_site.SiteError) as failed:
        read(PLAYLIST)
    assert failed.value.reason == FetchReason.NETWORK


def test_it_lands_as_what_a_folder_of_yt_dlp_holds_and_twice_adds_a_sighting_alone(world):
    world.lecture.microformat = {"publishDate": "2026-01-01"}
    course = Course.objects.create(title="Graphs")
    run = IngestionRun.objects.create(source=yt_dlp_site.YtDlpSite.name, location=PLAYLIST.url)
    target = enrolment.Target(course_id=course.pk, title=course.title)
    for minute in (0, 1):
        now = NOON.replace(minute=minute)
        for page in yt_dlp_site.YtDlpSite(PLAYLIST, clock=lambda now=now: now).read():
            landing.land_page(page, run=run, target=target, now=now)
    assert sorted(RawRecord.objects.values_list("source", "kind", "external_id")) == [
        ("yt_dlp", "info", VIDEO_ID),
        ("yt_dlp", "info", "lecture-002"),
        ("yt_dlp", "playlist_info", PLAYLIST.value),
    ]
    assert RawObservation.objects.count() == 6
    assert sorted(course.videos.values_list("video_id", flat=True)) == [VIDEO_ID, "lecture-002"]
    assert Video.objects.get(video_id="lecture-002").duration_seconds == 90
    assert "secret" not in json.dumps(list(RawRecord.objects.values_list("payload", flat=True)))


def test_what_breaks_its_contract_lands_refused():
    page = yt_dlp_site.make_page({"id": VIDEO_ID, "title": 7}, location="x", observed_at=NOON)
    assert page.records == ()
    assert page.rejections[0].video_id == VIDEO_ID


@pytest.mark.django_db(transaction=True)
def test_only_one_reads_at_a_time():
    database = connection.settings_dict
    options = configured.DATABASES["default"]["OPTIONS"]
    with psycopg.connect(dbname=database["NAME"], user=database["USER"], **options) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [locks.key_of(yt_dlp_site.SLOT)])
        with pytest.raises(locks.AlreadyRunningError):
            read(PLAYLIST)
        with pytest.raises(locks.AlreadyRunningError):
            yt_dlp_site.fetch_info(VIDEO_ID)
