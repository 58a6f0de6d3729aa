-- In dim_language, language_code is never null and never repeated.
select
    language_code,
    count(*) as row_count
from dim_language
group by language_code
having count(*) > 1 or language_code is null
