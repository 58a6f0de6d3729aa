-- In stg_playlist_info, playlist_id is never null and never repeated.
select
    playlist_id,
    count(*) as row_count
from stg_playlist_info
group by playlist_id
having count(*) > 1 or playlist_id is null
