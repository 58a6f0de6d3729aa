from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ingestion.following import pulls, subscriptions
from ingestion.models import (
    ApiCall,
    AudioFetch,
    Course,
    Enquiry,
    EnquiryKind,
    FetchReason,
    FetchState,
    Listing,
    Subscription,
    Video,
)
from ingestion.youtube import references
from tests.emulators import youtube_world
from tests.ingestion import people

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
FILLED = {
    "follow-link": "https://www.youtube.com/@channel0",
    "follow-title": "Numbers",
    "follow-every": "1440",
    "follow-wants_audio": "on",
    "follow-wants_shorts": "on",
    "follow-wants_live": "on",
}
POSTS = ["subscription_pause", "subscription_resume", "subscription_pull", "subscription_unfollow"]


@pytest.fixture(autouse=True)
def published(monkeypatch):
    pks = []
    monkeypatch.setattr(pulls, "_send", pks.append)
    return pks


@pytest.fixture
def teacher(client):
    user = people.make_teacher()
    client.force_login(user)
    return user


@pytest.fixture
def channel(emulator):
    emulator.world = youtube_world.invent_world(120)


@pytest.fixture
def followed(teacher):
    course = people.make_course("Numbers", teacher)
    return subscriptions.follow(course=course, reference=references.parse("@channel0"))


def post(client, *, look=False, headers=None, **fields):
    sent = FILLED | {f"follow-{name}": value for name, value in fields.items()}
    return client.post(reverse("add_link"), sent | ({"look": "1"} if look else {}), headers=headers)


def show(client, course, **query):
    return client.get(reverse("course", args=[course.pk]), query).content.decode()


def test_following_is_for_teachers_and_operators(client, settings):
    settings.YOUTUBE_API_KEY = ""
    assert post(client).status_code == 302
    client.force_login(people.make())
    assert post(client).status_code == 403
    assert post(client, look=True).status_code == 403
    assert not Subscription.objects.exists()


def test_a_link_may_be_brought_along(client, teacher, inbox):
    page = client.get(reverse("add_folder"), {"link": '@a-b"><script>'}).content.decode()
    assert "@a-b&quot;&gt;&lt;script&gt;" in page
    assert client.get(reverse("add_link")).url == reverse("add_folder")


def test_a_look_is_a_whole_page_or_htmxs_part_of_it_and_keeps_nothing(client, teacher, inbox, channel):
    for headers, is_whole in ({}, True), (HTMX, False):
        response = post(client, look=True, headers=headers, title="")
        page = response.content.decode()
        assert response.status_code == 200
        assert ("<html" in page) is is_whole
        assert "Channel 0" in page
        assert "<dd>120</dd>" in page
        assert "This look cost 3 units" in page
        assert 'value="Channel 0"' in page
        assert "HX-Request" in response["Vary"]
    assert not Subscription.objects.exists()
    assert not Course.objects.exists()


def test_a_title_that_was_typed_is_left(client, teacher, inbox, channel):
    assert "hx-swap-oob" not in post(client, look=True, headers=HTMX).content.decode()
    assert 'value="Numbers"' in post(client, look=True).content.decode()


def test_without_a_key_a_look_says_what_it_is_and_what_is_missing(client, teacher, inbox, settings):
    settings.YOUTUBE_API_KEY = ""
    page = post(client, look=True).content.decode()
    assert "https://www.youtube.com/@channel0" in page
    assert "No key of YouTube&#x27;s own service is set here." in page
    assert "YOUTUBE_API_KEY" not in page
    client.force_login(people.make_operator())
    assert "Set YOUTUBE_API_KEY, and a look tells" in post(client, look=True).content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"link": "https://example.org/watch?v=dQw4w9WgXcQ"}, "does not lead to YouTube"),
        ({"link": ""}, "required"),
        ({"title_pattern": "("}, "is no regular expression"),
        ({"shortest_minutes": "9", "longest_minutes": "2"}, "longer than the longest"),
        ({"longest_minutes": "99999999999"}, "less than or equal"),
        ({"languages": "a-language-without-end"}, "as in en or pt-BR"),
        ({"every": "1"}, "Select a valid choice"),
        ({"published_since": "soon"}, "valid date"),
    ],
)
def test_what_cannot_be_followed_says_why_and_spends_nothing(client, teacher, inbox, channel, fields, words):
    for look, headers, status in (True, HTMX, 200), (True, None, 422), (False, None, 422):
        response = post(client, look=look, headers=headers, **fields)
        assert response.status_code == status
        assert words in response.content.decode()
    assert not ApiCall.objects.exists()
    assert not Course.objects.exists()


def test_an_error_in_a_filter_unfolds_the_filters(client, teacher, inbox):
    assert '<details class="filters" open>' in post(client, title_pattern="(").content.decode()
    assert '<details class="filters">' in post(client, link="odd").content.decode()


def test_a_link_is_followed_by_a_new_course(client, teacher, inbox, published, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = post(
            client, shortest_minutes="3", languages="en, pt-BR", published_since="2026-01-31", wants_live=""
        )
    row = Subscription.objects.get()
    assert response.url == reverse("course", args=[row.course_id])
    assert published == [row.pk]
    assert (row.reference, row.course.title, row.created_by) == ("@channel0", "Numbers", teacher)
    assert (row.shortest_seconds, row.languages, row.every) == (180, ["en", "pt-BR"], timedelta(days=1))
    assert (row.wants_audio, row.wants_live, row.wants_comments) == (True, False, False)
    assert str(row.published_since) == "2026-01-31"


def test_followed_twice_it_is_one(client, teacher, inbox):
    post(client)
    post(client, every="60")
    assert Subscription.objects.get().every == timedelta(hours=1)


def test_a_course_of_others_is_no_choice_and_its_title_is_taken(client, teacher, inbox):
    course = people.make_course("Chemistry", people.make_teacher("other"))
    for fields in {"course": course.pk}, {"title": "Chemistry"}, {"title": ""}:
        assert post(client, **fields).status_code == 422
    assert not Subscription.objects.exists()


def test_a_course_tells_whoever_leads_it_what_it_follows(client, followed):
    for number, is_wanted in enumerate([True, True, False, None]):
        video = Video.objects.create(video_id=f"v{number}")
        Listing.objects.create(subscription=followed, video=video, is_wanted=is_wanted)
    Subscription.objects.update(title="<b>Numbers", error="playlistNotFound: <i>gone")
    page = show(client, followed.course)
    assert "&lt;b&gt;Numbers" in page
    assert "playlistNotFound: &lt;i&gt;gone" in page
    assert "2 / 4" in page
    assert 'data-state="failing"' in page
    sam = people.make("sam")
    followed.course.memberships.create(user=sam)
    client.force_login(sam)
    assert "&lt;b&gt;Numbers" not in show(client, followed.course)


def test_a_course_that_follows_much_has_pages_and_few_queries(client, teacher, django_assert_max_num_queries):
    course = people.make_course("Much", teacher)
    for number in range(30):
        subscriptions.follow(course=course, reference=references.parse(f"@number{number:02}"))
    with django_assert_max_num_queries(20):
        page = show(client, course)
    assert page.count('data-test="followed"') == 25
    assert show(client, course, following="2").count('data-test="followed"') == 5
    assert show(client, course, following="odd").count('data-test="followed"') == 25


def test_what_is_followed_is_paused_goes_on_is_pulled_and_let_go(client, followed, published):
    def press(name):
        response = client.post(reverse(name, args=[followed.pk]), follow=True)
        assert response.redirect_chain[-1][0] == reverse("course", args=[followed.course_id])
        return response.content.decode()

    later = timezone.now() + timedelta(days=1)
    Subscription.objects.update(next_pull_at=later)
    assert "is paused" in press("subscription_pause")
    assert Subscription.objects.get().is_paused
    assert "followed again" in press("subscription_resume")
    assert not Subscription.objects.get().is_paused
    Subscription.objects.update(next_pull_at=later)
    assert "as soon as a worker is free" in press("subscription_pull")
    assert Subscription.objects.get().next_pull_at < later
    assert "its videos stay" in press("subscription_unfollow")
    assert not Subscription.objects.exists()
    assert client.post(reverse("subscription_unfollow", args=[followed.pk])).status_code == 404


def test_what_the_course_follows_by_another_name_does_not_go_on(client, followed):
    Subscription.objects.filter(pk=followed.pk).update(external_id="UCx")
    twin = Subscription.objects.create(
        course=followed.course, kind=followed.kind, reference="UCx", external_id="UCx", is_paused=True, error="why"
    )
    page = client.post(reverse("subscription_resume", args=[twin.pk]), follow=True).content.decode()
    assert "This course follows it already, as @channel0." in page
    twin.refresh_from_db()
    assert (twin.is_paused, twin.error) == (True, "why")


CHANGED = {"every": "60", "wants_audio": "on", "languages": "en, pt-BR", "title_pattern": "^Week"}


def test_what_is_wanted_of_it_is_shown_and_changed(client, followed):
    url = reverse("subscription_change", args=[followed.pk])
    assert url in show(client, followed.course)
    page = client.get(url).content.decode()
    assert '<option value="1440" selected>' in page
    video = Video.objects.create(video_id="v", title="Week 1")
    Listing.objects.create(subscription=followed, video=video, is_wanted=False)
    response = client.post(url, CHANGED | {"wants_comments": "on", "shortest_minutes": "3"}, follow=True)
    assert "is followed so from now on" in response.content.decode()
    row = Subscription.objects.get()
    assert (row.every, row.languages, row.title_pattern) == (timedelta(hours=1), ["en", "pt-BR"], "^Week")
    assert (row.wants_audio, row.wants_comments, row.wants_shorts, row.wants_live) == (True, True, False, False)
    assert (row.shortest_seconds, row.longest_seconds) == (180, None)
    assert Enquiry.objects.get(video=video).kind == EnquiryKind.COMMENTS
    page = client.get(url).content.decode()
    assert 'value="en, pt-BR"' in page
    assert '<option value="60" selected>' in page


def test_what_the_form_cannot_show_stays_until_it_is_changed(client, followed):
    url = reverse("subscription_change", args=[followed.pk])
    every = timedelta(minutes=45)
    Subscription.objects.update(every=every, shortest_seconds=90, longest_seconds=5000)
    assert '<option value="45" selected>as now: every 45 minutes' in client.get(url).content.decode()
    client.post(url, {"every": "45", "shortest_minutes": "1", "longest_minutes": "9"})
    row = Subscription.objects.get()
    assert (row.every, row.shortest_seconds, row.longest_seconds) == (every, 90, 540)
    client.post(url, {"every": "15"})
    row = Subscription.objects.get()
    assert (row.every, row.shortest_seconds, row.longest_seconds) == (timedelta(minutes=15), None, None)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title_pattern": "("}, "is no regular expression"),
        ({"shortest_minutes": "9", "longest_minutes": "2"}, "longer than the longest"),
        ({"every": "1"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_wanted_says_why_and_changes_nothing(client, followed, fields, words):
    response = client.post(reverse("subscription_change", args=[followed.pk]), CHANGED | fields)
    assert (response.status_code, words in response.content.decode()) == (422, True)
    assert subscriptions.read_wishes(Subscription.objects.get()) == subscriptions.Wishes()


def test_only_who_leads_a_course_changes_what_it_follows(client, followed):
    url = reverse("subscription_change", args=[followed.pk])
    sam = people.make("sam")
    followed.course.memberships.create(user=sam)
    for user, status in ((sam, 403), (people.make_teacher("other"), 404), (people.make_operator(), 200)):
        client.force_login(user)
        assert client.get(url).status_code == status
        assert client.post(url, CHANGED).status_code == (302 if status == 200 else status)


@pytest.mark.parametrize("name", POSTS)
def test_only_who_leads_a_course_decides_what_it_follows(client, followed, name):
    sam = people.make("sam")
    followed.course.memberships.create(user=sam)
    for user, status in ((sam, 403), (people.make_teacher("other"), 404), (people.make_operator(), 302)):
        client.force_login(user)
        assert client.get(reverse(name, args=[followed.pk])).status_code == 405
        assert client.post(reverse(name, args=[followed.pk])).status_code == status


def test_an_operator_lets_audio_be_tried_again(client):
    video = Video.objects.create(video_id="-a")
    fetch = AudioFetch.objects.create(video=video, state=FetchState.REFUSED, reason=FetchReason.GONE)
    url = reverse("audio_again", args=[fetch.pk])
    for user, status in ((people.make_teacher(), 403), (people.make_operator(), 302)):
        client.force_login(user)
        assert client.post(url).status_code == status
    fetch.refresh_from_db()
    assert (fetch.state, fetch.reason) == (FetchState.PENDING, "")
    AudioFetch.objects.update(state=FetchState.DONE)
    page = client.post(url, follow=True).content.decode()
    assert "Only what waits or was refused" in page
