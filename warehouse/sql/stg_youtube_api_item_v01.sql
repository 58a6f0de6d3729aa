-- One row per kind and id of the YouTube Data API, each part of the item as it was last seen.
-- A pull asks for some parts only; what the newest pull did not ask for is still known from an older one.
with
sighting as (
    select
        raw_record.id as record_id,
        raw_record.kind,
        raw_record.external_id,
        raw_record.payload,
        max(raw_observation.observed_at) as observed_at
    from raw_record
    inner join raw_observation on raw_observation.record_id = raw_record.id
    where raw_record.source = 'youtube_api'
    group by raw_record.id
),

part as (
    select distinct on (sighting.kind, sighting.external_id, part.name)
        sighting.kind,
        sighting.external_id,
        part.name,
        part.content,
        max(sighting.observed_at) over (
            partition by sighting.kind, sighting.external_id
        ) as observed_at
    from sighting
    left join lateral jsonb_each(read_object(sighting.payload)) as part (name, content) on true
    order by
        sighting.kind,
        sighting.external_id,
        part.name,
        sighting.observed_at desc,
        sighting.record_id desc
)

select
    kind,
    external_id,
    coalesce(jsonb_object_agg(name, content) filter (where name is not null), '{}') as payload,
    max(observed_at) as observed_at
from part
group by kind, external_id
