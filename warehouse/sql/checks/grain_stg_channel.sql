-- In stg_channel, channel_id is never null and never repeated.
select
    channel_id,
    count(*) as row_count
from stg_channel
group by channel_id
having count(*) > 1 or channel_id is null
