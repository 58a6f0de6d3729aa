-- One row per video that yt-dlp has described, as last seen; what it could not learn is NULL.
with
latest as (
    select distinct on (raw_record.external_id)
        raw_record.id as record_id,
        raw_observation.observed_at
    from raw_record
    inner join raw_observation on raw_observation.record_id = raw_record.id
    where raw_record.source = 'yt_dlp' and raw_record.kind = 'info'
    order by raw_record.external_id, raw_observation.observed_at desc, raw_record.id desc
)

select
    raw_record.external_id as video_id,
    read_id(info.channel_id) as channel_id,
    info.title,
    info.description,
    coalesce(info.channel, info.uploader) as channel_title,
    read_id(info.uploader_id) as channel_handle,
    read_id(info.language) as audio_language_code,
    info.availability,
    info.live_status as live_state,
    read_list(info.categories) ->> 0 as category_title,
    read_list(info.tags) as tags,
    read_count(info.duration) as duration_seconds,
    read_count(info.view_count) as view_count,
    read_count(info.like_count) as like_count,
    read_count(info.comment_count) as comment_count,
    read_count(info.channel_follower_count) as channel_follower_count,
    coalesce(read_epoch(info.timestamp), read_time(info.upload_date)) as published_at,
    latest.observed_at
from latest
inner join raw_record on raw_record.id = latest.record_id
-- One pass over a payload of hundreds of kilobytes; every column comes as text or JSON, so none can fail.
cross join lateral jsonb_to_record(read_object(raw_record.payload)) as info (
    channel_id text,
    title text,
    description text,
    channel text,
    uploader text,
    uploader_id text,
    language text,
    availability text,
    live_status text,
    categories jsonb,
    tags jsonb,
    duration text,
    view_count text,
    like_count text,
    comment_count text,
    channel_follower_count text,
    "timestamp" text,
    upload_date text
)
