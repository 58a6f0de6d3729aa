-- One row per video and minute of it in which trusted speech begins: words spoken and their pace.
-- A segment counts in the minute in which it starts; the pace divides its words by its own seconds, so that
-- speech running over the end of a minute, and silence within one, leave the pace true.
-- Seconds are summed as decimals: the sum of floats depends on the order in which rows are read.
with
video as (
    select * from dim_video
),

segment as (
    select
        video_key,
        cast(floor(start_seconds / 60.0) as integer) as minute_number,
        word_count,
        cast(end_seconds - start_seconds as decimal(12, 3)) as speech_seconds
    from fct_transcript_segment
    where not is_gated
),

pace as (
    select
        video_key,
        minute_number,
        count(*) as segment_count,
        cast(sum(word_count) as bigint) as word_count,
        cast(sum(speech_seconds) as double precision) as speech_seconds
    from segment
    group by video_key, minute_number
)

select
    pace.video_key,
    video.video_id,
    video.title,
    pace.minute_number,
    pace.segment_count,
    pace.word_count,
    pace.speech_seconds,
    case
        when pace.speech_seconds > 0
            then cast(pace.word_count as double precision) * 60.0 / pace.speech_seconds
    end as words_per_minute
from pace
inner join video on video.video_key = pace.video_key
