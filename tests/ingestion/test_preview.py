import pytest
from django.utils import timezone

from ingestion import preview, removal, sources
from ingestion.models import RawRecord, Video
from ingestion.sample_course import course
from tests.ingestion import folders

pytestmark = pytest.mark.django_db


def test_the_sample_course_is_told_in_numbers():
    found = preview.preview_folder(course.FOLDER)
    assert (found.lecture_count, found.reply_only_count, found.new_count) == (8, 0, 8)
    assert (found.audio_count, found.file_count, found.unread_count) == (8, 18, 0)
    assert 0.45 < found.hours < 0.5
    assert found.course_title == "Data Warehousing with Harbor Books"
    assert found.can_land
    assert not Video.objects.exists()
    assert not RawRecord.objects.exists()


def test_known_removed_and_refused_ones_are_told_apart(tmp_path):
    for name in ("known", "gone", "new"):
        folders.write_info(tmp_path, folders.info(name), audio=b"speech")
    folders.write_info(tmp_path, {"title": "no id"}, name="odd")
    Video.objects.create(video_id="known")
    Video.objects.create(video_id="gone")
    removal.remove_video(video_id="gone", reason="on request", now=timezone.now())
    found = preview.preview_folder(tmp_path)
    assert (found.lecture_count, found.known_count, found.removed_count, found.new_count) == (3, 1, 1, 1)
    assert found.refusals == [preview.Refusal("odd.info.json", "id: Field required")]
    assert found.byte_count > 3 * len(b"speech")


def test_videos_of_replies_alone_are_no_lectures(tmp_path):
    folders.write_reply(tmp_path, folders.video(contentDetails={"duration": "PT2H"}))
    found = preview.preview_folder(tmp_path)
    assert (found.lecture_count, found.reply_only_count, found.hours) == (0, 1, 2)
    assert found.course_title == tmp_path.name


def test_of_a_long_folder_the_first_files_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(preview, "MOST_FILES", 2)
    for name in "abc":
        folders.write_info(tmp_path, folders.info(name))
    found = preview.preview_folder(tmp_path)
    assert (found.lecture_count, found.file_count, found.unread_count) == (2, 2, 1)


def test_a_folder_of_broken_payloads_cannot_land(tmp_path):
    (tmp_path / "broken.json").write_text("{")
    assert not preview.preview_folder(tmp_path).can_land


def test_a_folder_of_something_else_says_so(tmp_path):
    with pytest.raises(sources.SourceError, match="holds neither"):
        preview.preview_folder(tmp_path)
