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


def test_a_channels_uploads_are_a_playlist():
    assert addresses.uploads("UC" + "e" * 22) == "https://www.youtube.com/playlist?list=UU" + "e" * 22


@pytest.mark.parametrize("handle", ["@ada", "ada"])
def test_a_handle_leads_to_its_channel(handle):
    assert addresses.channel(handle) == "https://www.youtube.com/@ada/videos"


def test_a_handle_leads_nowhere_else():
    with pytest.raises(addresses.NoAddressError):
        addresses.channel("ada/../../redirect?q=https://127.0.0.1")


def test_words_stay_words_of_a_search():
    assert addresses.search("graphs\n  https://127.0.0.1/", most_entries=5) == (
        "ytsearchdate5:graphs https://127.0.0.1/"
    )
