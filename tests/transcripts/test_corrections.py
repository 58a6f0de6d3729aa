import threading

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from ingestion.models import OPERATE, TEACH, MediaFile
from tests.transcripts import factories, pages
from tests.transcripts.test_concurrency import _is_anyone_waiting as is_anyone_waiting
from tests.transcripts.test_concurrency import _wait as wait
from transcripts import archive, correction_lake, corrections, preference, services
from transcripts.models import Correction, Segment, State

pytestmark = pytest.mark.django_db

HEARD, OTHER = (text for _start, _end, text in pages.SAID)
BETTER = "A fact table has one grain."


@pytest.fixture
def row():
    return pages.make_heard(pages.make_lecture(), finished_at="2026-11-14T00:00:00Z")


@pytest.fixture
def tina():
    return User.objects.create_user("tina")


def correct(segment, text, *, user, version=0):
    return corrections.correct_segment(segment_id=segment.pk, text=text, version=version, user=user)


def hear_again(row, *said, **values):
    """Another transcript of the same lecture, now the one that is read."""
    values = {"digest": "another", "finished_at": "2026-11-15T00:00:00Z", "is_preferred": False} | values
    media = MediaFile.objects.get(sha256=row.media_sha256)
    again = factories.make_transcription(media, engine="faster_whisper", state=State.DONE, **values)
    for position, (start, end, text) in enumerate(said):
        Segment.objects.create(
            transcription=again, position=position, start_seconds=start, end_seconds=end, text=text
        )
    preference.choose(row.video)
    again.refresh_from_db()
    assert again.is_preferred
    return again


def texts(row):
    return list(row.segments.order_by("position").values_list("text", flat=True))


def test_every_version_is_kept_with_who_and_when(row, tina):
    segment = row.segments.get(position=0)
    correct(segment, f"  {BETTER}\n", user=tina)
    correct(segment, "A table.", user=tina, version=1)
    restored = correct(segment, HEARD, user=tina, version=2)
    assert [(each.version, each.text, each.user) for each in corrections.find_versions(restored)] == [
        (3, HEARD, "tina"),
        (2, "A table.", "tina"),
        (1, BETTER, "tina"),
        (0, HEARD, ""),
    ]
    assert (restored.text, restored.words) == (HEARD, segment.words)
    assert not Correction.objects.standing().exists()


def test_whoever_saves_second_is_told_and_changes_nothing(row, tina):
    segment = row.segments.get(position=0)
    correct(segment, BETTER, user=tina)
    with pytest.raises(corrections.OutdatedError, match="Someone else has corrected this meanwhile"):
        correct(segment, "A third thing.", user=tina)
    assert texts(row) == [BETTER, OTHER]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_waits_and_is_told(row, tina):
    segment, told = row.segments.get(position=0), []

    def save():
        try:
            correct(segment, "A third thing.", user=tina)
        except corrections.OutdatedError as error:
            told.append(error)
        connection.close()

    worker = threading.Thread(target=save)
    with transaction.atomic():
        correct(segment, BETTER, user=tina)
        worker.start()
        wait(is_anyone_waiting)
    worker.join()
    assert len(told) == 1
    assert texts(row) == [BETTER, OTHER]


def test_the_same_text_twice_is_one_version(row, tina):
    segment = row.segments.get(position=0)
    for _attempt in range(2):
        assert correct(segment, BETTER, user=tina).version == 1
    assert Correction.objects.count() == 1
    row.refresh_from_db()
    assert row.revision == 1


@pytest.mark.parametrize("text", ["a\x00b", "x" * 2001])
def test_a_text_no_segment_can_have_is_refused_in_a_sentence(text, row, tina):
    with pytest.raises(corrections.UnusableTextError, match="A segment"):
        correct(row.segments.get(position=0), text, user=tina)
    assert not Correction.objects.exists()


def test_a_line_that_was_never_said_is_taken_out_and_can_be_put_back(row, tina):
    segment = row.segments.get(position=0)
    taken_out = correct(segment, " \n", user=tina)
    assert (taken_out.text, taken_out.words, taken_out.gate_reason) == ("", [], "not_said")
    assert list(Segment.objects.trusted().values_list("text", flat=True)) == [OTHER]
    put_back = correct(segment, HEARD, user=tina, version=1)
    assert (put_back.text, put_back.words, put_back.gate_reason) == (HEARD, segment.words, "")


def test_a_line_that_was_taken_out_stays_out_when_it_is_heard_again(row, tina):
    correct(row.segments.get(position=0), "", user=tina)
    again = hear_again(row, (0.1, 4.0, HEARD), (4.0, 8.0, OTHER))
    assert list(again.segments.trusted().values_list("text", flat=True)) == [OTHER]
    assert corrections.carry_over(again) == 0
    assert not Correction.objects.unplaced().exists()


def test_a_line_that_was_taken_out_and_is_heard_no_more_needs_no_review(row, tina):
    correct(row.segments.get(position=0), "", user=tina)
    hear_again(row, (4.0, 8.0, OTHER))
    assert not Correction.objects.unplaced().exists()
    hear_again(row, (0.0, 4.0, "Something else."), digest="third", finished_at="2026-11-16T00:00:00Z")
    assert Correction.objects.unplaced().exists()


def test_the_lake_holds_a_line_that_was_taken_out_as_it_was_heard(row, tina):
    correct(row.segments.get(position=0), "", user=tina)
    row.finished_at = timezone.now()
    archive.write(row, key="transcripts/one.parquet")
    assert [(each["text"], each["gate_reason"]) for each in archive.read("transcripts/one.parquet").segments] == [
        (HEARD, ""),
        (OTHER, ""),
    ]


def test_what_is_not_read_any_more_is_not_corrected(row, tina):
    segment = row.segments.get(position=0)
    hear_again(row, (0.0, 4.0, "Something else."))
    with pytest.raises(corrections.OutdatedError, match="made anew"):
        correct(segment, BETTER, user=tina)


def test_a_correction_is_carried_over_to_the_same_words_at_the_same_time(row, tina):
    correct(row.segments.get(position=0), BETTER, user=tina)
    again = hear_again(row, (9.0, 12.0, HEARD), (0.4, 4.2, "a fact table has a grain"), (4.2, 9.0, OTHER))
    assert texts(again) == [HEARD, BETTER, OTHER]
    assert not Correction.objects.unplaced().exists()
    further = correct(again.segments.get(position=1), "A fact table has its grain.", user=tina, version=1)
    assert (further.version, further.as_heard) == (2, "a fact table has a grain")


def test_what_is_heard_right_by_now_settles_itself(row, tina):
    correct(row.segments.get(position=0), BETTER, user=tina)
    again = hear_again(row, (0.0, 4.0, BETTER.upper()))
    assert texts(again) == [BETTER]
    assert not Correction.objects.unplaced().exists()


@pytest.mark.parametrize(
    "said", [(0.0, 4.0, "Effect able has a grain."), (5.0, 9.0, HEARD), (0.0, 9.5, f"{HEARD} {OTHER}")]
)
def test_what_fits_nothing_is_kept_for_review_until_it_is_settled(said, row, tina):
    correct(row.segments.get(position=0), BETTER, user=tina)
    again = hear_again(row, said)
    assert texts(again) == [said[2]]
    unplaced = Correction.objects.unplaced().get()
    for _attempt in range(2):
        corrections.settle(correction_id=unplaced.pk, user=tina)
    assert not Correction.objects.unplaced().exists()
    assert Correction.objects.count() == 2


def test_of_two_that_fit_one_segment_the_later_stands_even_where_it_undoes(row, tina):
    correct(row.segments.get(position=0), BETTER, user=tina)
    other = hear_again(row, (0.1, 3.9, "Effect able has a grain."))
    correct(other.segments.get(), HEARD, user=tina)
    again = hear_again(row, (0.0, 4.0, HEARD), digest="third", finished_at="2026-11-16T00:00:00Z")
    assert again.segments.get().correction.start_seconds == 0.1
    correct(again.segments.get(), BETTER, user=tina, version=1)
    correct(again.segments.get(), HEARD, user=tina, version=2)
    for _time in range(2):
        preference.choose(row.video)
        assert texts(again) == [HEARD]


def test_an_undone_correction_comes_back_nowhere(row, tina):
    segment = row.segments.get(position=0)
    correct(segment, BETTER, user=tina)
    correct(segment, HEARD, user=tina, version=1)
    again = hear_again(row, *pages.SAID)
    assert texts(again) == [HEARD, OTHER]
    assert not Correction.objects.unplaced().exists()


def test_a_transcript_read_again_takes_up_what_was_corrected_meanwhile(row, tina):
    first = row.segments.get(position=0)
    correct(first, BETTER, user=tina)
    again = hear_again(row, *pages.SAID)
    correct(again.segments.get(position=0), HEARD, user=tina, version=1)
    again.delete()
    preference.choose(row.video)
    assert texts(row) == [HEARD, OTHER]


def test_in_the_lake_a_transcript_lies_as_it_was_heard(row, tina):
    correct(row.segments.get(position=0), BETTER, user=tina)
    archive.write(row, key="transcripts/one.parquet")
    (first, _second) = archive.read("transcripts/one.parquet").segments
    assert (first["text"], first["words"][0]["text"]) == (HEARD, HEARD)


def test_corrections_of_a_removed_video_go_from_rows_and_lake(row, tina, lake_dir):
    correct(row.segments.get(position=0), BETTER, user=tina)
    assert (correction_lake.archive_corrections(), correction_lake.archive_corrections()) == (1, 0)
    assert len(list(lake_dir.glob("corrections/lecture-01/*"))) == 1
    factories.remove(row.video)
    services.withdraw_removed()
    assert not Correction.objects.exists()
    assert not list(lake_dir.glob("corrections/**/*.json"))
    assert services.withdraw_removed() == 0


def test_standing_corrections_of_audio_are_training_examples(row, tina):
    correct(row.segments.get(position=0), BETTER, user=tina)
    second = row.segments.get(position=1)
    correct(second, "Rows.", user=tina)
    correct(second, OTHER, user=tina, version=1)
    key = MediaFile.objects.get().lake_key
    assert list(corrections.read_training_examples()) == [
        corrections.TrainingExample(key, 0.0, 4.0, HEARD, BETTER)
    ]
    MediaFile.objects.all().delete()
    assert list(corrections.read_training_examples()) == []


def test_who_leads_a_course_of_it_and_operators_may_correct(row):
    student, teacher, stranger, operator = (
        pages.make_person(name, *permissions)
        for name, permissions in {"sam": (), "tom": (TEACH,), "tess": (TEACH,), "olga": (OPERATE,)}.items()
    )
    pages.make_course(members=[student, teacher]).videos.add(row.video)
    allowed = [
        corrections.may_correct(video=row.video, user=user) for user in (student, teacher, stranger, operator)
    ]
    assert allowed == [False, True, False, True]
