-- One row per playlist and position: the entry last seen there. A playlist may list a video twice.
with
playlist_item as (
    select * from stg_playlist_item
),

playlist as (
    select * from dim_playlist
),

video as (
    select * from dim_video
),

current_item as (
    select distinct on (playlist_id, position) *
    from playlist_item
    where playlist_id is not null and position between 0 and 2147483647
    order by playlist_id asc, position asc, observed_at desc, playlist_item_id asc
)

select
    playlist.playlist_key,
    video.video_key,
    cast(current_item.position as integer) as position,
    current_item.added_at
from current_item
inner join playlist on playlist.playlist_id = current_item.playlist_id
inner join video on video.video_id = current_item.video_id
