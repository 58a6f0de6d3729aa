-- In mart_speech_pace, video_id and minute_number are together never null and never repeated.
select
    video_id,
    minute_number,
    count(*) as row_count
from mart_speech_pace
group by video_id, minute_number
having count(*) > 1 or video_id is null or minute_number is null
