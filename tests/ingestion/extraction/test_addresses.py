import pytest

from ingestion.extraction import addresses


def test_an_id_that_begins_with_a_dash_is_an_id_like_any_other():
    assert addresses.watch("-lecture_01") == "https://www.youtube.com/watch?v=-lecture_01"


@pytest.mark.parametrize(
    "text",
    ["", "short", "lecture_01&list=PL1", "../../etc/pass", "https://127.0.0.1", "lecture_01\n", "léctüre_01x"],
)
def test_what_is_no_id_makes_no_address(text):
    with pytest.raises(addresses.NoAddressError):
        addresses.watch(text)
    with pytest.raises(addresses.NoAddressError):
        addresses.uploads(text)


def test_a_channels_uploads_are_a_playlist():
    assert addresses.uploads("UC" + "e" * 22) == "https://www.youtube.com/playlist?list=UU" + "e" * 22


def test_words_stay_words_of_a_search():
    assert addresses.search("graphs\n  https://127.0.0.1/", most_entries=5) == (
        "ytsearch5:graphs https://127.0.0.1/"
    )
