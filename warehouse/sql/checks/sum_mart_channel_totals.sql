-- A channel's totals equal the sums of the newest snapshots of its videos, each video counted once.
with
newest as (
    select
        dim_video.video_key,
        dim_video.channel_key,
        (
            select fct_video_snapshot.video_snapshot_key
            from fct_video_snapshot
            where
                fct_video_snapshot.video_key = dim_video.video_key
                and num_nonnulls(
                    fct_video_snapshot.view_count,
                    fct_video_snapshot.like_count,
                    fct_video_snapshot.comment_count
                ) > 0
            order by fct_video_snapshot.observed_at desc, fct_video_snapshot.source asc
            limit 1
        ) as video_snapshot_key
    from dim_video
    where dim_video.channel_key is not null
),

expected as (
    select
        newest.channel_key,
        count(*) as video_count,
        sum(fct_video_snapshot.view_count) as view_count,
        sum(fct_video_snapshot.like_count) as like_count,
        sum(fct_video_snapshot.comment_count) as comment_count
    from newest
    left join fct_video_snapshot on fct_video_snapshot.video_snapshot_key = newest.video_snapshot_key
    group by newest.channel_key
)

select
    mart.channel_id,
    mart.video_count,
    expected.video_count as expected_video_count,
    mart.view_count,
    expected.view_count as expected_view_count,
    mart.like_count,
    expected.like_count as expected_like_count,
    mart.comment_count,
    expected.comment_count as expected_comment_count
from mart_channel_totals as mart
left join expected on expected.channel_key = mart.channel_key
where
    (mart.video_count, mart.view_count, mart.like_count, mart.comment_count)
    is distinct from (
        coalesce(expected.video_count, 0),
        expected.view_count,
        expected.like_count,
        expected.comment_count
    )
