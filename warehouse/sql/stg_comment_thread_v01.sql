-- One row per comment thread of the YouTube Data API, as last seen: its first comment, and how many replies it has.
select
    external_id as comment_thread_id,
    read_id(payload #>> '{snippet,videoId}') as video_id,
    read_id(payload #>> '{snippet,channelId}') as channel_id,
    read_id(payload #>> '{snippet,topLevelComment,snippet,authorChannelId,value}') as author_channel_id,
    payload #>> '{snippet,topLevelComment,snippet,authorDisplayName}' as author_name,
    payload #>> '{snippet,topLevelComment,snippet,textOriginal}' as text,
    payload #>> '{snippet,topLevelComment,snippet,textDisplay}' as html_text,
    read_count(payload #>> '{snippet,topLevelComment,snippet,likeCount}') as like_count,
    read_count(payload #>> '{snippet,totalReplyCount}') as reply_count,
    read_flag(payload #>> '{snippet,isPublic}') as is_public,
    read_time(payload #>> '{snippet,topLevelComment,snippet,publishedAt}') as published_at,
    read_time(payload #>> '{snippet,topLevelComment,snippet,updatedAt}') as edited_at,
    observed_at
from stg_youtube_api_item
where kind = 'comment_thread'
