-- In int_channel_snapshot, channel_id, source and observed_at are together never null and never repeated.
select
    channel_id,
    source,
    observed_at,
    count(*) as row_count
from int_channel_snapshot
group by channel_id, source, observed_at
having count(*) > 1 or channel_id is null or source is null or observed_at is null
