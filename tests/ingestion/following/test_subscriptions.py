from datetime import date, timedelta

import pytest

from ingestion.following import listings, subscriptions, wanting
from ingestion.following.subscriptions import SubscriptionError, Wishes
from ingestion.models import Course, Enquiry, Listing, Subscription, Video
from ingestion.youtube import references


def test_to_follow_twice_is_to_follow_once(follow, channel):
    assert follow(channel) == follow(channel)
    assert Subscription.objects.count() == 1


def test_to_follow_again_with_other_wishes_changes_them_and_pulls(follow, channel, pull, clock):
    subscription = follow(channel, wants_audio=False)
    pull(subscription)
    again = follow(channel, every=timedelta(hours=6))
    assert (again.every, again.wants_audio) == (timedelta(hours=6), True)
    assert again.next_pull_at <= clock.now
    assert follow(channel).every == timedelta(hours=6)


def test_a_worker_is_told_once_it_is_committed(follow, channel, published, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        subscription = follow(channel)
        assert published == []
    assert published == [subscription.pk]


@pytest.mark.parametrize(
    "wishes",
    [
        {"every": timedelta(minutes=1)},
        {"every": timedelta(days=60)},
        {"shortest_seconds": 10, "longest_seconds": 5},
        {"title_pattern": "("},
        {"title_pattern": "x" * 256},
        {"title_pattern": "\0"},
        {"languages": ("",)},
        {"languages": ("x" * 17,)},
        {"languages": ("en", "english")},
        {"languages": ("en_US",)},
        {"languages": ("??",)},
        {"published_since": date(2004, 12, 31)},
        {"published_since": date(9999, 12, 31)},
    ],
)
def test_a_wish_that_cannot_be_followed_is_refused_in_one_sentence(follow, channel, wishes):
    with pytest.raises(SubscriptionError) as refusal:
        follow(channel, **wishes)
    assert str(refusal.value).endswith(".")
    assert not Subscription.objects.exists()


def test_a_language_may_be_one_of_a_country_or_of_a_script(follow, channel):
    languages = ("en", "PT-br", "zh-Hans", "zh-Hant-HK", "es-419", "fil")
    assert follow(channel, languages=languages, published_since=date(2005, 4, 23)).languages == list(languages)


def test_paused_it_is_not_due_and_resumed_it_is(follow, channel, clock, pull):
    subscription = follow(channel)
    subscriptions.pause(subscription_id=subscription.pk)
    assert pull(subscription) is None
    subscriptions.resume(subscription_id=subscription.pk, now=clock())
    assert pull(subscription) is not None


def test_what_is_being_pulled_is_not_made_due(follow, channel, clock):
    subscription = follow(channel)
    Subscription.objects.update(lease_expires_at=clock.now + timedelta(minutes=1), next_pull_at=clock.now)
    before = Subscription.objects.get().next_pull_at
    subscriptions.pull_now(subscription_id=subscription.pk, now=clock())
    assert Subscription.objects.get().next_pull_at == before


def test_wider_filters_let_in_what_was_left_out(emulator, follow, channel, pull, ask, course, clock):
    subscription = follow(channel, shortest_seconds=3600)
    pull(subscription)
    ask()
    count = course.videos.count()
    assert 0 < count < 120
    subscriptions.change(subscription_id=subscription.pk, wishes=Wishes(shortest_seconds=60), now=clock())
    assert course.videos.count() > count
    assert set(Listing.objects.filter(is_wanted=False).values_list("reason", flat=True)) == {wanting.TOO_SHORT}


def test_narrower_filters_take_nothing_out(emulator, follow, channel, pull, ask, course, clock):
    subscription = follow(channel)
    pull(subscription)
    ask()
    subscriptions.change(subscription_id=subscription.pk, wishes=Wishes(shortest_seconds=3600), now=clock())
    assert course.videos.count() == 120


def test_comments_wanted_later_are_asked_for(emulator, follow, channel, pull, clock):
    subscription = follow(channel)
    pull(subscription)
    subscriptions.change(subscription_id=subscription.pk, wishes=Wishes(wants_comments=True), now=clock())
    assert Enquiry.objects.filter(kind="comments").count() == 120


def test_what_nobody_follows_any_more_is_asked_about_no_more(emulator, follow, channel, pull, ask, course, clock):
    subscription = follow(channel)
    pull(subscription)
    ask()
    other = subscriptions.follow(
        course=Course.objects.create(title="Other"), reference=references.parse("v0000000001"), now=clock()
    )
    pull(other)
    stray = Video.objects.create(video_id="straylost01")
    listings.ask_about([stray], kind="details", now=clock())
    subscriptions.unfollow(subscription_id=subscription.pk)
    left = set(Enquiry.objects.values_list("video__video_id", flat=True))
    assert left == {"v0000000001", "straylost01"}
    assert course.videos.count() == 120
    assert Video.objects.count() == 121
