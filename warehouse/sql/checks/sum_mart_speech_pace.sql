-- A video's words in mart_speech_pace are all the words of its segments that were not gated.
with
spoken as (
    select dim_video.video_id, sum(fct_transcript_segment.word_count) as word_count
    from fct_transcript_segment
    inner join dim_video on dim_video.video_key = fct_transcript_segment.video_key
    where not fct_transcript_segment.is_gated
    group by dim_video.video_id
),

paced as (
    select video_id, sum(word_count) as word_count
    from mart_speech_pace
    group by video_id
)

select
    coalesce(spoken.video_id, paced.video_id) as video_id,
    spoken.word_count as segment_word_count,
    paced.word_count as pace_word_count
from spoken
full join paced on paced.video_id = spoken.video_id
where spoken.word_count is distinct from paced.word_count
