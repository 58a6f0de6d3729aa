-- Every sighting of a video that is not withdrawn is one snapshot, source by source.
with
seen as (
    select
        sighting.source,
        count(*) as seen_count
    from (
        select distinct raw_record.source, raw_record.external_id, raw_observation.observed_at
        from raw_record
        inner join raw_observation on raw_observation.record_id = raw_record.id
        left join ingestion_video on ingestion_video.video_id = raw_record.external_id
        where
            (raw_record.source, raw_record.kind) in (
                ('youtube_api', 'video'), ('youtube_api', 'video_stats'), ('yt_dlp', 'info')
            )
            and ingestion_video.is_withdrawn is not true
    ) as sighting
    group by sighting.source
),

loaded as (
    select source, count(*) as loaded_count
    from fct_video_snapshot
    group by source
)

select
    coalesce(seen.source, loaded.source) as source,
    coalesce(seen.seen_count, 0) as seen_count,
    coalesce(loaded.loaded_count, 0) as loaded_count
from seen
full join loaded on loaded.source = seen.source
where coalesce(seen.seen_count, 0) <> coalesce(loaded.loaded_count, 0)
