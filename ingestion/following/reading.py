"""Reading what a subscription names: the channel or playlist itself, then its list, page by page."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from ingestion import catalogue, sightings
from ingestion.following import claims, listings, planning, questions, runs
from ingestion.models import ApiCall, IngestionRun, RawObservation, RawRecord, RunState, SubjectKind, Subscription
from ingestion.sources import data_api
from ingestion.youtube import asking, client, errors, quota

logger = logging.getLogger(__name__)

# Search tells of some five hundred finds at the most.
MOST_SEARCH_PAGES = 10

# What a channel says of itself is asked for no oftener than this.
DESCRIBED_EVERY = timedelta(hours=20)
# Uploads come newest first, so that a page of known ones ends a pull. Now and then all of them are read.
WHOLE_EVERY = timedelta(days=14)


@dataclass
class Reading:
    """One reading of a subscription in a run, which may go on with what an earlier one has begun."""

    claim: claims.Claim
    run: IngestionRun
    asker: asking.Asker
    on_page: runs.OnPage

    @property
    def subscription(self) -> Subscription:
        return self.claim.subscription

    def read(self) -> None:
        """Land all there is to land.

        Raises claims.LostLeaseError, claims.TwinError, quota.ParkedError and errors.YouTubeError; what came before
        has landed.
        """
        match self.subscription.kind:
            case SubjectKind.VIDEO:
                self._keep_video()
            case SubjectKind.SEARCH:
                question = questions.ask_search(self.subscription)
                self._read_list(question, is_newest_first=True, most_pages=MOST_SEARCH_PAGES)
            case SubjectKind.PLAYLIST:
                self._describe("playlist")
                self._read_items(self.subscription.reference)
            case _:
                self._describe("channel")
                self._read_items(_find_uploads(self.subscription.external_id))

    def _keep_video(self) -> None:
        now = self.asker.clock()
        with transaction.atomic():
            self.claim.renew(now=now)
            catalogue.add_videos([self.subscription.reference])
            listings.keep_listed(self.subscription, [self.subscription.reference], now=now)
            self._name(self.subscription.reference, title="")

    def _describe(self, kind: str) -> None:
        """Land what the channel or playlist says of itself, unless that is known well enough."""
        if self._is_described(kind):
            return
        try:
            for question in questions.ask_subject(self.subscription):
                if runs.find_place(self.run, question) is None:
                    continue  # asked before this run was taken up again, and nothing was there
                page = self._source(question).ask(question)
                self._land(page, video_ids=[])
                if page.records:
                    self.claim.refuse_twin()
                    return
        except errors.TransientError as error:
            if not self.subscription.external_id:
                raise
            runs.note_error(self.run, str(error))
            return
        raise errors.NothingThereError(f"{kind}NotFound", _("YouTube knows nothing of this name."))

    def _is_described(self, kind: str) -> bool:
        seen = RawObservation.objects.filter(
            record__source=data_api.DataApi.name,
            record__kind=kind,
            record__external_id=self.subscription.external_id,
        )
        is_mine, since = Q(run=self.run), self.asker.clock() - DESCRIBED_EVERY
        return bool(self.subscription.external_id) and seen.filter(is_mine | Q(observed_at__gt=since)).exists()

    def _read_items(self, playlist_id: str) -> None:
        question = questions.ask_items(playlist_id)
        self._read_list(question, is_newest_first=playlist_id.startswith("UU"))

    def _read_list(
        self, question: client.Question, *, is_newest_first: bool, most_pages: int | None = None
    ) -> None:
        """Read a list from where it was left; one that is newest first, no further than to what is known."""
        begin = self._find_begin(question)
        if begin is None:
            return
        may_stop = is_newest_first and self._was_read(question)
        reads_all = most_pages is None and not may_stop
        pages = self._source(begin).read(is_ahead=reads_all)
        for group in data_api.gather(pages, most=data_api.MOST_TOGETHER if reads_all else 1):
            new_count = self._land_group(group)
            if (may_stop and not new_count) or group[-1].call.page_number + 1 == most_pages:
                return

    def _land_group(self, group: list[data_api.ReplyPage]) -> int:
        """Land pages together; where that fails, each by itself, so that those before an odd one land."""
        page = data_api.join(group)
        try:
            return self._land(page, video_ids=listed_ids(page))
        except (OperationalError, InterfaceError, claims.LostLeaseError):
            raise
        except Exception:
            if len(group) == 1:
                raise
            logger.exception("run %s: %s pages land one by one", self.run.pk, len(group))
            self.run.refresh_from_db()
            return sum(self._land(each, video_ids=listed_ids(each)) for each in group)

    def _find_begin(self, question: client.Question) -> client.Question | None:
        """Return the page to go on with: this run's, else that at which the one before gave up."""
        begin = runs.find_place(self.run, question)
        if begin != question:
            return begin
        earlier = IngestionRun.objects.filter(subscription=self.subscription, pk__lt=self.run.pk)
        last_run = earlier.filter(state=RunState.DONE).order_by("-pk").first()
        calls = last_run.calls.filter(method=question.method, subject=question.subject) if last_run else None
        last_call = calls.order_by("-pk").first() if calls is not None else None
        # A place that is no more known is left: the list is read from its start.
        if not last_run or not last_call or not last_call.error or last_call.error.startswith(errors.PAGE_TOKEN):
            return question
        return runs.find_place(last_run, question) or question

    def _was_read(self, question: client.Question) -> bool:
        """Tell whether the list has been read to its end by this subscription, and not too long ago."""
        ends = ApiCall.objects.filter(method=question.method, subject=question.subject[:255], next_page_token="")
        ends = ends.filter(run__subscription=self.subscription, finished_at__isnull=False, error="")
        if question.method == questions.SEARCH:
            return ends.exists() or self.subscription.runs.filter(state=RunState.DONE).exists()
        return ends.filter(called_at__gt=self.asker.clock() - WHOLE_EVERY).exists()

    def _source(self, question: client.Question) -> data_api.DataApi:
        keep = planning.units_kept(planning.Priority.LISTING, bucket=quota.bucket_of(question.method))
        return data_api.DataApi(question, asker=self.asker, run=self.run, keep=keep)

    def _land(self, page: data_api.ReplyPage, *, video_ids: list[str]) -> int:
        """Land a page, what follows from it and the end of its calls together; return how many videos are new."""
        now = self.asker.clock()
        with transaction.atomic():
            self.claim.renew(now=now)
            runs.land_reply(page, run=self.run, now=now)
            if page.rejections or page.kind not in sightings.READERS:
                catalogue.add_videos(video_ids)
            new_count = listings.keep_listed(self.subscription, video_ids, now=now) if video_ids else 0
            for record in page.records:
                if record.payload["kind"] in {"youtube#channel", "youtube#playlist"}:
                    self._name(record.external_id, title=questions.read_title(record.payload))
            self._foresee(page)
        self.on_page(self.run, page)
        return new_count

    def _foresee(self, page: data_api.ReplyPage) -> None:
        """Note how many pages the run will have, where the reply tells."""
        left = -(-page.total_count // questions.PAGE_SIZE) - page.call.page_number - 1
        foreseen = self.run.page_count + max(0, left)
        is_list = page.call.method in {questions.ITEMS, questions.SEARCH} and page.total_count
        if is_list and foreseen != self.run.total_page_count:
            self.run.total_page_count = foreseen
            self.run.save(update_fields=["total_page_count"])

    def _name(self, external_id: str, *, title: str) -> None:
        self.subscription.external_id = external_id[:64]
        self.subscription.title = title or self.subscription.title
        self.subscription.save(update_fields=["external_id", "title"])


def listed_ids(page: data_api.ReplyPage) -> list[str]:
    """Return the videos of a page in its order; one whose payload was refused is listed all the same."""
    ids = [record.video_id for record in page.records] + [rejection.video_id for rejection in page.rejections]
    return list(dict.fromkeys(filter(None, ids)))


def _find_uploads(channel_id: str) -> str:
    """Return the playlist of all that a channel has uploaded."""
    channels = RawRecord.objects.filter(source=data_api.DataApi.name, kind="channel", external_id=channel_id)
    newest = channels.order_by("-pk").first()
    return questions.read_uploads(newest.payload if newest else {"id": channel_id})
