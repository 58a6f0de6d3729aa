-- In dim_date, day_on is never null and never repeated.
select
    day_on,
    count(*) as row_count
from dim_date
group by day_on
having count(*) > 1 or day_on is null
