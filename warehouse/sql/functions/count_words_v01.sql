-- Words as they are written: what blanks separate.
create function count_words(value text) returns integer
language sql immutable parallel safe
return case when btrim(value, E' \t\r\n') = '' then 0
    else cardinality(regexp_split_to_array(btrim(value, E' \t\r\n'), '\s+')) end
