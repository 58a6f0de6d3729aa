-- In dim_tag, tag is never null and never repeated.
select
    tag,
    count(*) as row_count
from dim_tag
group by tag
having count(*) > 1 or tag is null
