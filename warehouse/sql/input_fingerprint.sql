-- One row: a digest that differs whenever anything the warehouse reads has come, gone or changed.
-- Sums of ids see a row that commits late below the highest id, which a highest id alone would miss.
with
observation as (
    select concat_ws(' ', count(*), max(id), sum(id)) as state from raw_observation
),

video as (
    select
        concat_ws(
            ' ', count(*), sum(hashtextextended(concat_ws('|', video_id, availability, is_withdrawn, title), 0))
        ) as state
    from ingestion_video
),

transcription as (
    select
        concat_ws(
            ' ',
            count(*),
            sum(
                hashtextextended(
                    concat_ws('|', id, video_id, digest, state, is_preferred, extract(epoch from finished_at)), 0
                )
            )
        ) as state
    from transcripts_transcription
    where state not in ('pending', 'running')
),

correction as (
    select concat_ws(' ', count(*), max(id), sum(id)) as state from transcripts_correction
)

select
    md5(concat_ws('|', observation.state, video.state, transcription.state, correction.state)) as fingerprint
from observation
cross join video
cross join transcription
cross join correction
