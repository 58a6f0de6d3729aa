-- One row per segment of the transcription that is preferred for its video; what was gated is kept, marked.
with
segment as (
    select * from transcripts_segment
),

transcription as (
    select * from transcripts_transcription
    where is_preferred and state = 'done'
),

source_video as (
    select * from ingestion_video
),

fact as (
    select * from fct_transcription
)

select
    surrogate_key(
        source_video.video_id,
        transcription.media_sha256,
        transcription.digest,
        cast(segment.position as text)
    ) as transcript_segment_key,
    fact.transcription_key,
    fact.video_key,
    segment.text,
    segment.gate_reason,
    segment.position,
    segment.start_seconds,
    segment.end_seconds,
    count_words(segment.text) as word_count,
    segment.gate_reason <> '' as is_gated
from segment
inner join transcription on transcription.id = segment.transcription_id
inner join source_video on source_video.id = transcription.video_id
inner join fact
    on fact.transcription_key = surrogate_key(
        source_video.video_id, transcription.media_sha256, transcription.digest
    )
