-- The surrogate key of a natural key: the md5 of its parts joined by |, as a uuid, the same in every database.
create function surrogate_key(variadic parts text[]) returns uuid
language sql immutable parallel safe
return cast(md5(array_to_string(parts, '|')) as uuid)
