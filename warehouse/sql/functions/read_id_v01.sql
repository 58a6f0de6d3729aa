-- A short printable id, code or handle; NULL where it is anything else, never an error.
create function read_id(value text) returns text
language sql immutable parallel safe
return case when value ~ '^[\x21-\x7e]{1,255}$' then value end
