-- In stg_caption, caption_id is never null and never repeated.
select
    caption_id,
    count(*) as row_count
from stg_caption
group by caption_id
having count(*) > 1 or caption_id is null
