-- One row per video and window of an hour, one every quarter of an hour: the views gained in it.
-- The totals at both ends of a window are read off a straight line between the polls around each end, so that
-- polls may come late or be missing; between polls more than two hours apart the line is not believed, and windows
-- that end there have no row. A gain may be negative: YouTube takes back views that were none. It counts a view of
-- a Short when playback starts since 2025-03-31, of any video since 2026-08-27: the regimes below.
with
video as (
    select * from dim_video
),

ranked_snapshot as (
    select
        video_key,
        view_count,
        observed_second,
        row_number() over (
            partition by video_key, observed_second
            order by view_count desc, source asc
        ) as recency
    from fct_video_snapshot
    where view_count is not null
),

poll as (
    select
        video_key,
        view_count,
        observed_second,
        row_number() over (partition by video_key order by observed_second) as poll_number,
        lead(view_count) over (partition by video_key order by observed_second) as next_view_count,
        lead(observed_second) over (partition by video_key order by observed_second) as next_observed_second
    from ranked_snapshot
    where recency = 1
),

line as (
    select
        video_key,
        view_count,
        observed_second,
        poll_number,
        next_view_count,
        next_observed_second,
        next_observed_second - observed_second as gap_seconds,
        -- The quarter of an hour at or after the poll.
        observed_second + mod(900 - mod(observed_second, 900), 900) as first_mark_second
    from poll
),

-- As many quarters as two hours may hold.
step as (
    select 0 as step_number
    union all
    select 1
    union all
    select 2
    union all
    select 3
    union all
    select 4
    union all
    select 5
    union all
    select 6
    union all
    select 7
),

mark as (
    select
        line.video_key,
        line.poll_number,
        line.first_mark_second + step.step_number * 900 as mark_second,
        case
            when line.first_mark_second + step.step_number * 900 = line.observed_second
                then cast(line.view_count as double precision)
            else
                line.view_count
                + (line.next_view_count - line.view_count)
                * cast(line.first_mark_second + step.step_number * 900 - line.observed_second as double precision)
                / line.gap_seconds
        end as view_count
    from line
    cross join step
    where
        (
            line.gap_seconds <= 7200
            and line.first_mark_second + step.step_number * 900 < line.next_observed_second
        )
        or (step.step_number = 0 and line.first_mark_second = line.observed_second)
),

gained as (
    select
        opening.video_key,
        opening.mark_second as start_second,
        closing.mark_second as end_second,
        closing.poll_number - opening.poll_number as poll_count,
        cast(round(closing.view_count) as bigint) as view_count,
        cast(round(closing.view_count) as bigint) - cast(round(opening.view_count) as bigint) as view_gain,
        case
            when opening.mark_second < 1743379200 then 'legacy'
            when opening.mark_second < 1787788800 then 'shorts_at_start'
            else 'all_at_start'
        end as start_regime,
        case
            when closing.mark_second < 1743379200 then 'legacy'
            when closing.mark_second < 1787788800 then 'shorts_at_start'
            else 'all_at_start'
        end as end_regime
    from mark as opening
    inner join mark as closing
        on closing.video_key = opening.video_key and closing.mark_second = opening.mark_second + 3600
)

select
    gained.video_key,
    video.video_id,
    video.title,
    gained.end_regime as view_count_regime,
    gained.view_count,
    gained.view_gain,
    gained.poll_count,
    gained.start_regime <> gained.end_regime as is_regime_change,
    video.published_at,
    to_timestamp(gained.start_second) as window_start_at,
    to_timestamp(gained.end_second) as window_end_at
from gained
inner join video on video.video_key = gained.video_key
