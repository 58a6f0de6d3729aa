"""People, courses and finished lectures for the tests of pages."""

from django.contrib.auth.models import Permission, User

from ingestion.models import OPERATE, Course, CourseAccess, Membership, Video
from tests.transcripts import factories
from transcripts.models import Segment, State, Transcription

SAID = [(0.0, 4.0, "A fact table has a grain."), (4.0, 9.5, "Every row means the same thing.")]


def make_person(name: str = "sam", *permissions: str) -> User:
    user = User.objects.create_user(name, password="secret")
    for permission in permissions:
        label, codename = permission.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))
    return user


def make_operator() -> User:
    return make_person("olga", OPERATE)


def make_course(title: str = "Warehousing", *, members=(), access=CourseAccess.LIST) -> Course:
    course = Course.objects.create(title=title, access=access)
    for user in members:
        Membership.objects.create(course=course, user=user)
    return course


def make_lecture(course: Course | None = None, video_id: str = "lecture-01", **values) -> Video:
    values = {"title": "A lecture", "is_on_youtube": False} | values
    video = Video.objects.create(video_id=video_id, **values)
    if course:
        course.videos.add(video)
    return video


def make_heard(video: Video, said=SAID, **values) -> Transcription:
    """A finished, preferred transcription with its segments; (start, end, text[, gate]) each."""
    media = factories.make_media(video, f"sound of {video.video_id}".encode(), suffix=".opus")
    defaults = {"state": State.DONE, "is_preferred": True, "language": "en", "duration_seconds": 600.0}
    row = factories.make_transcription(media, engine="faster_whisper", **defaults | values)
    for position, (start, end, text, *gate) in enumerate(said):
        Segment.objects.create(
            transcription=row,
            position=position,
            start_seconds=start,
            end_seconds=end,
            text=text,
            gate_reason=gate[0] if gate else "",
            words=[{"start_seconds": start, "end_seconds": end, "text": text, "probability": 0.9}],
        )
    return row


def make_state(video: Video, state: State, **values) -> Transcription:
    """A transcription that stands somewhere, without its media."""
    row = {"engine": "faster_whisper", "digest": str(Transcription.objects.count()), "media_sha256": "0" * 64}
    return Transcription.objects.create(video=video, state=state, **row | values)
