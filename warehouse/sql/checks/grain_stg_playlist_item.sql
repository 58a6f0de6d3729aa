-- In stg_playlist_item, playlist_item_id is never null and never repeated.
select
    playlist_item_id,
    count(*) as row_count
from stg_playlist_item
group by playlist_item_id
having count(*) > 1 or playlist_item_id is null
