-- Every transcript segment belongs to a preferred, finished transcription of the same video.
select
    fct_transcript_segment.transcript_segment_key,
    fct_transcription.outcome,
    fct_transcription.is_preferred
from fct_transcript_segment
left join fct_transcription
    on fct_transcription.transcription_key = fct_transcript_segment.transcription_key
where
    fct_transcription.transcription_key is null
    or fct_transcription.video_key <> fct_transcript_segment.video_key
    or not fct_transcription.is_preferred
    or fct_transcription.outcome <> 'done'
