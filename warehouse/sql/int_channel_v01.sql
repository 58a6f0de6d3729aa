-- One row per channel that was pulled or that a video or playlist names; the latter with what they say of it.
with
pulled as (
    select * from stg_channel
),

mention as (
    select channel_id, channel_title, channel_handle, observed_at from int_video
    where channel_id is not null
    union all
    select channel_id, channel_title, null, observed_at from stg_playlist
    where channel_id is not null
),

mentioned as (
    select
        channel_id,
        (array_agg(channel_title order by observed_at desc nulls last, channel_title asc)
            filter (where channel_title is not null))[1] as title,
        (array_agg(channel_handle order by observed_at desc nulls last, channel_handle asc)
            filter (where channel_handle is not null))[1] as handle
    from mention
    group by channel_id
)

select
    coalesce(pulled.channel_id, mentioned.channel_id) as channel_id,
    pulled.uploads_playlist_id,
    coalesce(pulled.title, mentioned.title, '') as title,
    coalesce(pulled.description, '') as description,
    coalesce(pulled.handle, mentioned.handle, '') as handle,
    pulled.country_code,
    pulled.channel_id is null as is_stub,
    pulled.published_at
from pulled
full join mentioned on mentioned.channel_id = pulled.channel_id
