-- One row per country a channel names.
with
channel as (
    select * from int_channel
)

select distinct
    surrogate_key(country_code) as country_key,
    country_code
from channel
where country_code is not null
