-- In dim_asr_model, digest is never null and never repeated.
select
    digest,
    count(*) as row_count
from dim_asr_model
group by digest
having count(*) > 1 or digest is null
