-- One row per playlist that yt-dlp has described, as last seen; what it could not learn is NULL.
with
latest as (
    select distinct on (raw_record.external_id)
        raw_record.id as record_id,
        raw_observation.observed_at
    from raw_record
    inner join raw_observation on raw_observation.record_id = raw_record.id
    where raw_record.source = 'yt_dlp' and raw_record.kind = 'playlist_info'
    order by raw_record.external_id, raw_observation.observed_at desc, raw_record.id desc
)

select
    raw_record.external_id as playlist_id,
    read_id(info.channel_id) as channel_id,
    info.title,
    info.description,
    coalesce(info.channel, info.uploader) as channel_title,
    read_id(info.uploader_id) as channel_handle,
    info.availability,
    read_list(info.tags) as tags,
    read_count(info.playlist_count) as item_count,
    read_count(info.view_count) as view_count,
    read_time(info.modified_date) as modified_at,
    latest.observed_at
from latest
inner join raw_record on raw_record.id = latest.record_id
-- One pass over the payload; every column comes as text or JSON, so none can fail.
cross join lateral jsonb_to_record(read_object(raw_record.payload)) as info (
    channel_id text,
    title text,
    description text,
    channel text,
    uploader text,
    uploader_id text,
    availability text,
    tags jsonb,
    playlist_count text,
    view_count text,
    modified_date text
)
