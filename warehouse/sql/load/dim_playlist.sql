-- One row per playlist that was pulled or that an entry names; the latter has no title.
with
playlist as (
    select * from stg_playlist
),

playlist_item as (
    select * from stg_playlist_item
),

channel as (
    select * from dim_channel
),

known as (
    select playlist_id from playlist
    union
    select playlist_id from playlist_item
    where playlist_id is not null
)

select
    surrogate_key(known.playlist_id) as playlist_key,
    known.playlist_id,
    channel.channel_key,
    coalesce(playlist.title, '') as title,
    coalesce(playlist.description, '') as description,
    playlist.published_at
from known
left join playlist on playlist.playlist_id = known.playlist_id
left join channel on channel.channel_id = playlist.channel_id
