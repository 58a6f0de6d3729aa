"""What it would cost to follow something, before it is followed: units, days and hours of video.

A preview looks at the newest fifty videos and takes the others to be like them. It costs three units at most, and
nothing is asked that is known from what is followed already.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from ingestion.following import enquiries, questions, reading, runs, subscriptions, wanting
from ingestion.models import Bucket, IngestionRun, RunState, SubjectKind, Subscription, Video
from ingestion.sources import data_api
from ingestion.youtube import asking, client, quota, references

MOST_FOUND = 500


class PreviewError(Exception):
    """Nothing can be said of it; the message says why, in one sentence."""

    permanent = True


@dataclass(frozen=True)
class Preview:
    """What following costs the first time, and brings; hours are those of the videos the filters let in.

    Of what is followed already, `listed_count` videos are listed, and the next pull is what costs.
    """

    title: str
    video_count: int
    wanted_count: int
    hours: float
    units: int
    search_count: int
    units_left: int
    resets_at: datetime
    spent: int
    listed_count: int = 0

    @property
    def day_count(self) -> int:
        """Return over how many days of units it would be spread; none where it takes none."""
        if not self.units and not self.search_count:
            return 0
        daily = max(1, quota.stand(Bucket.GENERAL, now=self.resets_at).limit)
        return 1 + -(-max(0, self.units - self.units_left) // daily)


def preview(
    *,
    reference: references.Reference,
    wishes: subscriptions.Wishes | None = None,
    known: Subscription | None = None,
    clock: Callable[[], datetime] = timezone.now,
    timeout_seconds: float = client.TIMEOUT_SECONDS,
    most_tries: int = asking.MOST_TRIES,
) -> Preview:
    """Return what it would cost to follow something, or to pull again what is known as followed.

    Who waits for it may have less patience.
    Raises PreviewError, client.NoKeyError, quota.ParkedError and errors.YouTubeError.
    """
    run = runs.open_run(location=f"preview of {reference.url}", subscription=None, now=clock())
    try:
        with (
            client.connect(timeout_seconds=timeout_seconds) as api,
            closing(asking.Asker(api, clock=clock, most_tries=most_tries)) as asker,
        ):
            look = _Look(asker, run=run)
            title, video_count, video_ids = look.list_newest(reference, known=known)
            facts = look.describe(video_ids)
    finally:
        runs.close_run(run, state=RunState.DONE, now=clock())
    wished = subscriptions.make_draft(wishes or subscriptions.Wishes())
    wanted = _find_wanted(wished, facts)
    share = video_count / len(facts) if facts else 0
    standing = quota.stand(Bucket.GENERAL, now=clock())
    listed_count = known.listings.count() if known else 0
    list_count, details_count = _count_pages(reference.kind, video_count=video_count, listed_count=listed_count)
    is_list = reference.kind in {SubjectKind.CHANNEL, SubjectKind.PLAYLIST}
    return Preview(
        title=title,
        video_count=video_count,
        wanted_count=round(len(wanted) * share),
        hours=sum(each.duration_seconds or 0 for each in wanted) * share / 3600,
        units=details_count + (1 + list_count if is_list else 0),
        search_count=list_count if reference.kind == SubjectKind.SEARCH else 0,
        units_left=standing.left,
        resets_at=standing.resets_at,
        spent=run.calls.count(),
        listed_count=listed_count,
    )


def _count_pages(kind: SubjectKind, *, video_count: int, listed_count: int) -> tuple[int, int]:
    """Return how many pages of the list a pull reads, and how many of details."""
    all_count = -(-video_count // questions.PAGE_SIZE)
    new_count = -(-max(0, video_count - listed_count) // questions.PAGE_SIZE)
    # Of a playlist all is read each time: what is new may stand anywhere.
    reads_all = kind == SubjectKind.PLAYLIST or not listed_count
    return all_count if reads_all else max(1, new_count), new_count


def _find_wanted(wished: Subscription, facts: list[wanting.Facts]) -> list[wanting.Facts]:
    titles = {number: each.title for number, each in enumerate(facts)}
    matching = wanting.match_titles(wished.title_pattern, titles) if wished.title_pattern else titles.keys()
    return [facts[number] for number in sorted(matching) if wanting.judge(wished, facts[number]).is_wanted]


class _Look:
    """A look at what is there: asked, counted in the ledger, and not kept."""

    def __init__(self, asker: asking.Asker, *, run: IngestionRun) -> None:
        self.asker = asker
        self.run = run

    def list_newest(
        self, reference: references.Reference, *, known: Subscription | None
    ) -> tuple[str, int, list[str]]:
        """Return the title of something, how many videos it holds, and the ids of the newest."""
        if reference.kind == SubjectKind.VIDEO:
            return "", 1, [reference.value]
        draft = known or Subscription(kind=reference.kind, reference=reference.value)
        if reference.kind == SubjectKind.SEARCH:
            page = self._ask(questions.ask_search(draft))
            return reference.value, min(MOST_FOUND, page.total_count), reading.listed_ids(page)
        title, playlist_id = self._find_playlist(draft)
        page = self._ask(questions.ask_items(playlist_id))
        return title, page.total_count, reading.listed_ids(page)

    def describe(self, video_ids: list[str]) -> list[wanting.Facts]:
        """Return what the filters ask of videos, without a call where all of it is known."""
        pks = dict(Video.objects.filter(video_id__in=video_ids).values_list("video_id", "pk"))
        recalled = wanting.recall_facts(pks.values())
        unknown = [video_id for video_id in video_ids if pks.get(video_id) not in recalled]
        if not unknown:
            return list(recalled.values())
        ids = ",".join(unknown)
        page = self._ask(client.Question(enquiries.DETAILS, ids, {"part": enquiries.DETAIL_PARTS, "id": ids}))
        return [*recalled.values(), *(wanting.read_facts(record.payload) for record in page.records)]

    def _find_playlist(self, draft: Subscription) -> tuple[str, str]:
        if draft.external_id and draft.title:
            is_channel = draft.kind == SubjectKind.CHANNEL
            return draft.title, reading.find_uploads(draft.external_id) if is_channel else draft.external_id
        for question in questions.ask_subject(draft):
            for record in self._ask(question).records:
                is_channel = draft.kind == SubjectKind.CHANNEL
                playlist_id = questions.read_uploads(record.payload) if is_channel else record.external_id
                return questions.read_title(record.payload), playlist_id
        raise PreviewError(_("YouTube knows nothing of this name."))

    def _ask(self, question: client.Question) -> data_api.ReplyPage:
        source = data_api.DataApi(question, asker=self.asker, run=self.run, is_conditional=False)
        page = source.ask(question)
        quota.finish(page.calls, lake_key="", now=self.asker.clock())
        if page.absence:
            raise PreviewError(_("YouTube shows nothing here (%(reason)s).") % {"reason": page.absence})
        return page
