-- A moment (2019-05-02T23:38:49.000Z, with any fraction) or a day (20140428), in UTC where no zone is named;
-- NULL where it is anything else, never an error.
create function read_time(value text) returns timestamptz
language sql stable parallel safe
return case
    when value !~ '^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?$' and value !~ '^\d{8}$' then null
    when value ~ '(Z|[+-]\d{2}:?\d{2})$' and value like '%:%'
        then case when pg_input_is_valid(value, 'timestamptz') then cast(value as timestamptz) end
    when pg_input_is_valid(value || ' UTC', 'timestamptz') then cast(value || ' UTC' as timestamptz)
end
