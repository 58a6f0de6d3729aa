-- In dim_topic, topic_url is never null and never repeated.
select
    topic_url,
    count(*) as row_count
from dim_topic
group by topic_url
having count(*) > 1 or topic_url is null
