"""Bringing transcripts back from the lake, each with how it was heard; nothing is heard again.

An object that has its row is passed over, so a replay that died goes on and one that is repeated changes nothing.
"""

from collections.abc import Iterator

from django.db import DatabaseError, transaction
from django.db.models import Avg, Q
from django.utils import timezone

from ingestion import locks
from ingestion.lake import lake
from ingestion.models import Video
from ingestion.replay import Unreadable, Watch
from transcripts import agreement, archive, correction_lake, preference, services
from transcripts.models import Segment, State, Transcription


def replay_transcripts(*, watch: Watch = lambda what, done, total: None) -> list[Unreadable]:
    """Bring back the transcripts of the videos known here, and their corrections; return what could not be read.

    Then what never was heard is planned anew. Raises locks.AlreadyRunningError.
    """
    with locks.hold_alone("the transcripts of the lake"):
        unreadable = [*_restore_all(watch), *correction_lake.restore_corrections(watch=watch)]
        services.plan_transcriptions()
    return unreadable


def _restore_all(watch: Watch) -> Iterator[Unreadable]:
    keys = [stored.key for stored in lake().list_objects(archive.FOLDER)]
    restored = set(Transcription.objects.ended().values_list("lake_key", flat=True))
    for done, key in enumerate(keys, 1):
        if key not in restored:
            try:
                _restore(archive.read(key), key=key)
            except (archive.BrokenTranscriptError, DatabaseError) as error:
                yield Unreadable(key, str(error).splitlines()[0])
        watch("transcripts", done, len(keys))


@transaction.atomic
def _restore(archived: archive.Archived, *, key: str) -> None:
    """Put an archived transcript in the place of one that has not ended, or ended sooner."""
    video = Video.objects.kept().select_for_update(no_key=True).filter(video_id=archived.video_id).first()
    if video is None:
        return
    values, known = archived.values, ("media_sha256", "digest")
    same = Transcription.objects.filter(video=video, **{name: values[name] for name in known})
    newer = Q(finished_at__gte=values["finished_at"]) & ~Q(lake_key="")
    if same.filter(newer | Q(state=State.RUNNING, lease_expires_at__gte=timezone.now())).exists():
        return
    same.delete()
    row = Transcription.objects.create(video=video, lake_key=key, **values)
    Segment.objects.bulk_create(Segment(transcription=row, **segment) for segment in archived.segments)
    if row.state == State.DONE:
        mean = row.segments.aggregate(mean=Avg("average_log_probability"))["mean"]
        Transcription.objects.filter(pk=row.pk).update(mean_log_probability=mean)
    preference.choose(video)
    agreement.score(video)
