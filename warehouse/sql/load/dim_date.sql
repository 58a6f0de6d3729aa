-- One row per UTC day, from the first to the last that a fact names.
with
observation as (
    select * from raw_observation
),

transcription as (
    select * from transcripts_transcription
),

correction as (
    select * from transcripts_correction
),

moment as (
    select min(observed_at) as earliest_at, max(observed_at) as latest_at from observation
    union all
    select min(finished_at), max(finished_at) from transcription
    union all
    select min(created_at), max(created_at) from correction
),

day as (
    select cast(generated.day_at as date) as day_on
    from (
        select
            date_trunc('day', min(earliest_at) at time zone 'UTC') as first_at,
            date_trunc('day', max(latest_at) at time zone 'UTC') as last_at
        from moment
    ) as span
    cross join lateral generate_series(span.first_at, span.last_at, interval '1 day') as generated (day_at)
)

select
    surrogate_key(to_char(day_on, 'YYYY-MM-DD')) as date_key,
    day_on,
    cast(day_on - date '1970-01-01' as integer) as day_number,
    cast(extract(year from day_on) as integer) as year,
    cast(extract(quarter from day_on) as integer) as quarter,
    cast(extract(month from day_on) as integer) as month,
    cast(extract(week from day_on) as integer) as iso_week,
    cast(extract(isodow from day_on) as integer) as iso_weekday,
    extract(isodow from day_on) >= 6 as is_weekend
from day
