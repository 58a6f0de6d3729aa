import pytest

from ingestion import text


@pytest.mark.parametrize(("count", "told"), [(0, "0 videos"), (1, "1 video"), (2, "2 videos")])
def test_a_count_agrees_with_its_noun(count, told):
    assert text.tell_count(count, "video") == told
