-- In mart_transcript_quality, a video's corrected segments are those that say what a person wrote.
with
changed as (
    select ingestion_video.video_id, count(*) as changed_count
    from transcripts_segment
    inner join transcripts_transcription
        on transcripts_transcription.id = transcripts_segment.transcription_id
    inner join ingestion_video on ingestion_video.id = transcripts_transcription.video_id
    inner join transcripts_correction
        on transcripts_correction.id = transcripts_segment.correction_id
    where
        transcripts_transcription.is_preferred
        and not ingestion_video.is_withdrawn
        and transcripts_correction.text <> transcripts_correction.heard_text
        and transcripts_segment.text = transcripts_correction.text
    group by ingestion_video.video_id
)

select
    mart_transcript_quality.video_id,
    mart_transcript_quality.corrected_segment_count,
    coalesce(changed.changed_count, 0) as changed_count
from mart_transcript_quality
left join changed on changed.video_id = mart_transcript_quality.video_id
where mart_transcript_quality.corrected_segment_count <> coalesce(changed.changed_count, 0)
