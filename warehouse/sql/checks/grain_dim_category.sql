-- In dim_category, category_id is never null and never repeated.
select
    category_id,
    count(*) as row_count
from dim_category
group by category_id
having count(*) > 1 or category_id is null
