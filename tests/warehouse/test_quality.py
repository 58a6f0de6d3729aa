"""Checks that find what was broken on purpose, and leave no relation out."""

import io
import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.utils import timezone

from ingestion.models import Video
from tests.warehouse import factories
from transcripts.models import Segment
from warehouse import quality, services
from warehouse.models import DimChannel, DimVideo, FctTranscriptSegment, FctVideoSnapshot

pytestmark = pytest.mark.django_db

RELATIONS = r"""
select relname from pg_class
where relkind in ('r', 'v', 'm') and relname ~ '^(stg|int|dim|fct|bridge|mart)_'
"""


@pytest.fixture
def built(shared_data):
    factories.land_replies(shared_data / "youtube_api")
    factories.land_infos(shared_data / "yt_dlp_info")
    video = Video.objects.create(video_id="128Ts5r9NRE", title="The Bobo Beatdown")
    row = factories.create_transcription(
        video, texts=["people learn", "by watching others"], gated=["bye bye bye"]
    )
    factories.create_correction(row, position=0, text="People learned")
    services.build_warehouse()


def failed() -> set[str]:
    return {result.name for result in quality.run_checks() if not result.is_passed}


def test_every_relation_has_a_grain_check():
    with connection.cursor() as cursor:
        cursor.execute(RELATIONS)
        relations = {name for (name,) in cursor.fetchall()}
    elsewhere = {
        path.name.rpartition("_v")[0]
        for path in Path(settings.BASE_DIR).glob("*/sql/*_v??.sql")
        if path.parts[-3] != "warehouse"
    }
    checked = {path.stem.removeprefix("grain_") for path in quality.find_checks() if "grain_" in path.stem}
    assert len(relations) >= 32
    assert relations - elsewhere == checked


def test_every_check_says_in_its_first_line_what_must_hold():
    for path in quality.find_checks():
        first, second = path.read_text(encoding="utf-8").splitlines()[:2]
        assert first.startswith("-- ")
        assert first.endswith(".")
        assert not second.startswith("--")


@pytest.mark.usefixtures("built")
def test_a_good_warehouse_passes_every_check():
    output = io.StringIO()
    call_command("check_warehouse", stdout=output)
    lines = output.getvalue().splitlines()
    assert len(lines) == len(quality.find_checks())
    assert all(line.startswith("✓") for line in lines)


@pytest.mark.usefixtures("built")
def test_broken_data_ends_the_command_with_the_failing_rows():
    FctVideoSnapshot.objects.filter(source="yt_dlp").first().delete()
    output = io.StringIO()
    with pytest.raises(CommandError, match="rows_fct_video_snapshot") as failure:
        call_command("check_warehouse", stdout=output)
    assert failure.value.returncode == 1
    assert "seen_count" in output.getvalue()
    assert "yt_dlp" in output.getvalue()


@pytest.mark.usefixtures("built")
def test_broken_data_is_told_as_json_too():
    FctTranscriptSegment.objects.filter(is_gated=False).first().delete()
    output = io.StringIO()
    with pytest.raises(CommandError):
        call_command("check_warehouse", json=True, stdout=output)
    told = {check["name"]: check for check in json.loads(output.getvalue())}
    (row,) = told["sum_fct_transcription"]["failing_rows"]
    assert (row["segment_count"], row["held_segment_count"]) == (3, 2)
    assert told["grain_dim_video"]["is_passed"]


@pytest.mark.usefixtures("built")
def test_it_finds_a_video_cut_off_from_its_channel():
    DimVideo.objects.filter(video_id="128Ts5r9NRE").update(channel=None)
    assert failed() == {"reference_video"}


@pytest.mark.usefixtures("built")
def test_it_finds_what_a_removed_video_left():
    Video.objects.filter(video_id="128Ts5r9NRE").update(availability="removed", removed_at=timezone.now())
    assert "reference_removed" in failed()


@pytest.mark.usefixtures("built")
def test_it_finds_a_wrong_day_and_a_wrong_key():
    snapshot = FctVideoSnapshot.objects.order_by("observed_at").first()
    other = FctVideoSnapshot.objects.exclude(date_id=snapshot.date_id).first()
    FctVideoSnapshot.objects.filter(pk=snapshot.pk).update(date_id=other.date_id)
    DimChannel.objects.filter(channel_id="UCX6b17PVsYBQ0ip5gyeme-Q").update(channel_id="other")
    assert {"reference_date", "reference_surrogate_key"} <= failed()


def test_it_says_when_the_warehouse_is_only_behind():
    services.build_warehouse()
    factories.land_video("a", statistics={"viewCount": "1"})
    with pytest.raises(CommandError, match="run `build_warehouse` first"):
        call_command("check_warehouse", stdout=io.StringIO())


@pytest.mark.usefixtures("built")
def test_it_finds_a_total_nobody_has_seen():
    FctVideoSnapshot.objects.filter(view_count__isnull=False).update(view_count=F("view_count") + 5)
    assert "sum_fct_video_snapshot" in failed()


@pytest.mark.usefixtures("built")
def test_it_finds_a_correction_that_no_segment_shows():
    Segment.objects.filter(position=0).update(text="people learn")
    assert "sum_mart_transcript_quality" in failed()


@pytest.mark.usefixtures("built")
def test_a_correction_that_a_later_hearing_has_right_by_itself_is_no_fault():
    Segment.objects.filter(position=0).update(heard_text="People learned")
    assert "sum_mart_transcript_quality" not in failed()
