-- In dim_country, country_code is never null and never repeated.
select
    country_code,
    count(*) as row_count
from dim_country
group by country_code
having count(*) > 1 or country_code is null
