"""Asking about videos, those of all subscriptions together: details, statistics, comments."""

import hashlib
import logging
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from ingestion import locks
from ingestion.following import answers, planning, runs
from ingestion.following.planning import Batch, Priority
from ingestion.models import ApiCall, Enquiry, EnquiryKind, IngestionRun, RunState
from ingestion.sources import data_api
from ingestion.youtube import asking, client, errors, quota

logger = logging.getLogger(__name__)

LOCK = "the questions to YouTube"
DETAILS = "videos.list"
DETAIL_PARTS = "snippet,contentDetails,statistics,status,topicDetails,liveStreamingDetails"
STATISTICS_PARTS = "id,snippet,statistics"
COMMENTS = "commentThreads.list"
MOST_COMMENT_PAGES = 10

FAILED_AGAIN = timedelta(minutes=15)
REFUSED_AGAIN = timedelta(days=1)
# After so many calls in a row that YouTube could not answer, the others would fare no better.
MOST_FAILURES = 3
# After that, and after a refused key, nothing is asked for a while.
HOPELESS_AGAIN = timedelta(minutes=15)
# A server that lacks a method is asked for it again next day.
METHOD_AGAIN = timedelta(days=1)


def ask_pending(*, clock: Callable[[], datetime] = timezone.now) -> None:
    """Ask what is due, unless another process does, or there is no key that YouTube takes."""
    with suppress(locks.AlreadyRunningError, client.NoKeyError, errors.KeyRefusedError):
        ask_now(clock=clock)


def ask_now(
    *,
    clock: Callable[[], datetime] = timezone.now,
    is_patient: bool = True,
    waits: bool = False,
    on_page: runs.OnPage = runs.ignore_page,
) -> IngestionRun | None:
    """Ask what is due, the most valuable first, as far as the units go, and return the run, if one was needed.

    Raises locks.AlreadyRunningError while another process asks, unless told to wait; client.NoKeyError;
    errors.KeyRefusedError.
    """
    hold = locks.hold_in_turn if waits else locks.hold_alone
    with hold(LOCK), client.connect() as api, closing(asking.Asker(api, clock=clock)) as asker:
        if _was_hopeless(now=clock()):
            return None
        work = _Pass(
            asker=asker,
            on_page=on_page,
            young=planning.young_interval(now=clock()),
            parked=planning.find_parked(now=clock()),
        )
        while batch := work.find(is_patient=is_patient):
            work.ask(batch)
        work.close()
        return work.run


def _was_hopeless(*, now: datetime) -> bool:
    newest = IngestionRun.objects.filter(source=data_api.DataApi.name, location=runs.ENQUIRIES).order_by("-pk")
    run = newest.filter(finished_at__gt=now - HOPELESS_AGAIN).first()
    return run is not None and run.state == RunState.FAILED


@dataclass
class _Pass:
    """One pass over what is due."""

    asker: asking.Asker
    on_page: runs.OnPage
    young: timedelta
    parked: set[Priority]
    run: IngestionRun | None = None
    failure_count: int = 0

    def find(self, *, is_patient: bool) -> Batch | None:
        """Return what to ask next; None where nothing is due, or YouTube answers nothing any more."""
        if self.failure_count >= MOST_FAILURES:
            return None
        return planning.find_batch(now=self.asker.clock(), but_not=self.parked, is_patient=is_patient)

    def ask(self, batch: Batch) -> None:
        """Ask about a batch and land the answers; what fails is noted, and tried again another time."""
        run = self.run or runs.open_run(location=runs.ENQUIRIES, subscription=None, now=self.asker.clock())
        self.run = run
        left = batch.split()
        try:
            if batch.kind == EnquiryKind.COMMENTS:
                self._ask_comments(batch, run=run)
            else:
                self._ask_videos(left, run=run)
        except quota.ParkedError as parked:
            self.parked.add(batch.priority)
            runs.note_error(run, str(parked))
        except errors.KeyRefusedError as error:
            runs.note_error(run, str(error))
            runs.close_run(run, state=RunState.FAILED, now=self.asker.clock())
            raise
        except errors.YouTubeError as error:
            self.failure_count += not error.permanent
            self._postpone(left[0], run=run, error=error)
        except (OperationalError, InterfaceError):
            raise  # the database is away: all is still due, and another goes on
        except Exception as error:
            # Whatever is wrong with this call, what is behind it does not wait for it.
            logger.exception("run %s: %s could not be asked", run.pk, batch.kind)
            run.refresh_from_db()
            if left:
                self._postpone(left[0], run=run, error=error)

    def close(self) -> None:
        if self.run is not None:
            state = RunState.FAILED if self.failure_count >= MOST_FAILURES else RunState.DONE
            runs.close_run(self.run, state=state, now=self.asker.clock())

    def _postpone(self, batch: Batch, *, run: IngestionRun, error: Exception) -> None:
        wait = REFUSED_AGAIN if getattr(error, "permanent", False) else FAILED_AGAIN
        runs.note_error(run, f"{batch.kind} of {len(batch.asked)} videos: {error or type(error).__name__}")
        Enquiry.objects.filter(pk__in=batch.enquiry_pks).update(
            due_at=self.asker.clock() + wait,
            attempt_count=F("attempt_count") + 1,
            error=str(error)[: quota.LONGEST_ERROR],
        )

    def _ask_videos(self, left: list[Batch], *, run: IngestionRun) -> None:
        """Ask about batches of one kind, a call each; those that have landed are taken from `left`."""
        is_statistics = left[0].kind == EnquiryKind.STATISTICS and _knows_statistics(now=self.asker.clock())
        try:
            self._ask_all(left, run=run, is_statistics=is_statistics)
        except errors.UnknownMethodError:
            if not is_statistics:
                raise
            self._ask_all(left, run=run, is_statistics=False)

    def _ask_all(self, left: list[Batch], *, run: IngestionRun, is_statistics: bool) -> None:
        with closing(self._fetch(left, run=run, is_statistics=is_statistics)) as pages:
            for group in data_api.gather(pages):
                self._land(left, group, run=run, is_statistics=is_statistics)

    def _land(
        self, left: list[Batch], pages: list[data_api.ReplyPage], *, run: IngestionRun, is_statistics: bool
    ) -> None:
        """Land the replies to the first of what is left, which is then left no more.

        Where that fails each lands by itself: whatever is wrong with one, the others land.
        """
        batch, page = planning.join(left[: len(pages)]), data_api.join(pages)
        try:
            self._keep(batch, page, run=run, is_statistics=is_statistics)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            logger.exception("run %s: %s replies could not be landed", run.pk, len(pages))
            run.refresh_from_db()
            if len(pages) > 1:
                for each in pages:
                    self._land(left, [each], run=run, is_statistics=is_statistics)
                return
            self._postpone(batch, run=run, error=error)
        del left[: len(pages)]
        self.failure_count = 0
        self.on_page(run, page)

    def _keep(self, batch: Batch, page: data_api.ReplyPage, *, run: IngestionRun, is_statistics: bool) -> None:
        now = self.asker.clock()
        keep = answers.keep_statistics if is_statistics else answers.keep_details
        with transaction.atomic():
            runs.land_reply(page, run=run, now=now)
            keep(batch, page, now=now, young=self.young)
        if not is_statistics:
            # Apart, so that no two transactions lock videos in different orders.
            answers.keep_absences(batch, page, run=run, now=now)

    def _fetch(
        self, batches: list[Batch], *, run: IngestionRun, is_statistics: bool
    ) -> Generator[data_api.ReplyPage, None, None]:
        """Ask for statistics by the method that has units of its own, else for all details at the same price."""
        method = client.STATISTICS if is_statistics else DETAILS
        part = STATISTICS_PARTS if is_statistics else DETAIL_PARTS
        questions = []
        # The same videos may be asked about twice in a run that was taken up again.
        for number, batch in enumerate(batches, run.page_count):
            ids = ",".join(batch.video_ids)
            subject = hashlib.sha256(ids.encode()).hexdigest()
            questions.append(client.Question(method, subject, {"part": part, "id": ids}, number))
        keep = planning.units_kept(batches[0].priority, bucket=quota.bucket_of(method))
        source = data_api.DataApi(questions[0], asker=self.asker, run=run, keep=keep, is_conditional=False)
        return source.ask_all(questions)

    def _ask_comments(self, batch: Batch, *, run: IngestionRun) -> None:
        """Read the threads of one video, the newest first, up to those that are known."""
        (video_id,) = batch.video_ids
        parameters = {"part": "snippet", "videoId": video_id, "order": "time", "textFormat": "plainText"}
        question = client.Question(COMMENTS, video_id, parameters | {"maxResults": "100"})
        begin = runs.find_place(run, question)
        if begin is not None:
            keep = planning.units_kept(batch.priority, bucket=quota.bucket_of(COMMENTS))
            for page in data_api.DataApi(begin, asker=self.asker, run=run, keep=keep).read():
                now = self.asker.clock()
                landed = runs.land_reply(page, run=run, now=now)
                self.failure_count = 0
                self.on_page(run, page)
                if not landed.record_count or page.call.page_number + 1 == MOST_COMMENT_PAGES:
                    break
        now = self.asker.clock()
        answers.answered(batch.enquiry_pks, due_at=now + planning.COMMENTS_EVERY, now=now)


def _knows_statistics(*, now: datetime) -> bool:
    """Tell whether the server knows the method of statistics, as far as was seen of late."""
    refused = ApiCall.objects.filter(method=client.STATISTICS, error__startswith=errors.UNKNOWN_METHOD)
    return not refused.filter(called_at__gt=now - METHOD_AGAIN).exists()
