-- One row per transcription that has ended, however it ended.
with
transcription as (
    select * from transcripts_transcription
    where state not in ('pending', 'running')
),

source_video as (
    select * from ingestion_video
),

segment as (
    select * from transcripts_segment
),

video as (
    select * from dim_video
),

asr_model as (
    select * from dim_asr_model
),

language as (
    select * from dim_language
),

calendar as (
    select * from dim_date
),

heard as (
    select
        transcription_id,
        count(*) as segment_count,
        -- What a person took out failed no gate: it is a correction.
        count(*) filter (where gate_reason not in ('', 'not_said')) as gated_segment_count,
        coalesce(sum(count_words(text)) filter (where gate_reason = ''), 0) as word_count,
        -- Weighted by length, so that a cough does not count like a minute of speech; rounded, so that the
        -- order of adding floats shows nowhere.
        round(
            cast(
                sum(average_log_probability * (end_seconds - start_seconds))
                / nullif(
                    sum(end_seconds - start_seconds) filter (where average_log_probability is not null), 0
                ) as numeric
            ),
            6
        ) as average_log_probability
    from segment
    group by transcription_id
)

select
    surrogate_key(
        video.video_id, transcription.media_sha256, transcription.digest
    ) as transcription_key,
    video.video_key,
    asr_model.asr_model_key,
    language.language_key,
    calendar.date_key,
    transcription.media_sha256,
    transcription.state as outcome,
    transcription.duration_seconds as audio_seconds,
    transcription.wall_seconds,
    cast(heard.average_log_probability as double precision) as average_log_probability,
    coalesce(heard.segment_count, 0) as segment_count,
    coalesce(heard.gated_segment_count, 0) as gated_segment_count,
    coalesce(heard.word_count, 0) as word_count,
    transcription.is_preferred,
    transcription.finished_at
from transcription
inner join source_video on source_video.id = transcription.video_id
inner join video on video.video_id = source_video.video_id
inner join asr_model on asr_model.digest = transcription.digest
left join language on language.language_code = transcription.language
left join calendar on calendar.day_on = cast(transcription.finished_at at time zone 'UTC' as date)
left join heard on heard.transcription_id = transcription.id
