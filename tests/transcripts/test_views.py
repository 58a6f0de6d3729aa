import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from ingestion.lake import lake
from ingestion.models import (
    TEACH,
    AudioFetch,
    Availability,
    Chapter,
    FetchReason,
    FetchState,
    MediaFile,
    Video,
)
from tests.transcripts import factories, pages
from transcripts import views
from transcripts.models import Segment, State

pytestmark = pytest.mark.django_db

HTMX_LIST = {"HX-Request": "true", "HX-Target": "lectures"}
HTMX_TRANSCRIPT = {"HX-Request": "true", "HX-Target": "transcript"}


@pytest.fixture
def sam(client):
    user = pages.make_person()
    client.force_login(user)
    return user


@pytest.fixture
def course(sam):
    return pages.make_course(members=[sam])


@pytest.fixture
def video(course):
    return pages.make_lecture(course, duration_seconds=600.0, view_count=1234)


def get(client, name, *parts, query="", **extra):
    return client.get(reverse(name, args=parts) + query, **extra)


def page_of(client, video_id="lecture-01", query="", **extra):
    return get(client, "video", video_id, query=query, **extra).content.decode()


# The library


def test_it_shows_courses_lectures_and_their_states(client, course, video):
    pages.make_heard(video)
    failed = pages.make_lecture(course, "two", title="<script>alert(1)</script>")
    pages.make_state(failed, State.FAILED, reason="Out of <memory>.")
    page = get(client, "library").content.decode()
    assert "1,234 views" in page
    assert "Out of &lt;memory&gt;." in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert page.count('data-test="lecture"') == 2
    assert f'action="{reverse("search")}"' in page


def test_views_that_are_hidden_are_not_shown(client, course):
    pages.make_lecture(course, view_count=None)
    assert not re.search(r"\d views?", get(client, "library").content.decode())


def test_htmx_takes_the_list_alone_and_a_clean_address(client, course, video):
    address = f"{reverse('library')}?title=lec&course=&state=&order=newest"
    answer = client.get(address, headers=HTMX_LIST)
    page = answer.content.decode()
    assert page.lstrip().startswith('<div id="lectures"')
    assert answer["HX-Push-Url"] == "/?title=lec"
    assert 'hx-swap-oob="innerHTML"' in page
    assert "HX-Request" in answer["Vary"]


def test_a_poll_neither_moves_the_address_nor_speaks(client, course, video):
    answer = client.get(reverse("library"), headers=HTMX_LIST | {"HX-Trigger": "lectures"})
    assert "HX-Push-Url" not in answer
    assert "hx-swap-oob" not in answer.content.decode()


def test_going_back_brings_the_whole_page(client, course, video):
    answer = client.get(reverse("library"), headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in answer.content.decode()


def test_the_list_refreshes_itself_only_while_something_is_in_progress(client, course, video):
    assert "every 4s" in get(client, "library").content.decode()
    pages.make_heard(video)
    assert "every 4s" not in get(client, "library").content.decode()


def test_without_a_course_one_is_told_how_to_join(client, sam):
    page = get(client, "library").content.decode()
    assert "You take part in no course yet" in page
    assert reverse("search") not in page


def test_without_a_course_a_teacher_is_led_to_adding_one(client):
    client.force_login(pages.make_person("tina", TEACH))
    page = get(client, "library").content.decode()
    assert "Nothing has been added yet" in page
    assert f'href="{reverse("add_folder")}"' in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?course={course}", "This course has no lectures yet"),
        ("?title=nothing", "No lecture matches"),
        ("?page=9", "There is no such page"),
        ("", "No lectures yet"),
    ],
)
def test_an_empty_list_says_why(query, sentence, client, course):
    assert sentence in get(client, "library", query=query.format(course=course.pk)).content.decode()


def test_a_course_that_is_not_theirs_is_not_there(client, sam):
    closed = pages.make_course("Closed")
    assert get(client, "library", query=f"?course={closed.pk}").status_code == 404
    assert get(client, "library", query="?course=999999999999999999").status_code == 404


def test_the_library_costs_the_same_queries_whatever_it_holds(client, course, django_assert_max_num_queries):
    for number in range(30):
        pages.make_heard(pages.make_lecture(course, f"video-{number}"))
    # session, person, two of permissions, courses and figures, then count, videos, standings, courses of these
    with django_assert_max_num_queries(10):
        assert get(client, "library").status_code == 200


# A lecture


def test_every_line_has_an_address_and_markup_stays_text(client, video):
    pages.make_heard(video, [(0.0, 4.0, "One."), (75.36, 80, "<b>Two</b>."), (80, 90, "doubted", "no_speech")])
    page = page_of(client)
    assert re.findall(r'href="\?t=(\d+)" data-second="([\d.]+)"', page) == [("0", "0"), ("75", "75.36")]
    assert "&lt;b&gt;Two&lt;/b&gt;." in page
    assert "doubted" not in page


def test_seconds_are_written_for_programs_in_every_language(client, video):
    pages.make_heard(video, [(1234.5, 1240, "One.")])
    client.cookies["django_language"] = "pt-br"
    assert 'data-second="1234.5"' in page_of(client)


@pytest.mark.parametrize(
    ("t", "seconds"),
    [
        ("75", 75),
        ("75.9", 75),
        ("75s", 75),
        ("", 0),
        ("-5", 0),
        ("abc", 0),
        ("²", 0),
        ("٣", 0),
        ("1e9", 1),
        ("99999999999999999999", 600),
        ("\0", 0),
        ("NaN", 0),
    ],
)
def test_the_second_of_the_address_is_taken_or_passed_over(t, seconds, client, video):
    pages.make_heard(video)
    page = page_of(client, query=f"?t={quote(t)}")
    assert f'data-start="{seconds}"' in page
    assert f"?video=lecture-01&amp;t={seconds}" in page


def test_a_lecture_with_a_recording_has_a_player_of_ours(client, video):
    pages.make_heard(video)
    answer = get(client, "video", "lecture-01", query="?t=5")
    assert f'src="{reverse("video_media", args=["lecture-01"])}#t=5"' in answer.content.decode()
    assert "youtube" not in answer["Content-Security-Policy"]


def test_a_recording_with_pictures_has_a_video_with_captions(client, video):
    pages.make_heard(video)
    MediaFile.objects.update(lake_key="audio/lecture-01/x.mp4")
    page = page_of(client)
    assert "<video" in page
    assert f'<track kind="captions" src="{reverse("transcript_download", args=["lecture-01", "vtt"])}"' in page


def test_a_youtube_video_plays_there_even_where_its_audio_lies_here(client, course):
    pages.make_heard(pages.make_lecture(course, "M7lc1UVf-VE", is_on_youtube=True))
    answer = get(client, "video", "M7lc1UVf-VE")
    page = answer.content.decode()
    assert 'id="youtube"' in page
    assert 'id="media"' not in page
    assert re.findall(r'<(?:script|iframe|img)[^>]*src="https?:', page) == []
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert policy["script-src"] == "'self' https://www.youtube.com"
    assert policy["frame-src"] == "'self' https://www.youtube-nocookie.com"


def test_no_other_page_may_reach_youtube(client, course):
    pages.make_lecture(course, "M7lc1UVf-VE", is_on_youtube=True)
    assert "youtube" not in get(client, "library")["Content-Security-Policy"]


def test_a_video_that_youtube_shows_to_some_only_says_so(client, course):
    now = timezone.now()
    pages.make_lecture(
        course, "ours", is_on_youtube=True, availability=Availability.PRIVATE, described_at=now, observed_at=now
    )
    assert "YouTube no longer shows this video" in page_of(client, "ours")


def test_a_video_that_is_gone_at_its_source_is_not_there(client, course):
    pages.make_lecture(course, "gone", is_on_youtube=True, availability=Availability.DELETED)
    assert get(client, "video", "gone").status_code == 404
    assert "gone" not in get(client, "library").content.decode()


def test_chapters_open_at_their_second(client, video):
    Chapter.objects.create(video=video, position=1, title="Second <part>", start_seconds=61.5)
    Chapter.objects.create(video=video, position=0, title="First", start_seconds=0)
    page = page_of(client)
    assert page.index("First") < page.index("Second &lt;part&gt;")
    assert 'href="?t=61" data-second="61.5"' in page


def test_in_a_frame_it_is_the_same_without_header_and_footer(client, video):
    pages.make_heard(video)
    answer = get(client, "video", "lecture-01", query="?frame=1&t=3")
    page = answer.content.decode()
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "<header" not in page
    assert "<footer" not in page
    assert 'href="?frame=1&amp;t=0"' in page
    assert 'target="_top"' in page
    assert "<header" in page_of(client)


LATER = timezone.now() + timedelta(days=1)
WHY = {
    "waiting": (None, {}, "waits to be heard"),
    "tried": (State.PENDING, {"attempt_count": 2, "reason": "Out of memory."}, "Attempt 2 went wrong"),
    "put off": (
        State.PENDING,
        {"lease_expires_at": LATER, "reason": "The weights are gone."},
        "waits for the engine that is to hear it",
    ),
    "running": (State.RUNNING, {"lease_expires_at": LATER}, "is being heard"),
    "interrupted": (
        State.RUNNING,
        {"lease_expires_at": timezone.now() - timedelta(minutes=1)},
        "worker that was hearing this lecture has stopped",
    ),
    "no audio": (State.NO_AUDIO, {}, "No recording of this lecture has come"),
    "no speech": (State.NO_SPEECH, {}, "nothing in it could be trusted"),
    "unreadable": (State.UNREADABLE_AUDIO, {"reason": "No audio track."}, "cannot be decoded"),
    "failed": (State.FAILED, {"reason": "Died <thrice>."}, "until an operator sends it back"),
}


@pytest.mark.parametrize("name", WHY)
def test_a_lecture_without_transcript_says_why_and_what_comes_next(name, client, video):
    state, values, sentence = WHY[name]
    if state:
        pages.make_state(video, state, **values)
    page = page_of(client)
    assert sentence in page
    assert ("every 4s" in page) is (name in {"waiting", "tried", "put off", "running", "interrupted"})


@pytest.mark.parametrize("audio", [None, State.NO_AUDIO, State.NO_SPEECH])
def test_captions_that_were_refused_say_why(audio, client, video):
    pages.make_state(video, State.UNREADABLE_AUDIO, media_kind="captions", reason="No cue <at> all.")
    if audio:
        pages.make_state(video, audio)
    page = page_of(client)
    assert "Its captions were refused." in page
    assert "No cue &lt;at&gt; all." in page
    assert "cannot be decoded" not in page


def test_it_says_how_far_it_has_been_heard(client, video):
    pages.make_state(video, State.RUNNING, duration_seconds=600.0, heard_until_seconds=150.0, wall_seconds=10.0)
    page = page_of(client)
    assert '<progress max="100" value="25"' in page
    assert "02:30 of 10:00 · about 30 s left" in page


def test_it_says_how_many_are_before_it(client, course, video):
    pages.make_state(pages.make_lecture(course, "one"), State.RUNNING)
    pages.make_state(pages.make_lecture(course, "two"), State.PENDING)
    pages.make_state(video, State.PENDING)
    assert "2 recordings are before it" in page_of(client)


def test_once_ready_htmx_brings_the_lines_the_badge_and_the_downloads(client, video):
    pages.make_heard(video)
    page = page_of(client, headers=HTMX_TRANSCRIPT)
    assert "<html" not in page
    assert page.lstrip().startswith('<section id="transcript"')
    assert "every 4s" not in page
    assert '<span id="standing" hx-swap-oob="innerHTML">' in page
    assert '<div id="downloads" hx-swap-oob="true">' in page


def test_a_lecture_costs_the_same_queries_whatever_was_said(client, video, django_assert_num_queries):
    pages.make_heard(video)
    with django_assert_num_queries(10):  # session, person, two of permissions; video, standing, recording,
        page_of(client)  # courses, chapters and lines


# The recording


SOUND = b"sound of lecture-01"


@pytest.fixture
def recording(video):
    return MediaFile.objects.get(video=pages.make_heard(video).video)


def fetch(client, **headers):
    return get(client, "video_media", "lecture-01", headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_the_whole_recording_comes_with_its_length_and_tag(client, recording):
    answer = fetch(client)
    assert (answer.status_code, answer.getvalue()) == (200, SOUND)
    assert answer["Content-Type"] == "audio/ogg"
    assert answer["Content-Length"] == str(len(SOUND))
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["ETag"] == f'"{recording.sha256}"'
    assert "private" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("header", "first", "last"), [("bytes=6-7", 6, 7), ("bytes=-3", 16, 18), ("bytes=5-", 5, 18)]
)
def test_a_range_comes_alone(header, first, last, client, recording):
    answer = fetch(client, Range=header)
    assert (answer.status_code, answer.getvalue()) == (206, SOUND[first : last + 1])
    assert answer["Content-Range"] == f"bytes {first}-{last}/{len(SOUND)}"
    assert answer["Content-Length"] == str(last - first + 1)


@pytest.mark.parametrize("header", ["bytes=0-1,3-4", "bytes=4-2", "nonsense", "bytes=a-"])
def test_several_ranges_and_malformed_ones_get_the_whole(header, client, recording):
    answer = fetch(client, Range=header)
    assert (answer.status_code, answer.getvalue()) == (200, SOUND)


def test_a_range_beyond_the_end_is_refused_with_the_length(client, recording):
    answer = fetch(client, Range="bytes=19-")
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */19")


@pytest.mark.parametrize(
    ("if_range", "status"), [('"{sha256}"', 206), ('W/"{sha256}"', 200), ('"other"', 200), ("yesterday", 200)]
)
def test_a_range_holds_only_for_the_file_it_was_begun_with(if_range, status, client, recording):
    answer = fetch(client, Range="bytes=0-1", If_Range=if_range.format(sha256=recording.sha256))
    assert answer.status_code == status


def test_what_the_browser_has_already_is_not_sent_again(client, recording):
    answer = fetch(client, If_None_Match=f'"{recording.sha256}"')
    assert (answer.status_code, answer.getvalue()) == (304, b"")


def test_head_tells_all_and_sends_nothing(client, recording):
    answer = client.head(reverse("video_media", args=["lecture-01"]), headers={"Range": "bytes=0-1"})
    assert (answer.status_code, answer.getvalue()) == (200, b"")
    assert answer["Content-Length"] == str(len(SOUND))


def test_only_reading_is_allowed(client, recording):
    assert client.post(reverse("video_media", args=["lecture-01"])).status_code == 405


def test_a_recording_that_left_the_lake_is_not_there(client, recording):
    lake().delete(recording.lake_key)
    assert fetch(client).status_code == 404


def test_an_event_loop_is_fed_block_by_block(async_client, sam, recording):
    async_client.force_login(sam)

    @async_to_sync
    async def fetch_all():
        answer = await async_client.get(
            reverse("video_media", args=["lecture-01"]), headers={"Range": "bytes=6-7"}
        )
        return answer, [block async for block in answer.streaming_content]

    answer, blocks = fetch_all()
    assert (answer.status_code, answer.is_async, b"".join(blocks)) == (206, True, b"of")


@pytest.mark.django_db(transaction=True)
def test_a_long_listen_holds_no_connection(sam, recording):
    request = RequestFactory().get("/")
    request.user = sam
    response = views.send_media(request, "lecture-01")
    assert connection.connection is None
    assert b"".join(response) == SOUND


# Files


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [
        ("vtt", "text/vtt; charset=utf-8"),
        ("srt", "application/x-subrip; charset=utf-8"),
        ("txt", "text/plain; charset=utf-8"),
        ("json", "application/json"),
    ],
)
def test_the_transcript_comes_as_a_file(kind, content_type, client, video):
    pages.make_heard(video)
    answer = get(client, "transcript_download", "lecture-01", kind)
    assert answer["Content-Type"] == content_type
    assert answer["Content-Disposition"] == f'attachment; filename="a-lecture.{kind}"'
    assert b"A fact table has a grain." in answer.content


def test_a_lecture_that_was_not_heard_has_no_file(client, video):
    pages.make_state(video, State.RUNNING)
    assert get(client, "transcript_download", "lecture-01", "vtt").status_code == 404


def test_an_unknown_kind_of_file_is_not_there(client, video):
    pages.make_heard(video)
    assert client.get("/videos/lecture-01/transcript.docx").status_code == 404


# Who may


ROUTES = ["/videos/lecture-01/", "/videos/lecture-01/media/", "/videos/lecture-01/transcript.vtt"]


@pytest.mark.parametrize("route", ROUTES)
def test_each_route_is_there_for_members_and_for_nobody_else(route, client, recording):
    assert client.get(route).status_code == 200
    client.force_login(pages.make_person("other"))
    assert client.get(route).status_code == 404
    client.logout()
    assert client.get(route).status_code == 302


@pytest.mark.parametrize("route", ROUTES)
def test_a_removed_lecture_is_not_there_for_an_operator_either(route, client, recording):
    factories.remove(Video.objects.get())
    client.force_login(pages.make_operator())
    assert client.get(route).status_code == 404


@pytest.mark.parametrize("video_id", ["-x", "_-_", "a" * 64])
def test_ids_may_look_odd(video_id, client, course):
    pages.make_heard(pages.make_lecture(course, video_id))
    assert get(client, "video", video_id).status_code == 200
    assert get(client, "video_media", video_id).status_code == 200


@pytest.mark.parametrize("video_id", ["%00", "a" * 65, "..", "a%2Fb", "%F0%9F%8E%93"])
def test_what_is_no_id_is_not_there(video_id, client, sam):
    assert client.get(f"/videos/{video_id}/").status_code == 404


def test_the_page_of_a_long_lecture_stays_light(client, video):
    row = pages.make_heard(video, [])
    Segment.objects.bulk_create(
        Segment(
            transcription=row,
            position=n,
            text=f"Line {n}.",
            start_seconds=n,
            end_seconds=n + 1,
            words=[{"text": "w"}],
        )
        for n in range(2000)
    )
    page = page_of(client)
    assert page.count("data-second=") == 2000
    assert len(page) < 400_000


def test_audio_that_is_not_had_says_why_and_when_it_is_tried_again(client):
    video = pages.make_lecture(pages.make_course())
    pages.make_state(video, State.NO_AUDIO)
    fetch = AudioFetch.objects.create(
        video=video,
        reason=FetchReason.BOT_CHECK,
        error="Sign in <b>to confirm",
        next_attempt_at=timezone.now() + timedelta(hours=3, minutes=1),
    )
    client.force_login(pages.make_operator())
    for path in ("/", f"/videos/{video.video_id}/"):
        page = client.get(path).content.decode()
        assert "The audio was not had: YouTube asks for proof of a person. Next attempt: 3" in page
    assert "Sign in &lt;b&gt;to confirm" in page
    assert reverse("audio_again", args=[fetch.pk]) in page
    AudioFetch.objects.update(state=FetchState.REFUSED, reason=FetchReason.GONE)
    page = client.get(f"/videos/{video.video_id}/").content.decode()
    assert "The audio is not to be had: deleted or private." in page
    member = pages.make_person("kim")
    video.courses.get().memberships.create(user=member)
    client.force_login(member)
    page = client.get(f"/videos/{video.video_id}/").content.decode()
    assert "The audio is not to be had" in page
    assert "Sign in" not in page
    assert reverse("audio_again", args=[fetch.pk]) not in page
