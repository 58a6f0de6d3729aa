-- In fct_transcript_segment, transcription_key and position are together never null and never repeated.
select
    transcription_key,
    position,
    count(*) as row_count
from fct_transcript_segment
group by transcription_key, position
having count(*) > 1 or transcription_key is null or position is null
