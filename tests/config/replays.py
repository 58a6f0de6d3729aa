"""Losing a database, bringing it back from the lake, and what must then be as before."""

import io
import json

from django.apps import apps
from django.core.management import call_command
from django.db import connection

from ingestion.models import RawObservation
from warehouse import services as warehouse
from warehouse.marts import MARTS

# What is brought back, but for ids, and the moment at which a file came.
KEPT = {
    "payloads": "select source, kind, external_id, video_id, fetched_at, etag, payload_sha256 from raw_record",
    "sightings": "select source, kind, external_id, payload_sha256, observed_at, lake_key from raw_observation "
    "join raw_record on raw_record.id = record_id",
    "videos": "select video_id, title, availability, is_on_youtube, duration_seconds, view_count, published_at, "
    "observed_at, described_at, removed_at, removal_reason from ingestion_video",
    "chapters": "select v.video_id, position, c.title, start_seconds from ingestion_chapter c "
    "join ingestion_video v on v.id = c.video_id",
    "availability": "select v.video_id, a.availability, reason, a.observed_at from ingestion_availabilitychange a "
    "join ingestion_video v on v.id = a.video_id",
    "media": "select v.video_id, kind, language, lake_key, sha256, byte_count from ingestion_mediafile m "
    "join ingestion_video v on v.id = m.video_id",
    "courses": "select title, playlist_ids, language, access, (select array_agg(v.video_id order by v.video_id) "
    "from ingestion_course_videos l join ingestion_video v on v.id = l.video_id where l.course_id = c.id) "
    "from ingestion_course c",
    "transcriptions": "select v.video_id, media_kind, media_sha256, digest, engine, model, language, lake_key, "
    "reason, t.duration_seconds, heard_until_seconds, wall_seconds, caption_agreement, attempt_count, state, "
    "is_preferred from transcripts_transcription t join ingestion_video v on v.id = t.video_id",
    "segments": "select media_sha256, digest, position, text, gate_reason, repair, start_seconds, end_seconds, "
    "average_log_probability, no_speech_probability, compression_ratio, words from transcripts_segment s "
    "join transcripts_transcription t on t.id = s.transcription_id",
    "corrections": "select v.video_id, media_sha256, version, heard_text, text, word_edit_count, start_seconds, "
    "end_seconds, lake_key, created_at from transcripts_correction c join ingestion_video v on v.id = c.video_id",
}


def rows(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return sorted(map(repr, cursor.fetchall()))


def kept():
    return {name: rows(sql) for name, sql in KEPT.items()}


def build():
    """Build the warehouse and return every mart, row for row."""
    warehouse.build_warehouse()
    return {model._meta.db_table: rows(f"select * from {model._meta.db_table}") for model in MARTS}


def lose_database():
    """Leave tables as empty as in a new database."""
    models = [
        model
        for app in ("ingestion", "transcripts", "warehouse")
        for model in apps.get_app_config(app).get_models()
    ]
    tables = ", ".join(f'"{model._meta.db_table}"' for model in models if model._meta.managed)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate; set constraints all deferred")
        cursor.execute(f"truncate {tables} restart identity cascade")
    assert not RawObservation.objects.exists()


def run_replay():
    out = io.StringIO()
    call_command("ingest", replay=True, json=True, stdout=out)
    return json.loads(out.getvalue())
