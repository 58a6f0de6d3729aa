-- A preferred transcription counts as many segments and trusted words as fct_transcript_segment holds of it.
with
held as (
    select
        transcription_key,
        count(*) as segment_count,
        count(*) filter (where is_gated and gate_reason <> 'not_said') as gated_segment_count,
        coalesce(sum(word_count) filter (where not is_gated), 0) as word_count
    from fct_transcript_segment
    group by transcription_key
)

select
    fct_transcription.transcription_key,
    fct_transcription.segment_count,
    coalesce(held.segment_count, 0) as held_segment_count,
    fct_transcription.word_count,
    coalesce(held.word_count, 0) as held_word_count
from fct_transcription
left join held on held.transcription_key = fct_transcription.transcription_key
where
    fct_transcription.is_preferred
    and fct_transcription.outcome = 'done'
    and (
        fct_transcription.segment_count,
        fct_transcription.gated_segment_count,
        fct_transcription.word_count
    ) is distinct from (
        coalesce(held.segment_count, 0),
        coalesce(held.gated_segment_count, 0),
        coalesce(held.word_count, 0)
    )
