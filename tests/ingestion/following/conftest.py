from datetime import UTC, datetime, timedelta

import pytest

from ingestion.following import enquiries, pulls, subscriptions
from ingestion.models import Course
from ingestion.youtube import asking, references
from tests.emulators import youtube_world


class Clock:
    """A clock that goes on by itself, a millisecond a look, and jumps when told."""

    def __init__(self):
        self.now = datetime(2026, 11, 1, 18, tzinfo=UTC)

    def __call__(self):
        self.now += timedelta(milliseconds=1)
        return self.now

    def go_on(self, **duration):
        self.now += timedelta(**duration)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """Tries follow one another at once."""
    monkeypatch.setattr(asking, "FIRST_SECONDS", 0.0)


@pytest.fixture(autouse=True)
def published(monkeypatch):
    """Subscriptions that a worker was told of, instead of telling one."""
    pks = []
    monkeypatch.setattr(pulls, "_send", pks.append)
    return pks


@pytest.fixture
def course(db):
    return Course.objects.create(title="Algebra")


@pytest.fixture
def channel(emulator):
    """A channel of 120 videos, three pages of them, by its id."""
    emulator.world = youtube_world.invent_world(120)
    return next(iter(emulator.world.channels))


@pytest.fixture
def follow(course, clock):
    def follow(text, **wishes):
        reference = references.parse(text) if isinstance(text, str) else text
        wanted = subscriptions.Wishes(**wishes) if wishes else None
        return subscriptions.follow(course=course, reference=reference, wishes=wanted, now=clock())

    return follow


@pytest.fixture
def pull(clock):
    def pull(subscription):
        return pulls.pull_subscription(subscription_id=subscription.pk, clock=clock)

    return pull


@pytest.fixture
def ask(clock):
    def ask(*, is_patient=False):
        return enquiries.ask_now(clock=clock, is_patient=is_patient)

    return ask
