-- One row per video of the YouTube Data API, as last seen; hidden counts stay NULL.
select
    external_id as video_id,
    read_id(payload #>> '{snippet,channelId}') as channel_id,
    read_id(payload #>> '{snippet,categoryId}') as category_id,
    payload #>> '{snippet,title}' as title,
    payload #>> '{snippet,description}' as description,
    payload #>> '{snippet,channelTitle}' as channel_title,
    read_id(payload #>> '{snippet,defaultLanguage}') as text_language_code,
    read_id(payload #>> '{snippet,defaultAudioLanguage}') as audio_language_code,
    payload #>> '{snippet,liveBroadcastContent}' as live_state,
    payload #>> '{contentDetails,definition}' as definition,
    payload #>> '{status,privacyStatus}' as privacy_status,
    read_list(payload #> '{snippet,tags}') as tags,
    read_list(payload #> '{topicDetails,topicCategories}') as topic_urls,
    read_duration(payload #>> '{contentDetails,duration}') as duration_seconds,
    read_count(payload #>> '{statistics,viewCount}') as view_count,
    read_count(payload #>> '{statistics,likeCount}') as like_count,
    read_count(payload #>> '{statistics,commentCount}') as comment_count,
    read_flag(payload #>> '{contentDetails,caption}') as has_captions,
    read_flag(payload #>> '{contentDetails,licensedContent}') as is_licensed,
    read_time(payload #>> '{snippet,publishedAt}') as published_at,
    observed_at
from stg_youtube_api_item
where kind = 'video'
