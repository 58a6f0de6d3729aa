import json
from datetime import UTC, datetime

import pytest

from ingestion import sources
from ingestion.sources.reply_folder import ReplyFolder
from ingestion.sources.yt_dlp_folder import YtDlpFolder
from tests.ingestion import folders


def test_a_folder_tells_what_it_is(tmp_path):
    folders.write_info(tmp_path / "a", folders.info())
    folders.write_reply(tmp_path / "b", folders.video())
    assert [type(source) for source in sources.at(tmp_path / "a")] == [YtDlpFolder]
    assert [type(source) for source in sources.at(tmp_path / "b")] == [ReplyFolder]
    assert [type(source) for source in sources.at(tmp_path)] == [YtDlpFolder, ReplyFolder]


def test_a_missing_folder_and_an_empty_one_are_told_apart(tmp_path):
    with pytest.raises(sources.SourceError, match="There is no folder"):
        sources.at(tmp_path / "nowhere")
    with pytest.raises(sources.SourceError, match="holds neither"):
        sources.at(tmp_path)


def test_audio_and_captions_beside_an_info_file_are_found(tmp_path):
    path = folders.write_info(tmp_path, folders.info(), audio=b"speech")
    (tmp_path / "abcdefghijk.en.vtt").write_text("WEBVTT")
    (tmp_path / "abcdefghijk.opus.part").write_bytes(b"half")
    (tmp_path / "other.opus").write_bytes(b"another's")
    page = YtDlpFolder(tmp_path).read_file(path)
    assert [(media.kind, media.language, media.path.name) for media in page.media] == [
        ("captions", "en", "abcdefghijk.en.vtt"),
        ("audio", "", "abcdefghijk.opus"),
    ]


def test_an_info_file_was_seen_when_it_says(tmp_path):
    path = folders.write_info(tmp_path, folders.info(epoch=1763020800))
    assert YtDlpFolder(tmp_path).read_file(path).observed_at == datetime(2025, 11, 13, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "seen_at"),
    [
        ("2026-11-14", datetime(2026, 11, 14, tzinfo=UTC)),
        ("2026-11-14T0630Z", datetime(2026, 11, 14, 6, 30, tzinfo=UTC)),
    ],
)
def test_a_reply_was_seen_when_its_folder_says(tmp_path, name, seen_at):
    path = folders.write_reply(tmp_path / name, folders.video())
    assert ReplyFolder(tmp_path).read_file(path).observed_at == seen_at
    assert ReplyFolder(tmp_path / name).read_file(path).observed_at == seen_at


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not JSON"),
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "a reply is an object"),
        (
            '{"error": {"code": 403, "errors": [{"reason": "quotaExceeded"}]}}',
            "the API refused: 403 quotaExceeded",
        ),
        ('{"error": {"code": 403, "status": "PERMISSION_DENIED"}}', "the API refused: 403 PERMISSION_DENIED"),
        ('{"note": "mine"}', "neither a list reply nor a resource"),
    ],
)
def test_a_broken_reply_is_rejected_with_a_reason(tmp_path, text, reason):
    path = tmp_path / "reply.json"
    path.write_text(text)
    (rejection,) = ReplyFolder(tmp_path).read_file(path).rejections
    assert reason in rejection.reason
    assert rejection.payload == text


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("NaN", "holds a number out of range"),
        ('{"kind": "youtube#video", "id": "a", "x": "\\u0000"}', "holds a null character"),
        ('{"kind": "youtube#video", "id": "a", "x": "\\ud83d"}', "holds half of a surrogate pair"),
        ('{"kind": "youtube#video", "id": "a", "x": ' + "[" * 300 + "]" * 300 + "}", "is nested too deeply"),
        ('{"kind": "youtube#playlist", "id": "a"}', "kind:"),
        ('{"id": "a"}', "kind: Field required"),
        ("7", "payload:"),
    ],
)
def test_an_item_no_database_keeps_is_rejected_as_it_came_and_its_neighbours_land(tmp_path, item, reason):
    path = tmp_path / "reply.json"
    good = ", ".join(json.dumps(folders.video(video_id)) for video_id in ("a1", "a2"))
    path.write_text(f'{{"items": [{item}, {good}]}}')
    page = ReplyFolder(tmp_path).read_file(path)
    assert [record.external_id for record in page.records] == ["a1", "a2"]
    (rejection,) = page.rejections
    assert rejection.reason.startswith(reason)
    assert rejection.payload == item


def test_text_that_only_looks_like_a_null_character_lands(tmp_path):
    path = folders.write_reply(tmp_path, folders.video(note="\\u0000 is how JSON writes it"))
    assert len(ReplyFolder(tmp_path).read_file(path).records) == 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": "../../etc/passwd"}, "id:"),
        ({"id": None}, "id:"),
        ({"statistics": {"viewCount": "many"}}, "statistics.viewCount:"),
        ({"contentDetails": {"duration": "3 minutes"}}, "contentDetails.duration:"),
        ({"etag": "e" * 300}, "etag:"),
        ({"status": "public"}, "status:"),
    ],
)
def test_a_broken_video_is_rejected_and_its_neighbour_lands(tmp_path, fields, reason):
    path = folders.write_reply(tmp_path, folders.video(), folders.video("broken") | fields)
    page = ReplyFolder(tmp_path).read_file(path)
    assert [record.external_id for record in page.records] == ["abcdefghijk"]
    assert [rejection.reason.split()[0] for rejection in page.rejections] == [reason]


@pytest.mark.parametrize(
    "fields",
    [{"epoch": "yesterday"}, {"epoch": 1e300}, {"playlist_id": "P" * 65}, {"_type": "playlist", "id": None}],
)
def test_a_broken_info_file_is_rejected(tmp_path, fields):
    path = folders.write_info(tmp_path, folders.info() | fields, name="abcdefghijk")
    page = YtDlpFolder(tmp_path).read_file(path)
    assert page.records == ()
    assert [rejection.video_id for rejection in page.rejections] == ["abcdefghijk"]


def test_an_endless_number_is_rejected(tmp_path):
    path = tmp_path / "reply.json"
    path.write_text('{"items": [{"kind": "youtube#video", "id": "a", "x": 1e400}]}')
    (rejection,) = ReplyFolder(tmp_path).read_file(path).rejections
    assert rejection.reason == "holds a number out of range"


def test_captions_are_found_in_every_form(tmp_path):
    folders.write_info(tmp_path, folders.info())
    for ending in ("ass", "json3", "srt", "srv3", "ttml", "vtt", "live_chat.json", "txt"):
        (tmp_path / f"abcdefghijk.en.{ending}").write_text("")
    page = YtDlpFolder(location=tmp_path).read_file(tmp_path / "abcdefghijk.info.json")
    assert [file.path.suffix for file in page.media] == [".ass", ".json3", ".srt", ".srv3", ".ttml", ".vtt"]


def test_captions_of_a_player_and_in_json_are_found_and_are_no_reply(tmp_path):
    path = folders.write_info(tmp_path, folders.info())
    for ending in ("en.lrc", "pt-BR.json", "live_chat.json"):
        (tmp_path / f"abcdefghijk.{ending}").write_text('{"events": []}')
    assert [file.language for file in YtDlpFolder(tmp_path).read_file(path).media] == ["en", "pt-BR"]
    assert ReplyFolder(tmp_path).files() == []
    assert ReplyFolder(folders.write_reply(tmp_path, folders.video(), name="other.en").parent).files() != []


def test_captions_are_those_named_by_a_language(tmp_path):
    path = folders.write_info(tmp_path, folders.info("intro"))
    for name in ("intro.en-GB-uYU-mmqFLq8.vtt", "intro.2.en.vtt"):
        (tmp_path / name).write_text("WEBVTT")
    assert [media.language for media in YtDlpFolder(tmp_path).read_file(path).media] == ["en-GB-uYU-mmqFLq8"]


def test_a_folder_named_like_no_day_says_nothing(tmp_path):
    path = folders.write_reply(tmp_path / "2026-13-45", folders.video())
    assert ReplyFolder(tmp_path).read_file(path).observed_at == sources.modified_at(path)


def test_every_item_of_the_recorded_replies_lands_or_is_rejected(shared_data):
    source = ReplyFolder(shared_data / "youtube_api")
    for path in source.files():
        page = source.read_file(path)
        reply = json.loads(path.read_text())
        assert len(page.records) + len(page.rejections) == len(reply.get("items", [reply])), path.name


def test_an_info_file_without_an_id_is_rejected(tmp_path):
    path = folders.write_info(tmp_path, {"title": "no id"}, name="odd")
    (rejection,) = YtDlpFolder(tmp_path).read_file(path).rejections
    assert rejection.reason == "id: Field required"


def test_a_playlist_info_file_is_its_own_kind(tmp_path):
    path = folders.write_info(tmp_path, {"_type": "playlist", "id": "PL1", "title": "A course"})
    page = YtDlpFolder(tmp_path).read_file(path)
    assert (page.kind, page.records[0].video_id) == ("playlist_info", "")
