"""Which course the videos of a page join."""

from dataclasses import dataclass
from pathlib import Path

from ingestion import sources
from ingestion.models import Course, Video


@dataclass(frozen=True)
class Target:
    """The course videos go to: one that is there, else one of a title, else the one their pages name."""

    course_id: int | None = None
    title: str = ""


def enrol(page: sources.Page, records: list[sources.Record], *, target: Target) -> None:
    """Put the videos into the course they are for, else that of their playlist, else that of their folder."""
    if page.kind != "info" or not records:
        return
    course = _find_course(page, target=target)
    if page.playlist_id and page.playlist_id not in course.playlist_ids:
        course.playlist_ids.append(page.playlist_id)
        course.save(update_fields=["playlist_ids"])
    if page.language and not course.language and not course.videos.exists():
        # Made by hand, a course takes the language of its first lecture.
        course.language = page.language[:16]
        course.save(update_fields=["language"])
    course.videos.add(*Video.objects.filter(video_id__in={record.video_id for record in records}))


def _find_course(page: sources.Page, *, target: Target) -> Course:
    if target.course_id is not None:
        return Course.objects.get(pk=target.course_id)
    title = target.title or page.playlist_title or Path(page.location).parent.name
    return Course.objects.get_or_create(title=title[:255], defaults={"language": page.language[:16]})[0]
