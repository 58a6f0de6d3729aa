-- Seconds since 1970 as a moment; NULL where it is anything else, never an error.
create function read_epoch(value text) returns timestamptz
language sql immutable parallel safe
return case when value ~ '^\d{1,10}(\.\d{1,9})?$' then to_timestamp(cast(value as double precision)) end
