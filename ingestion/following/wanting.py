"""Which videos a subscription wants, decided once their details are known, with the reason where it does not.

A Short is taken to be what lasts three minutes at most: the API does not tell whether a video is upright.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DataError, OperationalError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ingestion import arrays, text, values
from ingestion.models import Availability, Listing, RawRecord, Subscription, Video

logger = logging.getLogger(__name__)

LONGEST_SHORT_SECONDS = 180
PATTERN_MILLISECONDS = 1000
LIMIT_STATEMENTS = "SELECT set_config('statement_timeout', %s, true)"
MATCH_TITLES = "SELECT key FROM unnest(%s::bigint[], %s::text[]) AS named (key, title) WHERE title ~* %s"

# One statement a page each: there may be two thousand of them.
NOTE_DECISION = "update ingestion_listing set is_wanted = %s, reason = %s where id = any(%s::bigint[])"
JOIN_COURSE = """
insert into ingestion_course_videos (course_id, video_id)
select %(course)s, unnest(%(videos)s::bigint[])
on conflict (course_id, video_id) do nothing
"""
WANT_AUDIO = """
insert into ingestion_audiofetch
    (video_id, state, reason, error, attempt_count, failure_count, next_attempt_at, created_at)
select video.id, 'pending', '', '', 0, 0, %(now)s, %(now)s
from ingestion_video video
where
    video.id = any(%(videos)s::bigint[]) and video.availability <> all(%(gone)s)
    and not exists (
        select from ingestion_mediafile media where media.video_id = video.id and media.kind = 'audio'
    )
on conflict (video_id) do nothing
"""

# What stands in Listing.reason.
SHORT = gettext_noop("may be a Short: three minutes at most")
BROADCAST = gettext_noop("is or was a live broadcast")
TOO_SHORT = gettext_noop("shorter than wanted")
TOO_LONG = gettext_noop("longer than wanted")
OTHER_LANGUAGE = gettext_noop("in another language")
OTHER_TITLE = gettext_noop("its title does not match")
TOO_OLD = gettext_noop("published earlier than wanted")
UNKNOWN_LENGTH = gettext_noop("its length is not known yet")
SLOW_PATTERN = gettext_noop("the title pattern takes too long")

# How yt-dlp says that a video is or was a live broadcast.
BROADCASTS = {"is_live", "is_upcoming", "was_live", "post_live"}

# Keys of a listing: its own, its subscription's, its video's.
ListingKeys = tuple[int, int, int]

GONE = {Availability.DELETED, Availability.PRIVATE, Availability.REMOVED}


class InvalidPatternError(Exception):
    """A title pattern that is no regular expression, or takes too long."""

    permanent = True


@dataclass(frozen=True)
class Facts:
    """What the filters ask of a video."""

    title: str
    duration_seconds: float | None
    is_broadcast: bool
    language: str
    published_at: datetime | None


@dataclass(frozen=True)
class Decision:
    """Whether a video is wanted, and why not; None as long as that cannot be told."""

    is_wanted: bool | None
    reason: str = ""


WANTED = Decision(True)


def read_facts(payload: Mapping[str, Any]) -> Facts:
    """Return what a video resource of the Data API tells the filters."""
    snippet, contents = _part(payload, "snippet"), _part(payload, "contentDetails")
    language = snippet.get("defaultAudioLanguage") or snippet.get("defaultLanguage")
    return Facts(
        title=text.strip_control_characters(str(snippet.get("title", ""))),
        duration_seconds=values.read_duration(contents.get("duration")),
        is_broadcast=bool(_part(payload, "liveStreamingDetails"))
        or snippet.get("liveBroadcastContent") in {"live", "upcoming"},
        language=language.lower() if isinstance(language, str) else "",
        published_at=values.read_moment(snippet.get("publishedAt")),
    )


def read_info_facts(info: Mapping[str, Any]) -> Facts:
    """Return what an info dict of yt-dlp tells the filters."""
    language = info.get("language")
    return Facts(
        title=text.strip_control_characters(str(info.get("title", ""))),
        duration_seconds=values.read_number(info.get("duration"), most=values.MOST_SECONDS) or None,
        is_broadcast=bool(info.get("was_live")) or info.get("live_status") in BROADCASTS,
        language=language.lower() if isinstance(language, str) else "",
        published_at=values.read_epoch(info.get("timestamp")) or values.read_moment(info.get("upload_date")),
    )


def judge(subscription: Subscription, facts: Facts) -> Decision:
    """Return what all filters but the title's say. What a video does not tell is never held against it."""
    if facts.is_broadcast and not subscription.wants_live:
        return Decision(False, BROADCAST)
    if subscription.languages and facts.language and not _speaks(facts.language, subscription.languages):
        return Decision(False, OTHER_LANGUAGE)
    since = subscription.published_since
    if since and facts.published_at and facts.published_at.date() < since:
        return Decision(False, TOO_OLD)
    return _judge_length(subscription, facts.duration_seconds)


def _judge_length(subscription: Subscription, seconds: float | None) -> Decision:
    shortest, longest = subscription.shortest_seconds, subscription.longest_seconds
    if subscription.wants_shorts and shortest is None and longest is None:
        return WANTED
    if seconds is None:
        return Decision(None, UNKNOWN_LENGTH)
    if not subscription.wants_shorts and seconds <= LONGEST_SHORT_SECONDS:
        return Decision(False, SHORT)
    if shortest is not None and seconds < shortest:
        return Decision(False, TOO_SHORT)
    if longest is not None and seconds > longest:
        return Decision(False, TOO_LONG)
    return WANTED


def _speaks(language: str, wanted: Iterable[str]) -> bool:
    """Tell whether `en-gb` is among the languages wanted: `en` means all of its kinds."""
    return any(language == each.lower() or language.split("-")[0] == each.lower() for each in wanted)


def check_pattern(pattern: str) -> None:
    """Raise InvalidPatternError for a title pattern that the database would not take."""
    match_titles(pattern, {0: "a title to try it on"})


def match_titles(pattern: str, titles: Mapping[int, str]) -> set[int]:
    """Return the keys of the titles that hold a match, capitals and small letters alike.

    The database matches: it has a time limit, which Python's expressions do not. Raises InvalidPatternError.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            (before,) = cursor.fetchone()
            cursor.execute(LIMIT_STATEMENTS, [f"{PATTERN_MILLISECONDS}ms"])
            cursor.execute(MATCH_TITLES, [list(titles), list(titles.values()), pattern])
            found = {key for (key,) in cursor.fetchall()}
            cursor.execute(LIMIT_STATEMENTS, [before])
            return found
    except DataError:
        raise InvalidPatternError(_("“%(text)s” is no regular expression.") % {"text": pattern}) from None
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "57014":  # query_canceled
            raise
        raise InvalidPatternError(_("“%(text)s” takes too long to match.") % {"text": pattern}) from None


def decide_listings(listings: Iterable[ListingKeys], *, facts: Mapping[int, Facts], now: datetime) -> None:
    """Decide on some listings by the facts of their videos, and enrol the videos that are wanted.

    A listing is given by its own key, its subscription's and its video's.
    """
    by_subscription: dict[int, dict[int, int]] = defaultdict(dict)
    for pk, subscription_pk, video_pk in listings:
        by_subscription[subscription_pk][pk] = video_pk
    subscriptions = Subscription.objects.filter(pk__in=by_subscription)
    for subscription in subscriptions if by_subscription else ():
        videos = by_subscription[subscription.pk]
        decisions = _decide(subscription, {video_pk: facts[video_pk] for video_pk in videos.values()})
        decided: dict[Decision, list[int]] = defaultdict(list)
        for pk, video_pk in videos.items():
            decided[decisions[video_pk]].append(pk)
        for decision, pks in decided.items():
            _note(decision, pks)
        if WANTED in decided:
            enrol(subscription, [videos[pk] for pk in decided[WANTED]], now=now)


def leave_out(subscription: Subscription, facts: Mapping[int, Facts]) -> list[int]:
    """Note which videos a subscription does not want by what is known of them so far, and return their keys."""
    undecided = Listing.objects.filter(subscription=subscription, video__in=facts).exclude(is_wanted=True)
    keys = dict(undecided.values_list("video_id", "pk"))
    decisions = _decide(subscription, {video_pk: facts[video_pk] for video_pk in keys})
    unwanted: dict[Decision, list[int]] = defaultdict(list)
    for video_pk, decision in decisions.items():
        if decision.is_wanted is False:
            unwanted[decision].append(video_pk)
    for decision, video_pks in unwanted.items():
        _note(decision, [keys[pk] for pk in video_pks])
    return [pk for video_pks in unwanted.values() for pk in video_pks]


def _note(decision: Decision, listing_pks: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(NOTE_DECISION, [decision.is_wanted, decision.reason, arrays.write_numbers(listing_pks)])


def _decide(subscription: Subscription, facts: Mapping[int, Facts]) -> dict[int, Decision]:
    """Return the decision on each video, by its key."""
    decisions = {pk: judge(subscription, known) for pk, known in facts.items()}
    if not subscription.title_pattern:
        return decisions
    titles = {pk: facts[pk].title for pk, decision in decisions.items() if decision.is_wanted}
    try:
        matching = match_titles(subscription.title_pattern, titles)
    except InvalidPatternError as error:
        logger.warning("subscription %s: %s", subscription.pk, error)
        return decisions | dict.fromkeys(titles, Decision(None, SLOW_PATTERN))
    return decisions | dict.fromkeys(titles.keys() - matching, Decision(False, OTHER_TITLE))


def enrol(subscription: Subscription, video_pks: list[int], *, now: datetime) -> None:
    """Put videos into the course of a subscription, and have the audio fetched of those that can be had."""
    videos = arrays.write_numbers(video_pks)
    with connection.cursor() as cursor:
        cursor.execute(JOIN_COURSE, {"course": subscription.course_id, "videos": videos})
        if subscription.wants_audio:
            gone = [each.value for each in GONE]
            cursor.execute(WANT_AUDIO, {"videos": videos, "gone": gone, "now": now})


def recall_facts(video_pks: Iterable[int]) -> dict[int, Facts]:
    """Return the facts of those videos whose details are known, by their primary key."""
    videos = Video.objects.kept().filter(pk__in=video_pks, described_at__isnull=False)
    pks = dict(videos.values_list("video_id", "pk"))
    rows = RawRecord.objects.filter(source="youtube_api", kind="video", external_id__in=pks)
    newest = rows.order_by("external_id", "-fetched_at", "-pk").distinct("external_id")
    return {pks[record.external_id]: read_facts(record.payload) for record in newest}


def _part(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = payload.get(name)
    return part if isinstance(part, dict) else {}
