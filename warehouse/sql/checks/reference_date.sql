-- Every fact hangs on the UTC day at which it happened.
with
fact as (
    select 'fct_video_snapshot' as relation, date_key, observed_at as happened_at from fct_video_snapshot
    union all
    select 'fct_channel_snapshot', date_key, observed_at from fct_channel_snapshot
    union all
    select 'fct_transcription', date_key, finished_at from fct_transcription
    union all
    select 'fct_correction', date_key, corrected_at from fct_correction
)

select fact.relation, fact.happened_at, dim_date.day_on
from fact
left join dim_date on dim_date.date_key = fact.date_key
where dim_date.day_on is distinct from cast(fact.happened_at at time zone 'UTC' as date)
