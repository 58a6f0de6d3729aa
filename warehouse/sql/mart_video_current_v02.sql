-- One row per video: what it is, its totals as last seen and how far its transcript has come.
with
video as (
    select * from dim_video
),

channel as (
    select * from dim_channel
),

country as (
    select * from dim_country
),

category as (
    select * from dim_category
),

language as (
    select * from dim_language
),

asr_model as (
    select * from dim_asr_model
),

ranked_snapshot as (
    select
        video_key,
        view_count,
        like_count,
        comment_count,
        observed_at,
        row_number() over (
            partition by video_key
            order by observed_at desc, source asc
        ) as recency
    from fct_video_snapshot
    where coalesce(view_count, like_count, comment_count) is not null
),

ranked_transcription as (
    select
        video_key,
        asr_model_key,
        outcome,
        segment_count,
        gated_segment_count,
        word_count,
        row_number() over (
            partition by video_key
            order by
                case when is_preferred then 0 else 1 end asc,
                case when finished_at is null then 1 else 0 end asc,
                finished_at desc,
                transcription_key asc
        ) as preference
    from fct_transcription
),

playlist as (
    select
        video_key,
        count(distinct playlist_key) as playlist_count
    from bridge_playlist_video
    group by video_key
),

tag as (
    select
        video_key,
        count(*) as tag_count
    from bridge_video_tag
    group by video_key
)

select
    video.video_key,
    video.video_id,
    coalesce(channel.channel_id, '') as channel_id,
    video.title,
    coalesce(channel.title, '') as channel_title,
    coalesce(country.country_code, '') as country_code,
    coalesce(category.title, '') as category_title,
    coalesce(language.language_code, '') as language_code,
    video.availability,
    coalesce(ranked_transcription.outcome, 'pending') as transcription_state,
    coalesce(asr_model.engine, '') as asr_engine,
    coalesce(asr_model.model, '') as asr_model,
    video.duration_seconds,
    ranked_snapshot.view_count,
    ranked_snapshot.like_count,
    ranked_snapshot.comment_count,
    coalesce(playlist.playlist_count, 0) as playlist_count,
    coalesce(tag.tag_count, 0) as tag_count,
    coalesce(ranked_transcription.segment_count, 0) as segment_count,
    coalesce(ranked_transcription.gated_segment_count, 0) as gated_segment_count,
    coalesce(ranked_transcription.word_count, 0) as word_count,
    video.has_captions,
    video.is_live,
    video.published_at,
    ranked_snapshot.observed_at
from video
left join channel on channel.channel_key = video.channel_key
left join country on country.country_key = channel.country_key
left join category on category.category_key = video.category_key
left join language on language.language_key = video.language_key
left join ranked_snapshot on ranked_snapshot.video_key = video.video_key and ranked_snapshot.recency = 1
left join ranked_transcription
    on ranked_transcription.video_key = video.video_key and ranked_transcription.preference = 1
left join asr_model on asr_model.asr_model_key = ranked_transcription.asr_model_key
left join playlist on playlist.video_key = video.video_key
left join tag on tag.video_key = video.video_key
