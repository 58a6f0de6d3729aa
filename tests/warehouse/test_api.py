"""What analysts read over the API, and who may."""

import csv
import io
import json
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Permission, User
from django.db import InternalError
from django.test import AsyncClient
from django.utils import timezone

from tests.warehouse import factories
from warehouse import api, catalogue, exports, reading, services
from warehouse.models import MartVideoCurrent, WarehouseBuild

pytestmark = pytest.mark.django_db

MARTS = [mart.name for mart in catalogue.MARTS]


def create_user(*permissions: str) -> User:
    user = User.objects.create_user("someone")
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


@pytest.fixture
def analyst(client):
    client.force_login(create_user("read_marts"))
    return client


def build(*, titles: list[str]) -> None:
    """Build a warehouse of videos v0, v1 ... with 10, 20 ... views, the last with hidden ones."""
    for number, title in enumerate(titles):
        statistics = {} if number == len(titles) - 1 else {"viewCount": str(10 * (number + 1))}
        factories.land_video(f"v{number}", snippet={"title": title}, statistics={"likeCount": "1"} | statistics)
    services.build_warehouse()


def read_ids(client, query: str, *, mart: str = "video-current") -> list[str]:
    response = client.get(f"/api/v1/marts/{mart}/?{query}")
    assert response.status_code == 200, response.content
    return [row["video_id"] for row in response.json()["results"]]


@pytest.mark.parametrize("path", ["", *(f"{name}/" for name in MARTS), *(f"{name}/export/" for name in MARTS)])
def test_a_student_is_refused_every_mart(client, path):
    client.force_login(create_user())
    response = client.get(f"/api/v1/marts/{path}")
    assert (response.status_code, response["Content-Type"]) == (403, "application/problem+json")


def test_who_is_not_signed_in_is_asked_to(client):
    assert client.get("/api/v1/marts/").status_code == 401
    assert client.get("/api/v1/builds/").status_code == 401


def test_an_operator_reads_marts(client):
    client.force_login(create_user("operate"))
    assert client.get("/api/v1/marts/video-current/").status_code == 200


def test_the_list_tells_each_marts_grain_key_and_columns(analyst):
    listed = {mart["name"]: mart for mart in analyst.get("/api/v1/marts/").json()}
    assert list(listed) == MARTS
    daily = listed["video-daily"]
    assert daily["grain"] == "One row per video and UTC day on which its totals were seen"
    assert daily["key"] == ["video_key", "day_on"]
    assert {
        name: value
        for name, value in next(c for c in daily["columns"] if c["name"] == "view_gain").items()
        if name != "help"
    } == {"name": "view_gain", "type": "integer", "is_nullable": True}


@pytest.mark.parametrize("name", MARTS)
def test_every_mart_answers_with_its_columns(analyst, name):
    video = factories.Video.objects.create(video_id="-v", title="A")
    factories.create_transcription(video, texts=["one two"])
    parts = {"snippet": {"channelId": "UC1", "title": "A"}, "statistics": {"viewCount": "5"}}
    for moment in (factories.FIRST_DAY, factories.FIRST_DAY + timedelta(hours=1)):
        factories.land_video("-v", observed_at=moment, **parts)
    services.build_warehouse()
    [row] = analyst.get(f"/api/v1/marts/{name}/").json()["results"]
    mart = next(mart for mart in catalogue.MARTS if mart.name == name)
    assert list(row) == [column.name for column in mart.columns]
    assert [column.name for column in mart.columns if row[column.name] is None and not column.is_nullable] == []


def test_rows_are_filtered_by_what_their_columns_are(analyst):
    build(titles=["Apples", "Bears", "Apple pie", "Cats"])
    assert read_ids(analyst, "view_count__gte=20&order=view_count") == ["v1", "v2"]
    assert read_ids(analyst, "title__icontains=apple&order=title") == ["v2", "v0"]
    assert read_ids(analyst, "view_count__isnull=true") == ["v3"]
    assert read_ids(analyst, "observed_at__lte=2026-11-14T08:59:59Z") == []
    assert read_ids(analyst, "observed_at__gte=2026-11-15T08:59:00%2B23:59&order=title") == [
        "v2",
        "v0",
        "v1",
        "v3",
    ]
    assert read_ids(analyst, "day_on__gte=2026-11-15", mart="video-daily") == []
    assert read_ids(analyst, "view_count=99999999999999999999") == []


def test_rows_are_sorted_with_empty_values_last_and_ties_by_the_key(analyst):
    build(titles=["a", "b", "c"])
    assert read_ids(analyst, "order=-view_count") == ["v1", "v0", "v2"]
    assert read_ids(analyst, "order=view_count") == ["v0", "v1", "v2"]
    keys = [
        row["video_key"] for row in analyst.get("/api/v1/marts/video-current/?order=like_count").json()["results"]
    ]
    assert keys == sorted(keys)


def test_pages_follow_each_other(analyst):
    build(titles=["a", "b", "c"])
    response = analyst.get("/api/v1/marts/video-current/?order=title&page_size=2").json()
    assert (response["count"], len(response["results"])) == (3, 2)
    assert "page=2" in response["next"]
    assert read_ids(analyst, "order=title&page_size=2&page=2") == ["v2"]


@pytest.mark.parametrize(
    "query",
    [
        "order=nothing",
        "view_count__gte=many",
        "has_captions=perhaps",
        "view_count_gte=5",
        "title=%00",
        "observed_at__gte=yesterday",
        "video_key=1",
        "observed_at__gte=0001-01-01T00:00:00%2B14:00",
    ],
)
@pytest.mark.parametrize("path", ["video-current/", "video-current/export/"])
def test_a_bad_filter_is_refused_and_named(analyst, path, query):
    response = analyst.get(f"/api/v1/marts/{path}?{query}")
    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == [f"/{query.partition('=')[0]}"]


def test_a_page_that_does_not_exist_is_not_found(analyst):
    assert analyst.get("/api/v1/marts/video-current/?page=9999999999999999999999").status_code == 404


def test_an_unknown_export_format_is_refused(analyst):
    assert analyst.get("/api/v1/marts/video-current/export/?format=xlsx").status_code == 400


@pytest.mark.parametrize("accept", ["text/csv", "*/*", "image/png"])
def test_an_export_minds_no_accept_header(analyst, accept):
    response = analyst.get("/api/v1/marts/video-current/export/", headers={"accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, "text/csv; charset=utf-8")
    response.close()


def read_export(client, path: str) -> str:
    return b"".join(client.get(f"/api/v1/marts/{path}").streaming_content).decode()


def test_csv_holds_every_row_defused(analyst):
    build(titles=["=1+1", '"quoted", \n and <b>', "-", "🎓 עברית"])
    text = read_export(analyst, "video-current/export/?order=view_count")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["title"] for row in rows] == ["'=1+1", '"quoted", \n and <b>', "'-", "🎓 עברית"]
    assert [row["view_count"] for row in rows] == ["10", "20", "30", ""]
    assert rows[0]["observed_at"] == "2026-11-14T09:00:00Z"


def test_json_lines_are_the_rows_of_the_api(analyst):
    build(titles=["=1+1", "b", "c"])
    lines = read_export(analyst, "video-current/export/?format=jsonl&order=title").splitlines()
    assert [json.loads(line) for line in lines] == analyst.get("/api/v1/marts/video-current/?order=title").json()[
        "results"
    ]


@pytest.mark.parametrize("name", MARTS)
def test_an_export_takes_the_filters(analyst, name):
    build(titles=["a", "b"])
    key = "channel_id" if name == "channel-totals" else "video_id"
    assert len(read_export(analyst, f"{name}/export/?{key}=none").splitlines()) == 1
    assert read_export(analyst, f"{name}/export/?{key}=none&format=jsonl") == ""


def test_a_filter_nothing_can_meet_exports_a_header_alone(analyst):
    build(titles=["a"])
    assert read_export(analyst, "video-current/export/?view_count=99999999999999999999").count("\r\n") == 1


def test_an_export_is_sent_part_by_part_to_a_server_that_awaits(monkeypatch):
    monkeypatch.setattr(exports, "PART_BYTES", 100)
    build(titles=["a", "b"])
    client = AsyncClient()
    client.force_login(create_user("read_marts"))

    async def read() -> tuple[int, list[bytes]]:
        response = await client.get("/api/v1/marts/video-current/export/?format=jsonl")
        return int(response["Content-Length"]), [part async for part in response.streaming_content]

    byte_count, parts = async_to_sync(read)()
    assert {len(part) for part in parts[:-1]} == {100}
    assert len(b"".join(parts)) == byte_count
    assert b"".join(parts).count(b"\n") == 2


def test_a_number_json_cannot_hold_is_null():
    lines, table = io.StringIO(), io.StringIO()
    exports.write_json_lines(lines, ["a", "b", "c"], [(float("nan"), float("inf"), 1.5)])
    assert lines.getvalue() == '{"a": null, "b": null, "c": 1.5}\n'
    exports.write_csv(table, ["a", "b"], [(float("nan"), -1.5)])
    assert table.getvalue() == "a,b\r\n,-1.5\r\n"


@pytest.mark.parametrize("path", ["video-current/", "video-current/export/"])
def test_what_takes_too_long_says_so(analyst, monkeypatch, path):
    build(titles=["a"])
    monkeypatch.setattr(reading, "MOST_SECONDS", 0.05)
    slow = MartVideoCurrent.objects.extra(where=["pg_sleep(5) is not null"])
    monkeypatch.setattr(api.MartRows, "get_queryset", lambda view: slow)
    response = analyst.get(f"/api/v1/marts/{path}")
    assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")


def test_nothing_is_written_while_marts_are_read():
    with pytest.raises(InternalError, match="read-only"), reading.read_only():
        User.objects.create_user("nobody")


def test_builds_are_listed_newest_first_with_their_duration(analyst):
    began_at = timezone.now()
    for number in range(2):
        WarehouseBuild.objects.create(
            input_fingerprint=str(number),
            inserted_count=number,
            updated_count=0,
            deleted_count=0,
            row_count=0,
            started_at=began_at,
            finished_at=began_at + timedelta(seconds=1.5),
        )
    builds = analyst.get("/api/v1/builds/").json()["results"]
    assert [(build["inserted_count"], build["duration_seconds"]) for build in builds] == [(1, 1.5), (0, 1.5)]
