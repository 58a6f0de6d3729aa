-- An ISO 8601 duration (PT1H9M5S, P3W3DT20H31M21S, P0D) in whole seconds; NULL where it is anything else.
create function read_duration(value text) returns bigint
language sql stable parallel safe
return case
    when value ~ '^P(?=[0-9T])(\d{1,9}[YMWD])*(T(\d{1,9}(\.\d{1,9})?[HMS])+)?$'
        and pg_input_is_valid(value, 'interval')
        then cast(round(extract(epoch from cast(value as interval))) as bigint)
end
