-- In mart_channel_totals, channel_id is never null and never repeated.
select
    channel_id,
    count(*) as row_count
from mart_channel_totals
group by channel_id
having count(*) > 1 or channel_id is null
