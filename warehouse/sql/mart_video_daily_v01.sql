-- One row per video and UTC day on which its totals were seen: the day's last totals, and what they gained
-- since the snapshot day before. YouTube counts a view of a Short when playback starts since 2025-03-31, of
-- any video since 2026-08-27: a gain across two regimes is no gain in audience.
with
video as (
    select * from dim_video
),

calendar as (
    select * from dim_date
),

ranked_snapshot as (
    select
        video_key,
        date_key,
        view_count,
        like_count,
        comment_count,
        observed_at,
        row_number() over (
            partition by video_key, date_key
            order by observed_at desc, source asc
        ) as recency
    from fct_video_snapshot
    where coalesce(view_count, like_count, comment_count) is not null
),

daily as (
    select
        ranked_snapshot.video_key,
        ranked_snapshot.view_count,
        ranked_snapshot.like_count,
        ranked_snapshot.comment_count,
        ranked_snapshot.observed_at,
        calendar.day_on,
        calendar.day_number,
        case
            when calendar.day_on < cast('2025-03-31' as date) then 'legacy'
            when calendar.day_on < cast('2026-08-27' as date) then 'shorts_at_start'
            else 'all_at_start'
        end as view_count_regime
    from ranked_snapshot
    inner join calendar on calendar.date_key = ranked_snapshot.date_key
    where ranked_snapshot.recency = 1
),

compared as (
    select
        video_key,
        view_count,
        like_count,
        comment_count,
        observed_at,
        day_on,
        day_number,
        view_count_regime,
        lag(view_count) over (partition by video_key order by day_number) as previous_view_count,
        lag(like_count) over (partition by video_key order by day_number) as previous_like_count,
        lag(comment_count) over (partition by video_key order by day_number) as previous_comment_count,
        lag(day_number) over (partition by video_key order by day_number) as previous_day_number,
        lag(view_count_regime) over (partition by video_key order by day_number) as previous_regime
    from daily
)

select
    compared.video_key,
    video.video_id,
    video.title,
    compared.view_count_regime,
    compared.view_count,
    compared.like_count,
    compared.comment_count,
    compared.view_count - compared.previous_view_count as view_gain,
    compared.like_count - compared.previous_like_count as like_gain,
    compared.comment_count - compared.previous_comment_count as comment_gain,
    compared.day_number - compared.previous_day_number as days_since_previous,
    coalesce(compared.view_count_regime <> compared.previous_regime, false) as is_regime_change,
    compared.day_on,
    compared.observed_at
from compared
inner join video on video.video_key = compared.video_key
