-- A JSON list, empty where the value is anything else.
create function read_list(value jsonb) returns jsonb
language sql immutable parallel safe
return case when jsonb_typeof(value) = 'array' then value else cast('[]' as jsonb) end
