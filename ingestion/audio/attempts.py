"""One attempt at the audio of one video: downloaded into a folder, landed, ended."""

import contextlib
import errno
import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from ingestion import catalogue, media, sources
from ingestion.audio import claims, delays, scratch
from ingestion.extraction import access, addresses, messages, process, room
from ingestion.extraction.messages import Failed, Fetched
from ingestion.models import (
    Availability,
    Enquiry,
    EnquiryKind,
    FetchReason,
    FetchState,
    MediaFile,
    MediaKind,
    Video,
)

logger = logging.getLogger(__name__)

# What is left of a task's time is for the lake.
LIMITS = process.Limits(whole_seconds=settings.TASK_TIME_LIMIT_SECONDS - 15 * 60)
# For the copy into the lake, during which no lease is renewed.
LANDING = timedelta(minutes=15)
CUT_SHORT = {errno.ENOSPC, errno.EDQUOT}
# What would show in the details of a video too: these, and not the words of an error, tell its availability.
TELLING = {FetchReason.GONE, FetchReason.MEMBERS_ONLY, FetchReason.REGION_BLOCKED, FetchReason.AGE_LIMITED}


class NotFetchedError(Exception):
    """An attempt that came to nothing, for a reason that has a name."""

    permanent = False

    def __init__(self, reason: FetchReason, error: str) -> None:
        super().__init__(error)
        self.failure = Failed(reason, error)


@dataclass
class Brought:
    """What a process has brought: files, and the first thing that was not to be had."""

    files: list[Fetched] = field(default_factory=list)
    failure: Failed | None = None


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """An attempt with what it takes from outside."""

    claim: claims.Claim
    clock: Callable[[], datetime] = timezone.now
    jitter: Callable[[], float] = random.random

    def run(self) -> None:
        """Bring a video's audio and captions into the lake, or note why not and when again.

        Raises ClaimLostError, errors of the database, and what has no name, which is noted as well.
        """
        with scratch.hold(self.claim) as folder:
            try:
                with _naming():
                    self._land(self._download(folder))
            except NotFetchedError as error:
                self._end(error.failure)
            except (claims.ClaimLostError, DatabaseError):
                raise  # where it is still ours, the lease runs out and another goes on
            except Exception as error:
                self._end(Failed(FetchReason.UNKNOWN, str(error) or type(error).__name__))
                raise

    def _download(self, folder: Path) -> Brought:
        brought = Brought()
        order = self._make_order(folder)
        room.check(folder, least_free_bytes=order.least_free_bytes)
        renew_at = self.clock() + claims.LEASE / 2
        with process.run(order, folder=folder, limits=LIMITS) as events:
            for event in events:
                if isinstance(event, Fetched):
                    brought.files.append(event)
                elif isinstance(event, Failed):
                    brought.failure = brought.failure or event
                if self.clock() >= renew_at:
                    self._renew()
                    renew_at = self.clock() + claims.LEASE / 2
        return brought

    def _make_order(self, folder: Path) -> messages.AudioOrder:
        video = Video.objects.get(pk=self.claim.video_pk)
        held = MediaFile.objects.filter(video=video)
        captions = held.filter(kind=MediaKind.CAPTIONS).values_list("language", flat=True)
        return messages.AudioOrder(
            address=addresses.watch(video.video_id),
            folder=str(folder),
            access=access.make(attempt=self.claim.attempt),
            wants_audio=not held.filter(kind=MediaKind.AUDIO).exists(),
            languages=tuple(settings.YT_DLP_LANGUAGES),
            held_languages=tuple(captions),
            expected_seconds=video.duration_seconds,
            least_free_bytes=settings.YT_DLP_LEAST_FREE_MIB * room.MIB,
        )

    def _renew(self) -> None:
        try:
            self.claim.renew(now=self.clock())
        except DatabaseError:
            logger.warning("video %s: the lease was not renewed", self.claim.video_pk, exc_info=True)
            connection.close_if_unusable_or_obsolete()

    def _land(self, brought: Brought) -> None:
        """Put what has come into the lake and end the attempt, in one commit."""
        self.claim.write(lease_expires_at=self.clock() + LANDING)
        with transaction.atomic():
            video = Video.objects.select_for_update().get(pk=self.claim.video_pk)
            if video.availability == Availability.REMOVED:
                raise claims.ClaimLostError(f"video {video.pk} was removed")
            now = self.clock()
            for file in brought.files:
                found = sources.Media(video.video_id, file.kind, file.language, Path(file.path))
                media.keep_file(found, video=video, now=now)
            self._end(brought.failure, has_brought_something=bool(brought.files))

    def _end(self, failure: Failed | None, *, has_brought_something: bool = False) -> None:
        now = self.clock()
        values = {"lease_expires_at": None, "attempted_at": now}
        if failure is None:
            ending = {"state": FetchState.DONE, "reason": "", "error": "", "failure_count": 0, "finished_at": now}
            self.claim.write(**values, **ending)
            if not settings.YT_DLP_COOKIES_FILE:  # had by nobody's right
                self._note({Availability.MEMBERS_ONLY}, Availability.PUBLIC, reason="", now=now)
        else:
            self.claim.write(**values, **self._fail(failure, has_brought_something=has_brought_something, now=now))
            if FetchReason(failure.reason) in TELLING:
                details = Enquiry.objects.filter(video=self.claim.video_pk, kind=EnquiryKind.DETAILS)
                details.filter(due_at__gt=now).update(due_at=now)
            if failure.reason == FetchReason.MEMBERS_ONLY:
                self._note(catalogue.OPEN, Availability.MEMBERS_ONLY, reason=failure.error, now=now)
        logger.info("video %s: %s", self.claim.video_pk, failure or "fetched")

    def _note(self, before: set[Availability], after: Availability, *, reason: str, now: datetime) -> None:
        """Note what the Data API never tells: to it a video for members is public."""
        catalogue.change_availability(
            video_pk=self.claim.video_pk, before=before, after=after, reason=reason, observed_at=now
        )

    def _fail(self, failure: Failed, *, has_brought_something: bool, now: datetime) -> dict[str, object]:
        """Return what the row says of a failure: tried again, or given up."""
        fetch, reason = self.claim.get(), FetchReason(failure.reason)
        count = delays.count_failures(fetch, reason=reason, has_brought_something=has_brought_something)
        noted = {"reason": reason, "error": failure.error, "failure_count": count}
        if delays.is_the_end(reason, failure_count=count):
            # Without captions a lecture can be heard all the same.
            state = FetchState.DONE if failure.kind == messages.CAPTIONS else FetchState.REFUSED
            return noted | {"state": state, "finished_at": now}
        starts_at = datetime.fromtimestamp(failure.starts_at, tz=UTC) if failure.starts_at else None
        again_at = delays.find_next(fetch, reason=reason, now=now, starts_at=starts_at, jitter=self.jitter)
        return noted | {"state": FetchState.PENDING, "next_attempt_at": again_at}


@contextlib.contextmanager
def _naming() -> Iterator[None]:
    """Give what goes wrong beside the site its reason."""
    try:
        yield
    except access.CookiesError as error:
        raise NotFetchedError(FetchReason.COOKIES_EXPIRED, str(error)) from error
    except addresses.NoAddressError as error:
        raise NotFetchedError(FetchReason.FORBIDDEN_ADDRESS, str(error)) from error
    except room.DiskFullError as error:
        raise NotFetchedError(FetchReason.DISK_FULL, str(error)) from error
    except process.BrokenProcessError as error:
        raise NotFetchedError(FetchReason.NETWORK, str(error)) from error
    except OSError as error:
        if error.errno not in CUT_SHORT:
            raise
        raise NotFetchedError(FetchReason.DISK_FULL, str(error.strerror)) from error
