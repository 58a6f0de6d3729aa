from datetime import UTC, datetime

import pytest
from django.core.files.base import ContentFile

from ingestion import removal, uploads
from ingestion.lake import lake
from ingestion.models import Course, MediaFile, RawRecord, RawRejectedRecord, Video
from ingestion.uploads import RefusedUploadError
from tests.ingestion import folders
from tests.ingestion.sounds import make_sound

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 26, tzinfo=UTC)
CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:02.000\nBom dia.\n"


def put(key, content):
    lake().save(key, ContentFile(content))
    return uploads.take_up(key, stored=lake().find_object(key), now=NOW)


@pytest.mark.parametrize(
    ("key", "video_id", "course", "kind", "language", "stem"),
    [
        ("inbox/lecture-01/Bayes.mp3", "lecture-01", "", "audio", "", "Bayes"),
        ("inbox/-dashed-id1/Bayes' rule.OPUS", "-dashed-id1", "", "audio", "", "Bayes' rule"),
        ("inbox/Ética 1/lecture-01/talk.pt-BR.vtt", "lecture-01", "Ética 1", "captions", "pt-BR", "talk"),
        ("inbox/lecture-01/talk.srt", "lecture-01", "", "captions", "", "talk"),
        ("inbox/lecture-01/chapter.one.vtt", "lecture-01", "", "captions", "one", "chapter"),
        ("inbox/lecture-01/v1.2.vtt", "lecture-01", "", "captions", "", "v1.2"),
        ("inbox/lecture-01/talk.info.json", "lecture-01", "", "", "", "talk"),
    ],
)
def test_a_key_says_what_a_file_is(key, video_id, course, kind, language, stem):
    upload = uploads.read_key(key)
    assert (upload.video_id, upload.course_title, upload.kind) == (video_id, course, kind)
    assert (upload.language, upload.stem) == (language, stem)


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("inbox/talk.mp3", "A file lies in inbox/<video id>/"),
        ("inbox/a/b/c/talk.mp3", "A file lies in inbox/<video id>/"),
        ("inbox//a/talk.mp3", "A file lies in inbox/<video id>/"),
        ("inbox/a b/talk.mp3", "'a b' is no video id"),
        ("inbox/" + "a" * 65 + "/talk.mp3", "is no video id"),
        ("inbox/" + "a" * 256 + "/a/talk.mp3", "at most 255 letters"),
        ("inbox/a/talk.pdf", "taken up as audio, as captions"),
        ("inbox/a/talk", "taken up as audio, as captions"),
    ],
)
def test_a_key_that_says_nothing_is_refused_in_a_sentence(key, reason):
    with pytest.raises(RefusedUploadError, match=reason):
        uploads.read_key(key)


@pytest.mark.usefixtures("each_lake")
def test_sound_becomes_the_audio_of_a_video_that_nothing_was_known_of(tmp_path):
    sound = make_sound(tmp_path)
    assert put("inbox/Statistics/lecture-01/Bayes.wav", sound) == "taken up as audio"
    video = Video.objects.get()
    assert (video.video_id, video.title, video.is_on_youtube) == ("lecture-01", "Bayes", False)
    media = MediaFile.objects.get()
    assert (media.kind, media.language, media.byte_count) == ("audio", "", len(sound))
    with lake().open(media.lake_key) as stored:
        assert stored.read() == sound
    assert [course.title for course in video.courses.all()] == ["Statistics"]


def test_a_video_that_is_known_keeps_its_title_and_joins_the_course(tmp_path):
    Video.objects.create(video_id="abcdefghijk", title="Known")
    put("inbox/Statistics/abcdefghijk/other.wav", make_sound(tmp_path))
    video = Video.objects.get()
    assert (video.title, video.is_on_youtube, video.media_files.count()) == ("Known", True, 1)
    assert video.courses.get().title == "Statistics"
    assert not RawRecord.objects.exists()


def test_captions_come_in_the_language_of_their_name():
    assert put("inbox/lecture-01/talk.pt-BR.vtt", CAPTIONS) == "taken up as captions"
    media = MediaFile.objects.get()
    assert (media.kind, media.language) == ("captions", "pt-BR")
    assert not Course.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("talk.en.ttml", b'<tt xmlns="http://www.w3.org/ns/ttml"/>'),
        ("talk.en.srv3", b'<timedtext format="3"/>'),
        ("talk.en.json3", b'{"events": [{"tStartMs": 0}]}'),
        ("talk.en.ass", b"[Events]\nDialogue: 0,0:00:01.00"),
        ("talk.en.sbv", b"0:00:00.378,0:00:11.378\nhi"),
        ("talk.en.vtt", CAPTIONS.decode().encode("utf-16")),
    ],
)
def test_captions_come_in_any_form_and_encoding(name, content):
    assert put(f"inbox/lecture-01/{name}", content) == "taken up as captions"
    assert MediaFile.objects.get().language == "en"


def test_the_same_bytes_are_held_once(tmp_path):
    sound = make_sound(tmp_path)
    put("inbox/lecture-01/a.wav", sound)
    assert put("inbox/lecture-01/b.wav", sound) == "held already"
    assert MediaFile.objects.count() == RawRecord.objects.count() == 1


def test_an_info_file_lands_as_from_a_folder():
    outcome = put("inbox/abcdefghijk/x.info.json", folders.dump(folders.info(title="From the store")))
    assert outcome == "taken up as info file"
    assert Video.objects.get().title == "From the store"
    assert Course.objects.get().title == "A course"
    assert RawRecord.objects.get().source == "yt_dlp"


def test_an_info_file_without_a_playlist_makes_no_course():
    put("inbox/abcdefghijk/x.info.json", folders.dump(folders.info(playlist_id=None, playlist_title=None)))
    assert not Course.objects.exists()


def test_an_info_file_that_breaks_its_contract_is_refused_with_the_reason():
    outcome = put("inbox/abcdefghijk/x.info.json", b'{"id": "abcdefghijk"}')
    assert outcome.startswith("refused: title")
    assert RawRejectedRecord.objects.get().location == "inbox/abcdefghijk/x.info.json"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.wav", b"", "The file is empty"),
        ("a.vtt", b"", "The file is empty"),
        ("a.wav", b"no sound", "cannot be read"),
        ("a.opus", b"OggS", "cannot be read|no audio"),
        ("a.vtt", b"<html>", "holds no captions"),
    ],
)
def test_what_cannot_be_heard_or_read_leaves_nothing(name, content, reason):
    with pytest.raises(RefusedUploadError, match=reason):
        put(f"inbox/lecture-01/{name}", content)
    assert not Video.objects.exists()
    assert not MediaFile.objects.exists()


def test_what_was_removed_is_not_taken_up_again(tmp_path):
    Video.objects.create(video_id="lecture-01")
    removal.remove_video(video_id="lecture-01", reason="on request", now=NOW)
    with pytest.raises(RefusedUploadError, match="removed here"):
        put("inbox/lecture-01/a.wav", make_sound(tmp_path))
