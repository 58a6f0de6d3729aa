-- One row per channel that was pulled or that a video or playlist names.
with
channel as (
    select * from int_channel
),

country as (
    select * from dim_country
)

select
    surrogate_key(channel.channel_id) as channel_key,
    channel.channel_id,
    country.country_key,
    coalesce(channel.uploads_playlist_id, '') as uploads_playlist_id,
    channel.title,
    channel.description,
    channel.handle,
    channel.is_stub,
    channel.published_at
from channel
left join country on country.country_code = channel.country_code
