-- Every sighting of a channel of the YouTube Data API is one snapshot.
with
seen as (
    select count(*) as seen_count
    from (
        select distinct raw_record.external_id, raw_observation.observed_at
        from raw_record
        inner join raw_observation on raw_observation.record_id = raw_record.id
        where raw_record.source = 'youtube_api' and raw_record.kind = 'channel'
    ) as sighting
),

loaded as (
    select count(*) as loaded_count
    from fct_channel_snapshot
    where source = 'youtube_api'
)

select seen.seen_count, loaded.loaded_count
from seen
cross join loaded
where seen.seen_count <> loaded.loaded_count
