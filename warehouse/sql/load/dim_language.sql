-- One row per language, as the sources write it, of a video or of a transcription.
with
video as (
    select * from int_video
),

transcription as (
    select * from transcripts_transcription
),

language as (
    select language_code from video
    union
    select read_id(language) from transcription
)

select
    surrogate_key(language_code) as language_key,
    language_code,
    lower(split_part(language_code, '-', 1)) as primary_code
from language
where language_code is not null
