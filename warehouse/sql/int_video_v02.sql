-- One row per video that is known and not withdrawn: neither removed nor gone at its source.
-- Where both the YouTube Data API and yt-dlp give an attribute, the API's newest sighting wins; yt-dlp fills
-- what the API leaves out, then the playlist that lists the video, then what ingestion noted of it.
-- Search results are no source: their titles are HTML-escaped.
with
api as (
    select * from stg_video
),

info as (
    select * from stg_yt_dlp_info
),

listed as (
    select distinct on (video_id)
        video_id,
        case when not is_placeholder then channel_id end as channel_id,
        case when not is_placeholder then title end as title,
        case when not is_placeholder then channel_title end as channel_title,
        video_published_at
    from stg_playlist_item
    where video_id is not null
    order by video_id asc, is_placeholder asc, observed_at desc, playlist_item_id asc
),

landed as (
    select video_id, nullif(title, '') as title, availability, is_withdrawn from ingestion_video
),

category as (
    select distinct on (title) category_id, title
    from stg_video_category
    where title is not null
    order by title asc, is_assignable desc nulls last, length(category_id) asc, category_id asc
),

known as (
    select video_id from api
    union
    select video_id from info
    union
    select video_id from listed
    union
    select video_id from landed
)

select
    known.video_id,
    coalesce(api.channel_id, info.channel_id, listed.channel_id) as channel_id,
    coalesce(api.category_id, category.category_id) as category_id,
    coalesce(api.audio_language_code, info.audio_language_code, api.text_language_code) as language_code,
    coalesce(api.title, info.title, listed.title, landed.title, '') as title,
    coalesce(api.description, info.description, '') as description,
    coalesce(api.channel_title, info.channel_title, listed.channel_title) as channel_title,
    info.channel_handle,
    coalesce(landed.availability, api.privacy_status, info.availability, '') as availability,
    coalesce(api.definition, '') as definition,
    case when api.tags <> '[]' then api.tags else coalesce(info.tags, '[]') end as tags,
    coalesce(api.topic_urls, '[]') as topic_urls,
    coalesce(api.duration_seconds, info.duration_seconds) as duration_seconds,
    api.has_captions,
    coalesce(api.live_state in ('live', 'upcoming'), info.live_state in ('is_live', 'is_upcoming')) as is_live,
    coalesce(api.published_at, info.published_at, listed.video_published_at) as published_at,
    greatest(api.observed_at, info.observed_at) as observed_at
from known
left join api on api.video_id = known.video_id
left join info on info.video_id = known.video_id
left join listed on listed.video_id = known.video_id
left join landed on landed.video_id = known.video_id
left join category on category.title = info.category_title
where landed.is_withdrawn is not true
