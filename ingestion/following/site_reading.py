"""Reading what a subscription names without a key: what yt-dlp finds on YouTube's own pages."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from ingestion import catalogue, services, sources
from ingestion.following import answers, claims, listings, planning, wanting
from ingestion.following.wanting import Facts
from ingestion.models import Enquiry, EnquiryKind, FetchReason, IngestionRun, Listing, SubjectKind, Video
from ingestion.sources import yt_dlp_site
from ingestion.youtube import references

logger = logging.getLogger(__name__)

# How yt-dlp says that a broadcast is still to come, goes on, or is being put together.
NOT_OVER = {"is_upcoming", "is_live", "post_live"}


@dataclass
class SiteReading:
    """One reading of a subscription through yt-dlp; of the videos listed, those are asked about that are due."""

    claim: claims.Claim
    run: IngestionRun
    clock: Callable[[], datetime]
    on_page: Callable[[IngestionRun, sources.Page], None]
    due: set[str] = field(default_factory=set)

    def read(self) -> None:
        """Land all there is to land.

        Raises claims.LostLeaseError, claims.TwinError, yt_dlp_site.SiteError and locks.AlreadyRunningError; what
        came before has landed.
        """
        subscription = self.claim.subscription
        if subscription.kind == SubjectKind.VIDEO:
            self._keep_listed([subscription.reference])
        source = yt_dlp_site.YtDlpSite(
            references.Reference(SubjectKind(subscription.kind), subscription.reference),
            channel_id=subscription.external_id if subscription.kind == SubjectKind.CHANNEL else "",
            wants=lambda entry: entry.video_id in self.due,
            on_refused=self._postpone,
            clock=self.clock,
        )
        for page in source.read():
            self._land(page)

    def _land(self, page: sources.Page) -> None:
        now = self.clock()
        with transaction.atomic():
            self.claim.renew(now=now)
            services.land(page, run=self.run, target=None, now=now)
            for record in page.records:
                if page.kind == "playlist_info":
                    self._take_listing(record.payload)
                else:
                    self._take_video(record, now=now)
        self.on_page(self.run, page)

    def _take_listing(self, payload: dict[str, Any]) -> None:
        subscription = self.claim.subscription
        is_channel = subscription.kind == SubjectKind.CHANNEL
        # The list of a channel is that of its uploads, whose id but for two letters is the channel's.
        subscription.external_id = f"UC{payload['id'][2:]}"[:64] if is_channel else payload["id"][:64]
        subscription.title = str(payload.get("channel" if is_channel else "title") or subscription.title)
        subscription.save(update_fields=["external_id", "title"])
        claims.refuse_twin(subscription)
        facts = {entry.video_id: _read_entry(entry) for entry in yt_dlp_site.read_entries(payload)}
        self._keep_listed(list(facts), facts=facts)
        self.run.total_page_count = self.run.page_count + len(self.due)
        self.run.save(update_fields=["total_page_count"])

    def _keep_listed(self, video_ids: list[str], *, facts: dict[str, Facts] | None = None) -> None:
        """List videos, leave out those that the filters leave out by what the list tells, and find the due."""
        now, subscription = self.clock(), self.claim.subscription
        with transaction.atomic():
            catalogue.add_videos(video_ids)
            listings.keep_listed(subscription, video_ids, now=now)
            pks = dict(Video.objects.filter(video_id__in=video_ids).values_list("video_id", "pk"))
            known = {pks[video_id]: each for video_id, each in (facts or {}).items() if video_id in pks}
            unwanted = wanting.leave_out(subscription, known)
            due = Enquiry.objects.filter(kind=EnquiryKind.DETAILS, video__in=pks.values(), due_at__lte=now)
            self.due = set(due.exclude(video__in=unwanted).values_list("video__video_id", flat=True))

    def _take_video(self, record: sources.Record, *, now: datetime) -> None:
        details = Enquiry.objects.filter(kind=EnquiryKind.DETAILS, video__video_id=record.video_id)
        wait = _find_wait(record.payload)
        answers.answered(details.values_list("pk", flat=True), due_at=now + wait, now=now)
        listed = Listing.objects.filter(video__video_id=record.video_id).exclude(is_wanted=True)
        keys = list(listed.values_list("pk", "subscription_id", "video_id"))
        known = wanting.read_info_facts(record.payload)
        wanting.decide_listings(keys, facts=dict.fromkeys([video_pk for _, _, video_pk in keys], known), now=now)

    def _postpone(self, refusal: yt_dlp_site.Refusal) -> None:
        """Note why nothing was told of a video, and ask again later."""
        logger.info("run %s: %s of video %s", self.run.pk, refusal.reason, refusal.video_id)
        now, page = self.clock(), yt_dlp_site.make_refusal_page(refusal, observed_at=self.clock())
        with transaction.atomic():
            self.claim.renew(now=now)
            if page.records:
                services.land(page, run=self.run, target=None, now=now, page_count=0)
            for enquiry in Enquiry.objects.filter(kind=EnquiryKind.DETAILS, video__video_id=refusal.video_id):
                waits_for_begin = refusal.reason in {FetchReason.UPCOMING, FetchReason.LIVE}
                absent = planning.absent_interval(enquiry.attempt_count)
                enquiry.due_at = now + (planning.BROADCAST_EVERY if waits_for_begin else absent)
                enquiry.attempt_count, enquiry.error = enquiry.attempt_count + 1, refusal.error
                enquiry.save(update_fields=["due_at", "attempt_count", "error"])


def _find_wait(info: dict[str, Any]) -> timedelta:
    """Return how long until a video is asked about again: sooner where it may be had by then."""
    if info.get("live_status") in NOT_OVER:
        return planning.BROADCAST_EVERY
    return planning.REFUSED_EVERY if info.get("refusal") else planning.DETAILS_EVERY


def _read_entry(entry: yt_dlp_site.Entry) -> Facts:
    """Return what a list tells the filters: neither a language nor a day."""
    return Facts(
        title=entry.title,
        duration_seconds=entry.duration_seconds,
        is_broadcast=entry.live_status in wanting.BROADCASTS,
        language="",
        published_at=None,
    )
