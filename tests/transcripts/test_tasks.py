import pytest

from tests.transcripts import factories
from transcripts import tasks
from transcripts.models import State, Transcription


@pytest.mark.django_db
def test_it_plans_and_publishes_one_task_for_each(fake, monkeypatch, django_capture_on_commit_callbacks):
    factories.make_media(factories.make_video("one"), b"sound")
    factories.make_media(factories.make_video("two"), b"other sound")
    factories.make_video("three")
    published = []
    monkeypatch.setattr(tasks.run_transcription, "delay", lambda **ids: published.append(ids))
    with django_capture_on_commit_callbacks(execute=True):
        tasks.transcribe_pending()
    pending = Transcription.objects.filter(state=State.PENDING).order_by("pk")
    assert published == [{"transcription_id": pk} for pk in pending.values_list("pk", flat=True)]
    assert len(published) == 2


@pytest.mark.django_db
def test_of_a_long_backlog_it_publishes_the_head(fake, monkeypatch):
    monkeypatch.setattr(tasks.services, "MOST_PUBLISHED", 1)
    factories.make_media(factories.make_video("one"), b"sound")
    factories.make_media(factories.make_video("two"), b"other sound")
    published = []
    monkeypatch.setattr(tasks.run_transcription, "delay_on_commit", lambda **ids: published.append(ids))
    tasks.transcribe_pending()
    assert published == [{"transcription_id": Transcription.objects.order_by("pk").first().pk}]


@pytest.mark.django_db
def test_the_item_task_hears_its_recording(fake):
    factories.make_media(factories.make_video(), b"sound")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks.run_transcription, "delay_on_commit", lambda **ids: tasks.run_transcription(**ids))
        tasks.transcribe_pending()
    assert Transcription.objects.get().state == State.DONE
