-- In stg_youtube_api_item, kind and external_id are together never null and never repeated.
select
    kind,
    external_id,
    count(*) as row_count
from stg_youtube_api_item
group by kind, external_id
having count(*) > 1 or kind is null or external_id is null
