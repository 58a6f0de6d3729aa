"""Following something on YouTube: pulled at once here, and by the workers from then on."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Sum
from tqdm import tqdm

from ingestion import sources, text
from ingestion.following import enquiries, previews, pulls, subscriptions
from ingestion.management.ingesting import folder
from ingestion.models import ApiCall, Enquiry, EnquiryKind, IngestionRun, Listing, Subscription
from ingestion.youtube import client, errors, quota, references


def ingest(command: BaseCommand, *, location: str, options: dict[str, Any]) -> None:
    """Follow what a text names in a course and pull it, or tell what that would cost. Raises CommandError."""
    try:
        reference = references.parse(location)
        if options["plan"]:
            _report_plan(command, previews.preview(reference=reference), as_json=options["json"])
            return
        if not client.has_key():
            command.stderr.write(f"{client.NoKeyError()} yt-dlp reads its pages instead.")
        course = subscriptions.find_course(reference=reference, title=options["course"])
        subscription = subscriptions.follow(course=course, reference=reference, wakes_worker=False)
        runs = _pull(subscription)
    except (
        references.InvalidReferenceError,
        previews.PreviewError,
        client.NoKeyError,
        quota.ParkedError,
        errors.YouTubeError,
    ) as error:
        raise CommandError(str(error)) from None
    _report(command, subscription, runs=runs, as_json=options["json"])


def _pull(subscription: Subscription) -> list[IngestionRun]:
    """Pull what is listed, then ask about its videos; return the runs that did it."""
    with tqdm(desc="listing", unit="reply", disable=None) as bar:

        def show(run: IngestionRun, page: sources.Page) -> None:
            bar.total = run.total_page_count or None
            bar.update(run.page_count - bar.n)

        pulled = pulls.pull_subscription(subscription_id=subscription.pk, on_page=show)
    if pulled is None:
        raise CommandError("A worker pulls it at this moment, or it is paused: see its page.")
    subscription.refresh_from_db()
    subscriptions.name_course(subscription)
    if not client.has_key():
        return [pulled]
    with tqdm(desc="asking about videos", unit="video", disable=None) as bar:

        def count(run: IngestionRun, page: sources.Page) -> None:
            bar.update(len(page.records))

        asked = enquiries.ask_now(is_patient=False, waits=True, on_page=count)
    return [pulled, asked] if asked else [pulled]


def _report(command: BaseCommand, subscription: Subscription, *, runs: list[IngestionRun], as_json: bool) -> None:
    if as_json:
        summaries = [folder.summarize(run) | {"units": _count_units(run), "error": run.error} for run in runs]
        command.stdout.write(json.dumps(summaries))
    else:
        listed = Listing.objects.filter(subscription=subscription)
        units = ", ".join(f"{count} {bucket}" for bucket, count in _count_units(*runs).items()) or "none"
        command.stdout.write(
            f"{subscription}: {text.tell_count(listed.count(), 'video')} listed, "
            f"{listed.filter(is_wanted=True).count()} wanted, "
            f"{text.tell_count(sum(run.record_count for run in runs), 'new payload')}, "
            f"{sum(run.rejected_count for run in runs)} rejected; units spent: {units}"
        )
    problems = [line for run in runs for line in run.error.splitlines()]
    waiting = Enquiry.objects.filter(
        kind=EnquiryKind.DETAILS, asked_at=None, video__listings__subscription=subscription
    )
    if not problems and client.has_key() and (count := waiting.count()):
        waits = "1 video waits for its" if count == 1 else f"{count} videos wait for their"
        problems = [f"{waits} details: a worker asks for them when there are units."]
    if problems and not Listing.objects.filter(subscription=subscription, is_wanted=True).exists():
        page = f"/courses/{subscription.course_id}/"
        problems.append(
            f"It is followed all the same, and tried again; it can be paused and unfollowed at {page}."
        )
    if problems:
        raise CommandError(" ".join(problems))


def _count_units(*runs: IngestionRun) -> dict[str, int]:
    """Return the units that runs have spent, by bucket."""
    calls = ApiCall.objects.filter(run__in=runs).order_by("bucket")
    return dict(calls.values_list("bucket").annotate(units=Sum("units")))


def _report_plan(command: BaseCommand, plan: previews.Preview, *, as_json: bool) -> None:
    if as_json:
        known = asdict(plan) | {"resets_at": plan.resets_at.isoformat(), "day_count": plan.day_count}
        command.stdout.write(json.dumps(known))
        return
    searches = "searches" if plan.search_count > 1 else "search"
    cost = text.tell_count(plan.units, "unit") + f" and {plan.search_count} {searches}" * bool(plan.search_count)
    command.stdout.write(
        f"{plan.title or 'One video'}: {text.tell_count(plan.video_count, 'video')}, of which about "
        f"{plan.wanted_count} wanted with {plan.hours:.1f} hours; it costs {cost} "
        f"and {plan.units_left} are left today, so it takes {text.tell_count(plan.day_count, 'day')}. "
        f"This look cost {text.tell_count(plan.spent, 'unit')}."
    )
