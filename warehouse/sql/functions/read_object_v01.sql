-- A JSON object, empty where the value is anything else.
create function read_object(value jsonb) returns jsonb
language sql immutable parallel safe
return case when jsonb_typeof(value) = 'object' then value else cast('{}' as jsonb) end
