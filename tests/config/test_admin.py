import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from kombu.exceptions import OperationalError

from config import attention, roles, schedule
from config.roles import Role
from ingestion.models import IngestionRun, RunState

pytestmark = pytest.mark.django_db
CHANGELIST = "/admin/django_celery_beat/periodictask/"


@pytest.fixture(autouse=True)
def operator(client):
    user = User.objects.create_user("operator")
    roles.give(user=user, role=Role.OPERATOR)
    client.force_login(user)
    return user


def test_the_first_page_says_that_nothing_needs_a_person(client):
    assert "Nothing does." in client.get("/admin/").content.decode()


def test_the_first_page_names_what_needs_a_person_with_its_list(client):
    for number in range(2):
        IngestionRun.objects.create(source="folder", location=f"/{number}", state=RunState.FAILED)
    page = client.get("/admin/").content.decode()
    assert "pulls that failed (<strong>2</strong>)" in page
    url = "/admin/ingestion/ingestionrun/?state__exact=failed"
    assert url in page
    assert client.get(url).status_code == 200


def test_every_link_of_the_first_page_opens(client):
    urls = [concern.url for concern in attention._look(at=timezone.now())]
    assert len([url for url in urls if url]) >= 5
    for url in filter(None, urls):
        assert client.get(url).status_code == 200, url


def test_the_first_page_costs_as_much_whatever_there_is(client, django_assert_max_num_queries):
    client.get("/admin/")
    with django_assert_max_num_queries(24):
        client.get("/admin/")


def test_the_schedule_shows_the_next_run(client):
    schedule.seed()
    page = client.get(CHANGELIST).content.decode()
    assert "Next run" in page
    assert "djcelery.schedulers" not in page


def test_a_task_opens_without_inline_script(client):
    schedule.seed()
    task = PeriodicTask.objects.get(name="embed")
    page = client.get(f"{CHANGELIST}{task.pk}/change/").content.decode()
    assert "periodic-task-overrides" not in page


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (None, "1 task was sent."),
        (OperationalError("refused"), "Redis does not answer"),
        (schedule.UnknownTaskError("No app."), "No app."),
    ],
)
def test_tasks_are_run_now(client, monkeypatch, error, words):
    def run_now(task):
        if error:
            raise error

    monkeypatch.setattr(schedule, "run_now", run_now)
    schedule.seed()
    chosen = {"action": "run_tasks", "_selected_action": [PeriodicTask.objects.get(name="embed").pk]}
    assert words in client.post(CHANGELIST, chosen, follow=True).content.decode()


@pytest.mark.parametrize("name", ["config_invitation", "config_apitoken"])
def test_invitations_and_tokens_are_looked_at_only(client, name):
    assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:{name}_add")).status_code == 403
