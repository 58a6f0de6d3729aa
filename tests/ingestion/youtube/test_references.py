import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.models import SubjectKind
from ingestion.youtube import references
from ingestion.youtube.references import Reference

VIDEO, CHANNEL, PLAYLIST = "dQw4w9WgXcQ", "UC_x5XG1OV2P6uZZ5FSM9Ttw", "PLOU2XLYxmsIKpaV8h0AGE05so0fAwwfTw"


@pytest.mark.parametrize(
    "text",
    [
        VIDEO,
        f"https://www.youtube.com/watch?v={VIDEO}",
        f"http://m.youtube.com/watch?feature=share&v={VIDEO}&t=42s",
        f"https://www.youtube.com/watch?v={VIDEO}&list={PLAYLIST}&index=3",
        f"https://music.youtube.com/watch?v={VIDEO}",
        f"youtube.com/watch?v={VIDEO}",
        f"//www.youtube.com/watch?v={VIDEO}",
        f"https://youtu.be/{VIDEO}?si=abc",
        f"youtu.be/{VIDEO}",
        f"https://www.youtube.com/shorts/{VIDEO}",
        f"https://www.youtube.com/live/{VIDEO}?feature=shared",
        f"https://www.youtube.com/embed/{VIDEO}",
        f"https://www.youtube-nocookie.com/embed/{VIDEO}",
        f"https://www.youtube.com/v/{VIDEO}",
        f"  https://www.YouTube.com/watch?v={VIDEO}\n",
    ],
)
def test_it_finds_the_video_in_every_form_of_address(text):
    assert references.parse(text) == Reference(SubjectKind.VIDEO, VIDEO)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (CHANNEL, CHANNEL),
        (f"https://www.youtube.com/channel/{CHANNEL}", CHANNEL),
        (f"https://www.youtube.com/channel/{CHANNEL}/videos", CHANNEL),
        ("@3Blue1Brown", "@3blue1brown"),
        ("https://www.youtube.com/@3Blue1Brown", "@3blue1brown"),
        ("https://www.youtube.com/@3Blue1Brown/playlists", "@3blue1brown"),
        ("youtube.com/@café.da.manhã", "@café.da.manhã"),
        ("https://www.youtube.com/@caf%C3%A9", "@café"),
        ("https://www.youtube.com/c/Computerphile", "c/computerphile"),
        ("https://www.youtube.com/user/Vsauce/about", "user/vsauce"),
    ],
)
def test_it_finds_the_channel_in_every_form_of_address(text, value):
    assert references.parse(text) == Reference(SubjectKind.CHANNEL, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (PLAYLIST, PLAYLIST),
        (f"https://www.youtube.com/playlist?list={PLAYLIST}", PLAYLIST),
        (f"https://www.youtube.com/embed/videoseries?list={PLAYLIST}", PLAYLIST),
        (f"https://www.youtube.com/watch?list={PLAYLIST}", PLAYLIST),
        ("UU_x5XG1OV2P6uZZ5FSM9Ttw", "UU_x5XG1OV2P6uZZ5FSM9Ttw"),
        ("OLAK5uy_kD4nSs8fHqnsZ8XV7Yh6aQ", "OLAK5uy_kD4nSs8fHqnsZ8XV7Yh6aQ"),
    ],
)
def test_it_finds_the_playlist(text, value):
    assert references.parse(text) == Reference(SubjectKind.PLAYLIST, value)


def test_an_id_of_eleven_letters_is_a_video_whatever_it_begins_with():
    for video_id in ("-AbCdEfGhIj", "--AbCdEfGhI", "PLaylist_12", "UCabcdefghi"):
        assert references.parse(video_id) == Reference(SubjectKind.VIDEO, video_id)


def test_it_finds_the_words_of_a_search():
    found = references.parse("https://www.youtube.com/results?search_query=linear+algebra&sp=EgIQAw")
    assert found == Reference(SubjectKind.SEARCH, "linear algebra")
    assert references.search_for("  linear   algebra ") == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a course on algebra",
        "https://youtube.com@127.0.0.1/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com:8080/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com\\@127.0.0.1/watch?v=dQw4w9WgXcQ",
        "https://127.0.0.1/watch?v=dQw4w9WgXcQ",
        "https://youtube.com.example.org/watch?v=dQw4w9WgXcQ",
        "https://example.org/youtube.com/watch?v=dQw4w9WgXcQ",
        "https://xn--yutube-wqf.com/watch?v=dQw4w9WgXcQ",
        "https://youtubе.com/watch?v=dQw4w9WgXcQ",  # noqa: RUF001  a Cyrillic letter
        "file:///etc/passwd",
        "javascript:alert(1)",
        "ftp://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com/watch?v=dQw4w9WgXc",
        "https://www.youtube.com/watch?v=../../etc/pas",
        "https://www.youtube.com/redirect?q=http://127.0.0.1",
        "https://www.youtube.com/feed/subscriptions",
        "https://www.youtube.com/",
        "https://youtu.be/",
        "https://www.youtube.com/playlist?list=WL",
        "https://www.youtube.com/playlist?list=RDdQw4w9WgXcQ",
        "https://[::1/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com:port/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com/results?search_query=",
        "dQw4w9WgXcQ\nhttps://127.0.0.1",
        "dQw4w9\0WgXcQ",
        "x" * 3000,
    ],
)
def test_what_names_nothing_of_youtube_is_refused_in_one_sentence(text):
    with pytest.raises(references.InvalidReferenceError) as refusal:
        references.parse(text)
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert refusal.value.permanent


@given(st.text(max_size=80) | st.from_regex(r"(https?://)?(www\.)?youtu(\.be|be\.com)/\S{0,40}", fullmatch=True))
def test_any_text_is_a_reference_or_refused_and_an_address_is_built_anew_from_ids_alone(text):
    try:
        reference = references.parse(text)
    except references.InvalidReferenceError:
        return
    assert reference.url.startswith("https://www.youtube.com/")
    assert references.parse(reference.url) == reference
