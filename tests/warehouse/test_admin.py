"""The warehouse in the admin: every list and row shows, and nothing can be changed."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from ingestion.models import Video
from tests.warehouse import factories
from warehouse import services, tasks
from warehouse.models import DimVideo, MartVideoCurrent, WarehouseBuild

pytestmark = pytest.mark.django_db

REGISTERED = [model for model in apps.get_app_config("warehouse").get_models() if len(model._meta.pk_fields) == 1]
COMPOSITE = [model for model in apps.get_app_config("warehouse").get_models() if len(model._meta.pk_fields) > 1]


@pytest.fixture
def operator(client):
    client.force_login(User.objects.create_superuser("operator"))
    return client


@pytest.fixture
def warehouse():
    for name in ("-v", "w"):
        factories.land_video(
            name,
            snippet={"channelId": "UC1", "title": f"<b>{name}</b>", "tags": ["sql"], "categoryId": "27"},
            statistics={"viewCount": "5"},
        )
        factories.create_transcription(Video.objects.create(video_id=name), texts=["one two"])
    factories.land_playlist_item(playlist_id="PL1", video_id="-v", position=0)
    factories.land(kind="channel", external_id="UC1", payload={"id": "UC1", "snippet": {"country": "DE"}})
    services.build_warehouse()


def list_url(model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.parametrize("model", REGISTERED)
def test_every_table_is_listed_searched_and_opened(operator, warehouse, model):
    assert operator.get(list_url(model)).status_code == 200
    if admin.site.get_model_admin(model).search_fields:
        assert operator.get(list_url(model), {"q": "nothing like it"}).status_code == 200
    row = model._default_manager.first()
    if row:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
        assert operator.get(address).status_code == 200


@pytest.mark.parametrize("model", COMPOSITE)
def test_what_has_a_composite_key_is_left_out(model):
    assert not admin.site.is_registered(model)


@pytest.mark.parametrize("model", REGISTERED)
def test_nothing_can_be_added_changed_or_deleted(operator, rf, model):
    request = rf.get("/")
    request.user = User.objects.get()
    model_admin = admin.site.get_model_admin(model)
    assert not model_admin.has_add_permission(request)
    assert not model_admin.has_change_permission(request)
    assert not model_admin.has_delete_permission(request)


@pytest.mark.parametrize("model", REGISTERED)
def test_a_list_asks_no_query_per_row(operator, warehouse, model):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        operator.get(list_url(model))
    assert len(queries) <= 8, [query["sql"] for query in queries]


@pytest.mark.parametrize(
    "query", [{"availability": "private"}, {"has_captions__exact": "1"}, {"q": "-v"}, {"o": "7"}]
)
def test_videos_are_filtered_searched_and_sorted(operator, warehouse, query):
    assert operator.get(list_url(DimVideo), query).status_code == 200


def test_a_filter_leaves_out_what_does_not_match(operator, warehouse):
    listed = operator.get(list_url(DimVideo), {"availability": "private"}).context["cl"]
    assert listed.result_count == 0
    assert operator.get(list_url(DimVideo), {"q": "-v"}).context["cl"].result_count == 1


def test_a_video_shows_what_the_bridges_hold_of_it(operator, warehouse):
    video = DimVideo.objects.get(video_id="-v")
    page = operator.get(reverse("admin:warehouse_dimvideo_change", args=[video.pk])).content.decode()
    assert "PL1" in page
    assert "sql" in page


def test_a_whole_mart_is_never_counted(operator, warehouse):
    with CaptureQueriesContext(connection) as queries:
        response = operator.get(list_url(MartVideoCurrent))
    assert response.context["cl"].result_count == 2
    counted = [query["sql"] for query in queries if "COUNT(" in query["sql"] and "mart_" in query["sql"]]
    assert counted == []
    assert reverse("api_mart_video-daily") in response.content.decode()


def test_a_build_shows_how_long_it_took(operator):
    began_at = timezone.now()
    counts = dict.fromkeys(("inserted_count", "updated_count", "deleted_count", "row_count"), 0)
    WarehouseBuild.objects.create(
        input_fingerprint="", started_at=began_at, finished_at=began_at + timedelta(seconds=90), **counts
    )
    assert "90.0 s" in operator.get(list_url(WarehouseBuild)).content.decode()


def test_a_build_is_sent_for_by_hand(operator, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.build_warehouse, "delay_on_commit", lambda: sent.append("build"))
    address = reverse("admin:warehouse_warehousebuild_rebuild")
    assert address in operator.get(list_url(WarehouseBuild)).content.decode()
    assert operator.get(address).status_code == 405
    assert operator.post(address, follow=True).status_code == 200
    assert sent == ["build"]


def test_a_queue_that_does_not_answer_is_told(operator, monkeypatch):
    def refuse() -> None:
        raise BrokerError

    monkeypatch.setattr(tasks.build_warehouse, "delay_on_commit", refuse)
    page = operator.post(reverse("admin:warehouse_warehousebuild_rebuild"), follow=True)
    assert "does not answer" in page.content.decode()


def test_a_student_sees_none_of_it(client):
    client.force_login(User.objects.create_user("student"))
    assert client.post(reverse("admin:warehouse_warehousebuild_rebuild")).status_code in {302, 403}
    assert client.get(list_url(DimVideo)).status_code in {302, 403}
