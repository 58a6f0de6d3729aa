-- A number written as text, rounded to a whole one; NULL where it is anything else, never an error.
create function read_count(value text) returns bigint
language sql immutable parallel safe
return case when value ~ '^\d{1,18}(\.\d{1,18})?$' then cast(round(cast(value as numeric)) as bigint) end
