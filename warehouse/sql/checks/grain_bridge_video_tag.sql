-- In bridge_video_tag, video_key and tag_key are together never null and never repeated.
select
    video_key,
    tag_key,
    count(*) as row_count
from bridge_video_tag
group by video_key, tag_key
having count(*) > 1 or video_key is null or tag_key is null
