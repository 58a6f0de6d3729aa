"""Two courses that know nothing of each other, each with its people and everything that can be asked for."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from assistant.models import Answer, AnswerState, Citation, Conversation, Question, QuestionState
from config import invitations, tokens
from config.models import ApiToken, Invitation
from config.roles import Role
from ingestion.lake import lake
from ingestion.models import (
    AudioFetch,
    Course,
    CourseAccess,
    FetchState,
    FolderRequest,
    IngestionRun,
    MediaFile,
    MediaKind,
    RequestState,
    SubjectKind,
    Subscription,
    Video,
)
from tests.assistant import factories as lectures
from tests.config import factories
from transcripts.models import Correction, Transcription


@dataclass(frozen=True)
class Side:
    """One course; its word stands in whatever belongs to it and nowhere else."""

    word: str
    course: Course
    student: User
    teacher: User
    newcomer: User
    video: Video
    transcription: Transcription
    correction: Correction
    request: FolderRequest
    run: IngestionRun
    subscription: Subscription
    fetch: AudioFetch
    conversation: Conversation
    question: Question
    answer: Answer
    token: ApiToken
    invitation: Invitation
    slot: PeriodicTask


def make_side(word: str) -> Side:
    course = factories.make_course(
        f"The {word} course", access=CourseAccess.CODE, join_code=f"{word}code", glossary=f"{word}term"
    )
    student = factories.make_person(f"{word}student", courses=(course,))
    teacher = factories.make_person(f"{word}teacher", role=Role.TEACHER, courses=(course,))
    video = _make_lecture(word)
    course.videos.add(video)
    run = IngestionRun.objects.create(source="yt_dlp_folder", location=f"/lectures/{word}", state="failed")
    request = FolderRequest.objects.create(
        folder=f"/lectures/{word}", course=course, user=teacher, state=RequestState.FAILED, error=f"{word} is gone"
    )
    request.runs.add(run)
    conversation = lectures.make_conversation(student, course, title=f"About {word}")
    question = lectures.make_question(conversation, f"What is a {word} grain?", state=QuestionState.ENDED)
    return Side(
        word=word,
        course=course,
        student=student,
        teacher=teacher,
        newcomer=factories.make_person(f"{word}newcomer"),
        video=video,
        transcription=Transcription.objects.get(video=video),
        correction=_make_correction(word, video=video),
        request=request,
        run=run,
        subscription=Subscription.objects.create(
            course=course, kind=SubjectKind.CHANNEL, reference=f"@{word}", title=f"All of {word}"
        ),
        fetch=AudioFetch.objects.create(video=video, state=FetchState.DONE),
        conversation=conversation,
        question=question,
        answer=_make_answer(question, word=word, video=video),
        token=tokens.create_token(user=student, name=f"{word} notebook").label,
        invitation=invitations.invite(
            creator=teacher, role=Role.STUDENT, course=course, email=f"{word}@example.org"
        ).invitation,
        slot=_make_slot(word),
    )


def _make_lecture(word: str) -> Video:
    said = [f"The {word} grain is what one row means.", f"Every {word} fact has a grain."]
    video = lectures.make_lecture(f"{word}-lecture", said, title=f"On {word}s", is_on_youtube=False)
    key = f"media/{video.video_id}/one.opus"
    lake().save(key, ContentFile(b"sound"))
    MediaFile.objects.create(
        video=video, kind=MediaKind.AUDIO, lake_key=key, sha256="0" * 64, byte_count=len(b"sound")
    )
    return video


def _make_correction(word: str, *, video: Video) -> Correction:
    return Correction.objects.create(
        video=video,
        version=1,
        heard_text=f"An {word} grain.",
        text=f"A {word} grain.",
        word_edit_count=1,
        start_seconds=60.0,
        end_seconds=61.0,
    )


def _make_answer(question: Question, *, word: str, video: Video) -> Answer:
    answer = Answer.objects.create(
        question=question,
        state=AnswerState.ANSWERED,
        text=f"What one {word} row means.",
        model="a model",
        prompt_digest="0" * 64,
        latency_seconds=1.0,
    )
    Citation.objects.create(
        answer=answer,
        video=video,
        position=0,
        sentence=answer.text,
        quote=f"The {word} grain is what one row means.",
        url=video.url_at(0),
        start_seconds=0.0,
        end_seconds=4.5,
    )
    return answer


def _make_slot(word: str) -> PeriodicTask:
    every, _is_new = IntervalSchedule.objects.get_or_create(every=1, period=IntervalSchedule.DAYS)
    task = "transcripts.tasks.transcribe_pending"
    return PeriodicTask.objects.create(name=f"{word} slot", task=task, interval=every)
