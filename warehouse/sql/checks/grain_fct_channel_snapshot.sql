-- In fct_channel_snapshot, channel_key, source and observed_at are together never null and never repeated.
select
    channel_key,
    source,
    observed_at,
    count(*) as row_count
from fct_channel_snapshot
group by channel_key, source, observed_at
having count(*) > 1 or channel_key is null or source is null or observed_at is null
