-- Every surrogate key is the md5 of its natural key.
select 'dim_country' as relation, country_code as natural_key from dim_country
where country_key <> surrogate_key(country_code)
union all
select 'dim_language', language_code from dim_language
where language_key <> surrogate_key(language_code)
union all
select 'dim_category', category_id from dim_category
where category_key <> surrogate_key(category_id)
union all
select 'dim_channel', channel_id from dim_channel
where channel_key <> surrogate_key(channel_id)
union all
select 'dim_video', video_id from dim_video
where video_key <> surrogate_key(video_id)
union all
select 'dim_playlist', playlist_id from dim_playlist
where playlist_key <> surrogate_key(playlist_id)
union all
select 'dim_tag', tag from dim_tag
where tag_key <> surrogate_key(tag)
union all
select 'dim_topic', topic_url from dim_topic
where topic_key <> surrogate_key(topic_url)
union all
select 'dim_date', to_char(day_on, 'YYYY-MM-DD') from dim_date
where date_key <> surrogate_key(to_char(day_on, 'YYYY-MM-DD'))
union all
select 'dim_asr_model', digest from dim_asr_model
where asr_model_key <> surrogate_key(digest)
