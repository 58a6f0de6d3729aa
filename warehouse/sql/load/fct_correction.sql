-- One row per version that a person gave a stretch of a transcript.
with
correction as (
    select * from transcripts_correction
),

segment as (
    select * from transcripts_segment
    where correction_id is not null
),

transcription as (
    select * from transcripts_transcription
    where is_preferred and state = 'done'
),

source_video as (
    select * from ingestion_video
),

video as (
    select * from dim_video
),

calendar as (
    select * from dim_date
),

ranked as (
    select
        correction.*,
        row_number() over (
            partition by video_id, media_sha256, start_seconds, end_seconds
            order by version desc
        ) as recency
    from correction
),

-- Where nothing is heard any more, a correction that says so has done its work.
done as (
    select ranked.id
    from ranked
    where
        ranked.text = ''
        and not exists (
            select 1
            from transcripts_segment as heard
            inner join transcription on transcription.id = heard.transcription_id
            where
                transcription.video_id = ranked.video_id
                and (heard.gate_reason = '' or heard.correction_id = ranked.id)
                and heard.start_seconds < ranked.end_seconds
                and heard.end_seconds > ranked.start_seconds
        )
),

shown as (
    select distinct segment.correction_id
    from segment
    inner join transcription on transcription.id = segment.transcription_id
)

select
    surrogate_key(
        video.video_id,
        ranked.media_sha256,
        cast(ranked.start_seconds as text),
        cast(ranked.end_seconds as text),
        cast(ranked.version as text)
    ) as correction_key,
    video.video_key,
    calendar.date_key,
    ranked.version,
    ranked.start_seconds,
    ranked.end_seconds,
    count_words(ranked.heard_text) as heard_word_count,
    ranked.word_edit_count,
    ranked.recency = 1 and ranked.text <> ranked.heard_text and done.id is null as is_standing,
    shown.correction_id is not null as is_shown,
    ranked.created_at as corrected_at
from ranked
inner join source_video on source_video.id = ranked.video_id
inner join video on video.video_id = source_video.video_id
left join calendar on calendar.day_on = cast(ranked.created_at at time zone 'UTC' as date)
left join done on done.id = ranked.id
left join shown on shown.correction_id = ranked.id
