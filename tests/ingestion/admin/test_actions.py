import celery
import pytest
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from ingestion import services
from ingestion.admin import catalogue
from ingestion.models import Availability, Course, FolderRequest, IngestionRun, RequestState, Video
from tests.ingestion import folders, people

pytestmark = pytest.mark.django_db


def act(admin, model, action, rows, **fields):
    url = reverse(f"admin:ingestion_{model._meta.model_name}_changelist")
    data = {"action": action, "_selected_action": [row.pk for row in rows]} | fields
    return admin.post(url, data, follow=True).content.decode()


def test_a_video_is_removed_once_a_reason_is_given(admin):
    videos = [Video.objects.create(video_id=name, title="<i>t") for name in ("a", "b")]
    page = act(admin, Video, "remove", videos)
    assert "&lt;i&gt;t" in page
    assert "cannot be undone" in page
    assert "Say why" in act(admin, Video, "remove", videos, reason=" \0")
    assert not Video.objects.removed().exists()
    assert "had been removed before" not in act(admin, Video, "remove", videos[:1], reason="on request")
    for _ in range(2):
        page = act(admin, Video, "remove", videos, reason="another")
        assert "2 videos are removed." in page
        assert page.count("UTC: on request") == 1
    for video, reason in zip(Video.objects.order_by("pk"), ("on request", "another"), strict=True):
        assert (video.availability, video.title) == (Availability.REMOVED, "")
        assert video.removal_reason == reason


def test_too_many_are_not_removed_at_once(admin, monkeypatch):
    monkeypatch.setattr(catalogue, "MOST_REMOVED", 1)
    videos = [Video.objects.create(video_id=name) for name in ("a", "b")]
    assert "At most 1 videos" in act(admin, Video, "remove", videos, reason="on request")
    assert not Video.objects.removed().exists()


def test_who_comes_in_is_changed_by_the_service(admin):
    course = people.make_course()
    act(admin, Course, "let_in_by_code", [course])
    code = Course.objects.get().join_code
    act(admin, Course, "renew_code", [course])
    assert Course.objects.get().join_code not in {code, ""}
    act(admin, Course, "open_to_all", [course])
    assert (Course.objects.get().access, Course.objects.get().join_code) == ("open", "")
    assert "Only a course that is joined by code" in act(admin, Course, "renew_code", [course])
    act(admin, Course, "keep_to_list", [course])
    assert Course.objects.get().access == "list"


def test_a_course_is_made_and_its_members_are_kept_there(admin):
    sam = people.make()
    fields = {"title": "Physics", "language": "", "glossary": ""}
    rows = {"memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 0, "memberships-0-user": sam.pk}
    admin.post(reverse("admin:ingestion_course_add"), fields | rows)
    assert Course.objects.get().memberships.get().user == sam


def test_a_course_of_many_members_has_no_row_for_each(admin, monkeypatch):
    monkeypatch.setattr(catalogue, "MOST_INLINE", 1)
    course = people.make_course("Physics", people.make("a"), people.make("b"))
    page = admin.get(reverse("admin:ingestion_course_change", args=[course.pk])).content.decode()
    assert "memberships-0-user" not in page
    assert f"/admin/ingestion/membership/?course__id__exact={course.pk}" in page
    assert admin.get(f"/admin/ingestion/membership/?course__id__exact={course.pk}").status_code == 200


def test_a_course_leads_to_its_videos(admin):
    course = people.make_course()
    course.videos.create(video_id="in-course")
    Video.objects.create(video_id="elsewhere")
    link = f"/admin/ingestion/video/?courses__id__exact={course.pk}"
    assert link in admin.get("/admin/ingestion/course/").content.decode()
    page = admin.get(link).content.decode()
    assert "in-course" in page
    assert "elsewhere" not in page


def test_a_run_is_pulled_again(admin, tmp_path, monkeypatch):
    folders.write_info(tmp_path, folders.info())
    services.ingest_folder(folder=tmp_path, course_title="Physics")
    messages = []
    monkeypatch.setattr(
        celery.current_app, "send_task", lambda name, **options: messages.append(options["kwargs"])
    )
    page = act(admin, IngestionRun, "pull_again", IngestionRun.objects.all())
    assert "1 to be pulled again" in page
    assert messages == [{"folder": str(tmp_path), "course_title": "Physics"}]


def test_without_a_broker_a_run_says_so(admin, monkeypatch):
    def refuse(*args, **options):
        raise BrokerError

    monkeypatch.setattr(celery.current_app, "send_task", refuse)
    run = IngestionRun.objects.create(source="yt_dlp", location="/x")
    assert "No broker answers" in act(admin, IngestionRun, "pull_again", [run])


def test_a_failed_folder_is_tried_again_and_another_is_left(admin, sent):
    course = people.make_course()
    failed, done = (
        FolderRequest.objects.create(folder=state, course=course, state=state, finished_at=timezone.now())
        for state in (RequestState.FAILED, RequestState.DONE)
    )
    page = act(admin, FolderRequest, "try_again", [failed, done])
    assert "Only what has failed" in page
    failed.refresh_from_db()
    done.refresh_from_db()
    assert (failed.state, done.state) == (RequestState.PENDING, RequestState.DONE)


def test_rejected_payloads_are_listed_by_their_run(admin, tmp_path):
    folders.write_info(tmp_path, folders.info(title=None))
    (run,) = services.ingest_folder(folder=tmp_path)
    link = f"/admin/ingestion/rawrejectedrecord/?run__id__exact={run.pk}"
    assert link in admin.get("/admin/ingestion/ingestionrun/").content.decode()
    assert "yt_dlp_info" in admin.get(link).content.decode()


def test_an_operator_by_role_may_act(client):
    from config import roles

    video = Video.objects.create(video_id="a")
    olga = people.make("olga")
    olga.groups.add(roles.make_group(roles.Role.OPERATOR))
    client.force_login(olga)
    act(client, Video, "remove", [video], reason="on request")
    assert Video.objects.removed().exists()
