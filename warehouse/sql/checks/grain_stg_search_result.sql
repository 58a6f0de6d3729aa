-- In stg_search_result, search_result_id is never null and never repeated.
select
    search_result_id,
    count(*) as row_count
from stg_search_result
group by search_result_id
having count(*) > 1 or search_result_id is null
