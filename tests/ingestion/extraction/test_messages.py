import pytest

from ingestion.extraction import messages

ACCESS = messages.Access(cookies="# Netscape\nsecret", proxy="http://user:secret@127.0.0.1:1", sleep_seconds=1.5)


@pytest.mark.parametrize(
    "message",
    [
        messages.AudioOrder("https://a", "/b", ACCESS, languages=("en", "pt-BR"), expected_seconds=3.5),
        messages.InfoOrder(("https://a", "https://b"), ACCESS),
        messages.ListingOrder("https://a", ACCESS, 7),
        messages.Alive(),
        messages.Progress(3, None),
        messages.Fetched("captions", "/b/captions.en.vtt", "en"),
        messages.Described({"id": "a", "tags": ["b"], "title": "\u2028 naïve"}),
        messages.Failed("network", "two\nlines", starts_at=1.0),
    ],
)
def test_a_message_is_one_line_and_comes_out_as_it_went_in(message):
    line = messages.encode(message)
    assert line.count(b"\n") == 1
    assert messages.decode(line) == message


@pytest.mark.parametrize(
    "line", [b"", b"[]", b"{}", b'{"type": "Order"}', b'{"type": "Progress", "x": 1}', b"\xff"]
)
def test_what_is_no_message_is_refused(line):
    with pytest.raises(ValueError):
        messages.decode(line)


def test_no_secret_shows_where_an_order_is_logged():
    assert "secret" not in repr(messages.ListingOrder("https://a", ACCESS))
