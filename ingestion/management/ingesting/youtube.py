"""Following something on YouTube: pulled at once here, and by the workers from then on."""

import json
from dataclasses import asdict, replace
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from ingestion import sources, text
from ingestion.following import beginnings, enquiries, previews, pulls, runs, subscriptions
from ingestion.management.ingesting import tally, wishes
from ingestion.models import (
    AvailabilityChange,
    Enquiry,
    EnquiryKind,
    IngestionRun,
    Listing,
    RunState,
    SubjectKind,
    Subscription,
    Video,
)
from ingestion.youtube import client, errors, quota, references

REFUSALS = (
    references.InvalidReferenceError,
    beginnings.ManyCoursesError,
    subscriptions.SubscriptionError,
    previews.PreviewError,
    client.NoKeyError,
    quota.ParkedError,
    errors.YouTubeError,
)


def ingest(command: BaseCommand, *, location: str, options: dict[str, Any]) -> None:
    """Follow what a text names in a course and pull it, or tell what that would cost. Raises CommandError."""
    changes = wishes.read(options)
    try:
        reference = references.parse(location)
        if options["plan"]:
            _plan(command, reference, changes=changes, options=options)
            return
        if not client.has_key():
            command.stderr.write(f"{client.NoKeyError()} yt-dlp reads its pages instead.")
        counts = tally.Tally()
        beginning = beginnings.begin(reference=reference, course_title=options["course"], changes=changes)
        if not beginning.is_new and not options["course"]:
            command.stderr.write(
                f"The course “{beginning.subscription.course}” follows it already, and it is pulled there; "
                "--course names another."
            )
    except REFUSALS as error:
        raise CommandError(str(error)) from None
    ran = _pull(beginning)
    _refuse_nothing(beginning, pulled=ran[0])
    _report(command, beginning.subscription, ran=ran, counts=counts, as_json=options["json"])


def _pull(beginning: beginnings.Beginning) -> list[IngestionRun]:
    """Pull what is listed, then ask about its videos; return the runs that did it. Raises CommandError."""
    subscription = beginning.subscription
    with tqdm(desc="listing", unit="reply", disable=None) as bar:

        def show(run: IngestionRun, page: sources.Page) -> None:
            bar.total = run.total_page_count or None
            bar.update(run.page_count - bar.n)

        pulled = pulls.pull_subscription(subscription_id=subscription.pk, on_page=show)
    subscription.refresh_from_db()
    if pulled is None:
        paused = f"It is paused. {subscription.error}".strip()
        state = paused if subscription.is_paused else "A worker pulls it at this moment."
        raise CommandError(f"{state} See /courses/{subscription.course_id}/.")
    subscriptions.name_course(subscription)
    if not client.has_key() or subscription.is_paused:
        return [pulled]
    with tqdm(desc="asking about videos", unit="video", disable=None) as bar:

        def count(run: IngestionRun, page: sources.Page) -> None:
            bar.update(len(page.records))

        try:
            asked = enquiries.ask_now(is_patient=False, waits=True, of=subscription, on_page=count)
        except errors.KeyRefusedError as error:
            if subscription.kind == SubjectKind.VIDEO:  # whatever else is followed has been listed with the key
                _refuse(beginning, reason=str(error))
            raise CommandError(str(error)) from None
    return [pulled, asked] if asked else [pulled]


def _refuse_nothing(beginning: beginnings.Beginning, *, pulled: IngestionRun) -> None:
    """Raise CommandError where there is nothing to be had; what was begun for it is undone.

    What waits for units, or for its turn, is left to wait.
    """
    subscription = beginning.subscription
    lost = _tell_loss(subscription) if subscription.kind == SubjectKind.VIDEO else ""
    waits = pulled.state == RunState.RUNNING or subscription.listings.exists()
    reason = lost or ("" if waits else subscription.error)
    if reason and pulled.state == RunState.FAILED and beginning.is_new:
        runs.close_run(pulled, state=RunState.DONE, now=timezone.now())
    if reason:
        _refuse(beginning, reason=reason)


def _refuse(beginning: beginnings.Beginning, *, reason: str) -> NoReturn:
    if not beginning.is_new:
        raise CommandError(reason)
    beginning.undo()
    raise CommandError(f"{reason.rstrip('.')}. Nothing was added.")


def _tell_loss(subscription: Subscription) -> str:
    """Return why a video is not to be had any more, in a sentence; nothing where it is, or nobody knows."""
    video = Video.objects.withdrawn().filter(video_id=subscription.reference).first()
    if video is None:
        return ""
    change = AvailabilityChange.objects.filter(video=video).order_by("-observed_at", "-pk").first()
    reason = video.removal_reason or (change.reason if change else "")
    told = f"The video {video.video_id} is {video.get_availability_display()}"
    return f"{told}: {reason.rstrip('.')}." if reason else f"{told}."


def _report(
    command: BaseCommand,
    subscription: Subscription,
    *,
    ran: list[IngestionRun],
    counts: tally.Tally,
    as_json: bool,
) -> None:
    summaries = [counts.summarize(run) for run in ran]
    listed = Listing.objects.filter(subscription=subscription)
    if as_json:
        command.stdout.write(json.dumps(summaries))
    else:
        units = ", ".join(f"{count} {bucket}" for bucket, count in counts.count_units(*ran).items()) or "none"
        command.stdout.write(
            f"{subscription}: {text.tell_count(listed.count(), 'video')} listed, "
            f"{listed.filter(is_wanted=True).count()} wanted, "
            f"{text.tell_count(sum(each['record_count'] for each in summaries), 'new payload')}, "
            f"{sum(each['rejected_count'] for each in summaries)} rejected; units spent: {units}"
        )
    problems = [line for run in ran for line in run.error.splitlines()]
    waiting = Enquiry.objects.filter(
        kind=EnquiryKind.DETAILS, asked_at=None, video__listings__subscription=subscription
    )
    if not problems and client.has_key() and (count := waiting.count()):
        waits = "1 video waits for its" if count == 1 else f"{count} videos wait for their"
        problems = [f"{waits} details: a worker asks for them when there are units."]
    if not problems and subscription.kind == SubjectKind.VIDEO:
        asked = Enquiry.objects.filter(kind=EnquiryKind.DETAILS, video__listings__subscription=subscription)
        problems = list(asked.exclude(error="").values_list("error", flat=True))
    if problems and not listed.filter(is_wanted=True).exists():
        page = f"/courses/{subscription.course_id}/"
        problems.append(
            f"It is followed all the same, and tried again; it can be paused and unfollowed at {page}."
        )
    if problems:
        raise CommandError(" ".join(problems))


def _plan(
    command: BaseCommand, reference: references.Reference, *, changes: dict[str, Any], options: dict[str, Any]
) -> None:
    """Tell what following would cost, or the next pull of what is followed. Raises what `REFUSALS` names."""
    followed = subscriptions.find_known(reference)
    if options["course"]:
        followed = followed.filter(course__title=options["course"])
    known = followed.first()
    usual = subscriptions.read_wishes(known) if known else subscriptions.Wishes()
    wished = replace(usual, **changes)
    subscriptions.check(wished)
    plan = previews.preview(reference=reference, wishes=wished, known=known)
    courses = [str(each.course) for each in followed]
    if options["json"]:
        told = {"resets_at": plan.resets_at.isoformat(), "day_count": plan.day_count, "followed_by": courses}
        command.stdout.write(json.dumps(asdict(plan) | told))
        return
    command.stdout.write(_tell_plan(plan))
    if courses:
        titles = ", ".join(f"“{course}”" for course in courses)
        count = text.tell_count(plan.listed_count, "video")
        command.stdout.write(f"It is followed already, by {titles}, with {count} listed: that is the next pull.")


def _tell_plan(plan: previews.Preview) -> str:
    searches = "searches" if plan.search_count > 1 else "search"
    cost = text.tell_count(plan.units, "unit") + f" and {plan.search_count} {searches}" * bool(plan.search_count)
    spent = f"This look cost {text.tell_count(plan.spent, 'unit')}."
    if not plan.video_count:
        return f"{plan.title}: there are no videos now, so it takes no day. {spent}"
    return (
        f"{plan.title or 'One video'}: {text.tell_count(plan.video_count, 'video')}, of which about "
        f"{plan.wanted_count} wanted with {plan.hours:.1f} hours; it costs {cost} "
        f"and {plan.units_left} are left today, so it takes {text.tell_count(plan.day_count, 'day')}. {spent}"
    )
