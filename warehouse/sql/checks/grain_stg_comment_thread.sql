-- In stg_comment_thread, comment_thread_id is never null and never repeated.
select
    comment_thread_id,
    count(*) as row_count
from stg_comment_thread
group by comment_thread_id
having count(*) > 1 or comment_thread_id is null
