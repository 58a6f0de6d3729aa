-- In bridge_video_topic, video_key and topic_key are together never null and never repeated.
select
    video_key,
    topic_key,
    count(*) as row_count
from bridge_video_topic
group by video_key, topic_key
having count(*) > 1 or video_key is null or topic_key is null
