-- In fct_correction, correction_key is never null and never repeated.
select
    correction_key,
    count(*) as row_count
from fct_correction
group by correction_key
having count(*) > 1 or correction_key is null
