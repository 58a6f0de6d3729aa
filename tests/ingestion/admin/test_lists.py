"""Every list and every row of this app's admin: it renders, and a longer list takes no more queries."""

import pytest
from django.apps import apps
from django.contrib import admin as site
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ingestion import adding, services
from ingestion.models import RawRecord, Video
from tests.ingestion import folders, people, rows

pytestmark = pytest.mark.django_db

# Chapters show with their video.
MODELS = [model for model in apps.get_app_config("ingestion").get_models() if model._meta.model_name != "chapter"]
SEARCHES = {model: site.site._registry[model].search_fields for model in MODELS}


def land(inbox, count, *, start=0):
    """Land videos with all that can be landed of one, asked for by a teacher."""
    folder = inbox / f"from{start}"
    for number in range(start, start + count):
        info = folders.info(f"video{number}", chapters=[{"title": "a", "start_time": 0}], title="<b>Lecture</b>")
        folders.write_info(folder, info, audio=b"speech")
        folders.write_info(folder, {"id": number}, name=f"odd{number}")
    teacher = people.make_teacher(f"tess{start}")
    wish = adding.request_folder(folder=folder.name, user=teacher, course_title=f"Course {start}")
    adding.ingest_requested(request_id=wish.pk)
    for number in range(start + 1, start + count):
        (inbox / f"empty{number}").mkdir()
        adding.request_folder(folder=f"empty{number}", user=teacher, course_title=f"Course {number}")
    for video in Video.objects.filter(audio_fetch=None):
        rows.make_all(video, course=wish.course)


def url(model, page, *args):
    return reverse(f"admin:ingestion_{model._meta.model_name}_{page}", args=args)


def test_every_model_but_chapters_has_a_list():
    assert all(site.site.is_registered(model) for model in MODELS)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_a_longer_list_takes_no_more_queries(admin, inbox, sent, model):
    land(inbox, 2)
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert admin.get(url(model, "changelist")).status_code == 200
    land(inbox, 8, start=2)
    with CaptureQueriesContext(connection) as many:
        page = admin.get(url(model, "changelist"), {"q": ""}).content.decode()
    assert len(many) <= len(few)
    assert len(many) <= 12
    assert "<b>Lecture" not in page


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_every_row_opens_and_every_search_answers(admin, inbox, sent, model):
    land(inbox, 2)
    row = model.objects.latest("pk")
    page = admin.get(url(model, "change", row.pk))
    assert page.status_code == 200
    assert "<b>Lecture" not in page.content.decode()
    for text in ("video1", "100%", "'; --"):
        assert admin.get(url(model, "changelist"), {"q": text}).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_no_list_reads_a_payload(admin, inbox, sent, model):
    land(inbox, 2)
    with CaptureQueriesContext(connection) as queries:
        admin.get(url(model, "changelist"))
    assert not any('"payload"' in query["sql"] for query in queries)


def test_a_record_shows_its_payload_as_text(admin, inbox, sent):
    land(inbox, 1)
    page = admin.get(url(RawRecord, "change", RawRecord.objects.get().pk)).content.decode()
    assert "&lt;b&gt;Lecture" in page


def test_only_operators_come_in(client, tmp_path):
    folders.write_info(tmp_path, folders.info())
    services.ingest_folder(folder=tmp_path)
    client.force_login(people.make_teacher())
    assert client.get(url(RawRecord, "changelist")).status_code == 302
