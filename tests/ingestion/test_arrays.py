import pytest
from django.db import connection

from ingestion import arrays

ODD = ["", "plain", 'a "quoted" word', "back\\slash", "{a,b}", "NULL", "two\nlines", "ü 🎓", '","', "-dashed-id1"]


def read(text, kind):
    with connection.cursor() as cursor:
        cursor.execute(f"select %s::{kind}[]", [text])
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_the_database_reads_back_what_was_written():
    assert read(arrays.write_texts(ODD), "text") == ODD
    assert read(arrays.write_numbers([1, -2, 2**62]), "bigint") == [1, -2, 2**62]


@pytest.mark.django_db
def test_nothing_is_an_empty_array():
    assert read(arrays.write_texts([]), "text") == read(arrays.write_numbers([]), "bigint") == []
