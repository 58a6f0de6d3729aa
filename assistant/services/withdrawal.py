"""Forget removed videos: chunks, sentences and vectors go, citations keep their place and lose their words."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import F

from assistant import streams
from assistant.models import Answer, Chunk, Citation, Question, VideoIndex
from ingestion.models import Video


def withdraw_removed() -> int:
    """Delete what is held of removed videos and blank what was cited; return how many rows changed."""
    pks = Video.objects.removed().values_list("pk", flat=True)
    return sum(_withdraw_video(pk) for pk in pks) + _blank_standalone_texts()


def _blank_standalone_texts() -> int:
    """Take the words of removed videos out of what questions are looked for with; the question itself stays."""
    removed = ArraySubquery(Video.objects.removed().values("pk"))
    quoting = Question.objects.annotate(removed=removed).filter(quoted_video_ids__overlap=F("removed"))
    return quoting.update(standalone_text="", quoted_video_ids=[])


@transaction.atomic
def _withdraw_video(video_id: int) -> int:
    VideoIndex.objects.filter(video_id=video_id).delete()
    # The sentences go with their chunks.
    count, _ = Chunk.objects.filter(video_id=video_id).delete()
    standing = Citation.objects.standing().filter(video_id=video_id)
    answers = list(Answer.objects.select_for_update().filter(pk__in=standing.values("answer_id")))
    count += standing.update(is_withdrawn=True, sentence="", quote="", url="")
    for answer in answers:
        said = answer.citations.standing().order_by("position").values_list("sentence", flat=True)
        answer.text = " ".join(said)
        answer.save(update_fields=["text"])
    question_ids = [answer.question_id for answer in answers]
    transaction.on_commit(lambda: streams.forget(question_ids=question_ids))
    return count
