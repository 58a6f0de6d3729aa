-- true or false written as text; NULL where it is anything else, never an error.
create function read_flag(value text) returns boolean
language sql immutable parallel safe
return case lower(value) when 'true' then true when 'false' then false end
