from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ingestion.following import pulls
from ingestion.models import (
    AudioFetch,
    FetchReason,
    FetchState,
    IngestionRun,
    Listing,
    SubjectKind,
    Subscription,
    Video,
)
from tests.ingestion import people
from tests.ingestion.admin.test_actions import act

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def published(monkeypatch):
    monkeypatch.setattr(pulls, "_send", lambda subscription_id: None)


@pytest.fixture
def followed():
    later = timezone.now() + timedelta(days=1)
    kind, course = SubjectKind.CHANNEL, people.make_course("<b>Physics")
    return Subscription.objects.create(course=course, kind=kind, reference="@a-b", next_pull_at=later)


def test_a_subscription_is_paused_goes_on_and_is_pulled(admin, followed):
    later = followed.next_pull_at
    act(admin, Subscription, "pause", [followed])
    act(admin, Subscription, "pull_now", [followed])
    followed.refresh_from_db()
    assert (followed.is_paused, followed.next_pull_at) == (True, later)
    act(admin, Subscription, "go_on", [followed])
    followed.refresh_from_db()
    assert not followed.is_paused
    assert followed.next_pull_at < later
    Subscription.objects.update(next_pull_at=later)
    act(admin, Subscription, "pull_now", [followed])
    followed.refresh_from_db()
    assert followed.next_pull_at < later


def test_what_the_course_follows_by_another_name_does_not_go_on(admin, followed):
    Subscription.objects.filter(pk=followed.pk).update(external_id="UCx")
    twin = Subscription.objects.create(
        course=followed.course, kind=followed.kind, reference="UCx", external_id="UCx", is_paused=True, error="why"
    )
    assert "This course follows it already, as @a-b." in act(admin, Subscription, "go_on", [twin])
    twin.refresh_from_db()
    assert twin.is_paused


def test_nothing_of_a_subscription_is_changed_by_hand(admin, followed):
    url = reverse("admin:ingestion_subscription_change", args=[followed.pk])
    assert admin.post(url, {"reference": "@other"}).status_code == 403
    assert admin.get(reverse("admin:ingestion_subscription_add")).status_code == 403


def test_a_subscription_leads_to_its_course_its_videos_and_its_pulls(admin, followed):
    video = Video.objects.create(video_id="listed-one", title="<i>One")
    Listing.objects.create(subscription=followed, video=video)
    IngestionRun.objects.create(source="youtube_api", location="pulled-one", subscription=followed)
    other = Subscription.objects.create(course=followed.course, kind=SubjectKind.VIDEO, reference="x")
    page = admin.get(reverse("admin:ingestion_subscription_changelist")).content.decode()
    assert reverse("course", args=[followed.course_id]) in page
    for model, word in (("listing", "One"), ("ingestionrun", "pulled-one")):
        for row, is_there in ((followed, True), (other, False)):
            link = f"{reverse(f'admin:ingestion_{model}_changelist')}?subscription__id__exact={row.pk}"
            assert link in page
            shown = admin.get(link).content.decode()
            assert (word in shown) is is_there
            assert "<i>One" not in shown


def test_audio_is_tried_again_and_what_is_done_is_left(admin):
    fetches = [
        AudioFetch.objects.create(video=Video.objects.create(video_id=state), state=state, reason=FetchReason.GONE)
        for state in (FetchState.REFUSED, FetchState.DONE)
    ]
    assert "Only what waits or was refused" in act(admin, AudioFetch, "try_again", fetches)
    states = list(AudioFetch.objects.order_by("pk").values_list("state", flat=True))
    assert states == [FetchState.PENDING, FetchState.DONE]
