-- One row per way of hearing: engine, model, task and options, which the digest names.
with
transcription as (
    select * from transcripts_transcription
)

select distinct on (digest)
    surrogate_key(digest) as asr_model_key,
    digest,
    engine,
    model
from transcription
where state not in ('pending', 'running')
order by digest asc, id asc
