-- An installation of 100,000 videos in 20 courses and 1,000,000 segments: half the videos have 18 each, 200
-- lectures have 500 more. %(videos)s and %(segments_each)s scale it.

insert into ingestion_course (id, title, playlist_ids, language, glossary, access, join_code)
select number, 'Course ' || number, '{}', 'en', '', 'list', ''
from generate_series(1, 20) as number;

insert into ingestion_video (
    id, video_id, title, availability, is_on_youtube, duration_seconds, view_count, published_at,
    first_seen_at, observed_at, removal_reason, removal_cause
)
select
    number,
    'v' || lpad(number::text, 10, '0'),
    'Lecture ' || number || ' on ' || (array['joins', 'grain', 'facts', 'keys', 'views'])[1 + number %% 5],
    case when number %% 50 = 0 then 'private' else 'public' end,
    number %% 2 = 0,
    600 + number %% 3000,
    case when number %% 20 > 0 then (number::bigint * 7919) %% 1000003 end,
    timestamptz '2020-01-01' + number * interval '30 minutes',
    now(),
    now(),
    '',
    ''
from generate_series(1, %(videos)s) as number;

insert into ingestion_course_videos (course_id, video_id)
select 1 + id / 10 %% 20, id from ingestion_video;

insert into ingestion_chapter (video_id, position, title, start_seconds)
select id, position, 'Chapter ' || position, position * 120
from ingestion_video, generate_series(0, 3) as position
where id %% 4 = 0;

insert into transcripts_transcription (
    id, video_id, media_kind, media_sha256, digest, engine, model, language, lake_key, reason, duration_seconds,
    heard_until_seconds, wall_seconds, attempt_count, state, is_preferred, created_at, finished_at
)
select
    id, id, 'audio', md5(id::text), 'one', 'faster_whisper', 'tiny.en', 'en', '',
    case state when 'failed' then 'The recording ends before its header says.' else '' end,
    duration_seconds, duration_seconds, 60, 1, state, state = 'done', published_at,
    case when state not in ('pending', 'running') then now() end
from (
    select
        id,
        duration_seconds,
        published_at,
        case
            when id %% 10 < 7 then 'done'
            when id %% 10 = 7 then (array['pending', 'pending', 'running'])[1 + id %% 3]
            when id %% 10 = 8 then 'no_speech'
            else (array['failed', 'no_audio', 'unreadable_audio'])[1 + id %% 3]
        end as state
    from ingestion_video
    where id %% 25 > 0
) as video;

insert into transcripts_segment (
    transcription_id, position, text, gate_reason, repair, start_seconds, end_seconds, words
)
select
    transcription.id, position, 'Sentence ' || position || ' says what the grain of this fact table is.',
    case when position %% 40 = 39 then 'repeats' else '' end, '', position * 4, position * 4 + 3.5, '[]'
from (select id, row_number() over (order by id desc) as place from transcripts_transcription where state = 'done')
    as transcription,
    generate_series(0, case when place <= 200 then 499 + %(segments_each)s else %(segments_each)s - 1 end) as position
where place <= %(videos)s / 2;

insert into raw_record (source, kind, external_id, video_id, fetched_at, etag, payload, payload_sha256)
select
    'youtube_api', 'video', video_id, video_id, now() - day * interval '1 day', '',
    jsonb_build_object('id', video_id, 'statistics', jsonb_build_object('viewCount', view_count + day)),
    md5(video_id || day)
from ingestion_video, generate_series(1, 2) as day;

insert into dim_date
    (date_key, day_on, day_number, year, quarter, month, iso_week, iso_weekday, is_weekend)
select surrogate_key('2026-11-01'), date '2026-11-01', 20758, 2026, 4, 11, 44, 7, true;

insert into dim_asr_model (asr_model_key, digest, engine, model)
select surrogate_key('one'), 'one', 'faster_whisper', 'tiny.en';

insert into dim_channel (channel_key, channel_id, uploads_playlist_id, title, description, handle, is_stub)
select surrogate_key('UC' || number), 'UC' || number, '', 'Channel ' || number, '', '', false
from generate_series(1, 100) as number;

insert into dim_video (
    video_key, video_id, channel_key, title, description, availability, definition, duration_seconds, published_at
)
select
    surrogate_key(video_id), video_id, surrogate_key('UC' || (1 + id %% 100)), title, '', availability, 'hd',
    duration_seconds, published_at
from ingestion_video;

insert into fct_video_snapshot
    (video_snapshot_key, video_key, date_key, source, view_count, like_count, comment_count, observed_second, observed_at)
select
    surrogate_key(video_id || day), surrogate_key(video_id), surrogate_key('2026-11-01'), 'youtube_api',
    view_count + day, view_count / 50, view_count / 500, 1793491200 + day * 3600,
    timestamptz '2026-11-01' + day * interval '1 hour'
from ingestion_video, generate_series(1, 2) as day;

insert into fct_transcription (
    transcription_key, video_key, asr_model_key, date_key, media_sha256, outcome, audio_seconds, wall_seconds,
    segment_count, gated_segment_count, word_count, is_preferred, finished_at
)
select
    surrogate_key(video.video_id || 'one'), surrogate_key(video.video_id), surrogate_key('one'),
    surrogate_key('2026-11-01'), media_sha256, state, video.duration_seconds, wall_seconds,
    %(segments_each)s, 0, 200, is_preferred, finished_at
from transcripts_transcription as transcription
inner join ingestion_video as video on video.id = transcription.video_id
where state not in ('pending', 'running');

insert into fct_transcript_segment (
    transcript_segment_key, transcription_key, video_key, text, gate_reason, position, start_seconds,
    end_seconds, word_count, is_gated
)
select
    surrogate_key(video.video_id || 'one' || position), surrogate_key(video.video_id || 'one'),
    surrogate_key(video.video_id), text, gate_reason, position, start_seconds, end_seconds, 10, gate_reason <> ''
from transcripts_segment as segment
inner join transcripts_transcription as transcription on transcription.id = segment.transcription_id
inner join ingestion_video as video on video.id = transcription.video_id;

-- Ids were given by hand: whatever is added later goes on after them.
select setval(pg_get_serial_sequence('ingestion_course', 'id'), 20);
select setval(pg_get_serial_sequence('ingestion_video', 'id'), %(videos)s);
select setval(pg_get_serial_sequence('transcripts_transcription', 'id'), %(videos)s);
