-- Every ended transcription of a video that is not withdrawn is one row of fct_transcription, outcome by outcome.
with
ended as (
    select transcripts_transcription.state as outcome, count(*) as ended_count
    from transcripts_transcription
    inner join ingestion_video on ingestion_video.id = transcripts_transcription.video_id
    where
        transcripts_transcription.state not in ('pending', 'running')
        and not ingestion_video.is_withdrawn
    group by transcripts_transcription.state
),

loaded as (
    select outcome, count(*) as loaded_count
    from fct_transcription
    group by outcome
)

select
    coalesce(ended.outcome, loaded.outcome) as outcome,
    coalesce(ended.ended_count, 0) as ended_count,
    coalesce(loaded.loaded_count, 0) as loaded_count
from ended
full join loaded on loaded.outcome = ended.outcome
where coalesce(ended.ended_count, 0) <> coalesce(loaded.loaded_count, 0)
