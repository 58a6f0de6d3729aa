-- In fct_transcription, video_key, media_sha256 and asr_model_key are together never null and never repeated.
select
    video_key,
    media_sha256,
    asr_model_key,
    count(*) as row_count
from fct_transcription
group by video_key, media_sha256, asr_model_key
having count(*) > 1 or video_key is null or media_sha256 is null or asr_model_key is null
