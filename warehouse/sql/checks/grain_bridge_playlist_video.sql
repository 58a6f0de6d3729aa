-- In bridge_playlist_video, playlist_key and position are together never null and never repeated.
select
    playlist_key,
    position,
    count(*) as row_count
from bridge_playlist_video
group by playlist_key, position
having count(*) > 1 or playlist_key is null or position is null
