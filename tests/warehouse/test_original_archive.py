"""The archive of the pipeline that Lectern replaces, all the way to the marts."""

import pytest
from django.db import connection

from ingestion import services as ingestion
from ingestion.sources import archive
from transcripts import services as transcripts
from transcripts.models import Segment, State, Transcription
from warehouse import quality, services

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(shared_data):
    return shared_data / "channel_archive"


def read(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_every_channel_has_the_likes_of_its_distinct_videos(folder):
    """The original pipeline summed over joined playlists and published 373,587,613 for Yannic Kilcher."""
    ingestion.ingest_folder(folder=folder, group=archive.GROUP)
    services.build_warehouse()
    totals = read(
        "select title, video_count, like_count from mart_channel_totals order by video_count desc, title"
    )
    assert totals[:2] == [("Yannic Kilcher", 287, 346_272), ("DeepLearningAI", 216, 124_720)]
    assert [(title, count) for title, count, _ in totals[2:]] == [
        ("CNCF [Cloud Native Computing Foundation]", 1),
        ("Flat Sabbath", 1),
        ("Lex Fridman", 1),
        ("Preserve Knowledge", 1),
        ("The Artificial Intelligence Channel", 1),
        ("Turkey Tom", 1),
    ]
    assert sum(count for _, count, _ in totals) == 509
    assert read("select count(*) from dim_video") == [(509,)]
    assert all(check.is_passed for check in quality.run_checks())

    ingestion.ingest_folder(folder=folder, group=archive.GROUP)
    services.build_warehouse()
    again = read("select title, video_count, like_count from mart_channel_totals order by video_count desc, title")
    assert again == totals


def test_its_transcripts_are_served_as_captions(folder):
    ingestion.ingest_folder(folder=folder, group=archive.GROUP)
    transcripts.plan_transcriptions()
    planned = Transcription.objects.filter(engine="captions", state=State.PENDING)
    assert planned.count() == 16
    row = planned.get(video__video_id="gYxJEd3EUKs")
    transcripts.run_transcription(transcription_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.is_preferred) == (State.DONE, True)
    segments = Segment.objects.filter(transcription=row).order_by("position")
    assert segments.count() == 345
    first = segments[0]
    assert (first.start_seconds, first.end_seconds) == (0.0, 6.16)
    assert (
        first.text
        == "Hello, this is a comprehensive paper review on the paper called memory assisted prompt editing"
    )
    assert segments[2].end_seconds == 18.08
