-- One row per video with a transcript: how much of it was doubted, and how much of it people have corrected.
-- A correction counts where it stands in the transcript that is read; one that needs review is counted apart.
with
video as (
    select * from dim_video
),

transcription as (
    select * from fct_transcription
    where is_preferred
),

correction as (
    select
        video_key,
        count(*) as correction_count,
        count(case when is_standing and is_shown then 1 end) as corrected_segment_count,
        count(case when is_standing and not is_shown then 1 end) as unplaced_correction_count,
        coalesce(sum(case when is_standing and is_shown then word_edit_count end), 0) as word_edit_count
    from fct_correction
    group by video_key
)

select
    video.video_key,
    video.video_id,
    video.title,
    cast(transcription.segment_count as bigint) as segment_count,
    cast(transcription.gated_segment_count as bigint) as gated_segment_count,
    cast(transcription.word_count as bigint) as word_count,
    coalesce(correction.correction_count, 0) as correction_count,
    coalesce(correction.corrected_segment_count, 0) as corrected_segment_count,
    coalesce(correction.unplaced_correction_count, 0) as unplaced_correction_count,
    cast(coalesce(correction.word_edit_count, 0) as bigint) as word_edit_count,
    case
        when transcription.segment_count > transcription.gated_segment_count
            then
                cast(coalesce(correction.corrected_segment_count, 0) as double precision)
                / (transcription.segment_count - transcription.gated_segment_count)
    end as corrected_segment_share,
    transcription.average_log_probability
from transcription
inner join video on video.video_key = transcription.video_key
left join correction on correction.video_key = transcription.video_key
