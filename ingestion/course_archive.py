"""Courses and what they follow, kept in the lake: what people decided must outlive the database too.

One object a day at most, of all courses. Who takes part in one is not among it: people lie in the database alone.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.core import serializers
from django.core.files.base import ContentFile
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone

from ingestion.lake import lake
from ingestion.models import Course, Subscription, Video

FOLDER = "courses"
COURSE_FIELDS = ("title", "playlist_ids", "language", "glossary", "access", "join_code")
# Where a pull stands is found out again.
PASSING_FIELDS = {"course", "next_pull_at", "lease_expires_at", "attempt_count", "error", "created_by"}


def archive_courses(*, clock: Callable[[], datetime] = timezone.now) -> bool:
    """Write all courses into the lake, if anything about them has changed; return whether it had.

    A database without any is taken for one that has been lost: it never hides what the lake knows.
    """
    described = _describe_all()
    content = json.dumps(described, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()
    if not described or content == _read_newest():
        return False
    lake().save(f"{FOLDER}/dt={clock().astimezone(UTC):%Y-%m-%d}.json", ContentFile(content))
    return True


def restore_courses() -> int:
    """Create the courses of the lake that are not here and return how many; those that are stay as they are."""
    return sum(_create_course(each) for each in json.loads(_read_newest() or b"[]"))


def _describe_all() -> list[dict[str, Any]]:
    courses = Course.objects.order_by("title").prefetch_related("videos", "subscriptions")
    return [
        _values(course, names=COURSE_FIELDS)
        | {
            "video_ids": sorted(video.video_id for video in course.videos.all()),
            "subscriptions": [
                _values(each, names=_lasting_fields())
                for each in sorted(course.subscriptions.all(), key=lambda each: each.pk)
            ],
        }
        for course in courses
    ]


@transaction.atomic
def _create_course(told: dict[str, Any]) -> bool:
    values = _parse(Course, {name: told[name] for name in COURSE_FIELDS})
    course, is_new = Course.objects.get_or_create(title=values["title"], defaults=values)
    if is_new:
        course.videos.set(Video.objects.kept().filter(video_id__in=told["video_ids"]))
        Subscription.objects.bulk_create(
            Subscription(course=course, **_parse(Subscription, each)) for each in told["subscriptions"]
        )
    return is_new


def _lasting_fields() -> tuple[str, ...]:
    names = (field.name for field in Subscription._meta.concrete_fields if not field.primary_key)
    return tuple(name for name in names if name not in PASSING_FIELDS)


def _values(row: models.Model, *, names: tuple[str, ...]) -> dict[str, Any]:
    (told,) = serializers.serialize("python", [row], fields=names)
    return dict(told["fields"])


def _parse(model: type[models.Model], values: dict[str, Any]) -> dict[str, Any]:
    """Return values as the fields of a model hold them; what a later version has dropped is passed over."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    return {name: fields[name].to_python(value) for name, value in values.items() if name in fields}


def _read_newest() -> bytes:
    keys = [each.key for each in lake().list_objects(FOLDER)]
    if not keys:
        return b""
    with lake().open(max(keys)) as stored:
        return bytes(stored.read())
