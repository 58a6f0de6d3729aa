import json

import pytest
from django.core.exceptions import SuspiciousOperation
from django.urls import path, reverse
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

import config.urls
from ingestion.problems import CONTENT_TYPE
from tests.config import factories

pytestmark = pytest.mark.django_db

SECRET = "the password of the database"


class Broken(APIView):
    def get(self, request):
        raise RuntimeError(SECRET)


class Suspicious(APIView):
    def get(self, request):
        raise SuspiciousOperation(SECRET)


class OncePerHour(SimpleRateThrottle):
    rate = "1/hour"

    def get_cache_key(self, request, view):
        return "once"


class Rare(APIView):
    throttle_classes = [OncePerHour]

    def get(self, request):
        return Response({})


class Urls:
    urlpatterns = [
        path("api/v1/broken/", Broken.as_view()),
        path("api/v1/suspicious/", Suspicious.as_view()),
        path("api/v1/rare/", Rare.as_view()),
        path("broken/", Broken.as_view()),
        *config.urls.urlpatterns,
    ]
    handler400 = config.urls.handler400
    handler404 = config.urls.handler404
    handler500 = config.urls.handler500


@pytest.fixture
def client(client, settings):
    settings.ROOT_URLCONF = Urls
    client.raise_request_exception = False
    client.force_login(factories.make_person("ana"))
    return client


def assert_is_problem(answer, *, status: int) -> dict:
    assert answer.status_code == status
    assert answer.headers["content-type"] == CONTENT_TYPE
    problem = json.loads(answer.content)
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert problem["title"]
    assert problem["detail"]
    return problem


@pytest.mark.parametrize("address", ["/api/v1/nothing/", "/api/nothing/", "/api/v1/tokens/x/"])
def test_an_address_of_the_api_that_is_not_there_is_a_problem(client, address):
    assert_is_problem(client.get(address), status=404)


def test_a_page_that_is_not_there_stays_a_page(client):
    answer = client.get("/nothing/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_a_visitor_without_a_token_is_told_how_to_come_in(client):
    client.logout()
    answer = client.get("/api/v1/tokens/")
    assert_is_problem(answer, status=401)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_wrong_method_is_a_problem_that_names_the_right_ones(client):
    answer = client.put("/api/v1/tokens/")
    assert_is_problem(answer, status=405)
    assert answer.headers["allow"] == "GET, POST, HEAD, OPTIONS"


def test_an_answer_we_do_not_have_is_a_problem(client):
    assert_is_problem(client.get("/api/v1/tokens/", headers={"accept": "text/csv"}), status=406)


def test_a_body_we_do_not_read_is_a_problem(client):
    assert_is_problem(client.post("/api/v1/tokens/", "name=x", "text/plain"), status=415)


@pytest.mark.parametrize(
    "body", [b"{", b"\xff", b'{"name": "a\\u0000b"}', b"[]", b"null", b'{"lifetime_days": 1e400}']
)
def test_a_body_that_is_broken_is_a_problem(client, body):
    assert_is_problem(client.post("/api/v1/tokens/", body, "application/json"), status=400)


def test_each_field_at_fault_is_named(client):
    answer = client.post("/api/v1/tokens/", {"lifetime_days": 0}, "application/json")
    problem = assert_is_problem(answer, status=400)
    assert {each["pointer"] for each in problem["errors"]} == {"/name", "/lifetime_days"}


def test_who_asks_too_often_is_told_when_to_come_back(client):
    assert client.get("/api/v1/rare/").status_code == 200
    answer = client.get("/api/v1/rare/")
    assert_is_problem(answer, status=429)
    assert 0 < int(answer.headers["retry-after"]) <= 3600


def test_a_fault_of_ours_shows_nothing_of_itself(client):
    answer = client.get("/api/v1/broken/")
    assert_is_problem(answer, status=500)
    assert SECRET not in answer.content.decode()


def test_a_page_of_ours_that_breaks_stays_a_page(client):
    answer = client.get("/broken/")
    assert answer.status_code == 500
    assert "<h1>Something went wrong here</h1>" in answer.content.decode()


def test_a_suspicious_request_is_a_problem(client):
    answer = client.get("/api/v1/suspicious/")
    assert_is_problem(answer, status=400)
    assert SECRET not in answer.content.decode()


def test_a_form_of_another_site_is_refused_as_a_problem(client):
    client.handler.enforce_csrf_checks = True
    assert_is_problem(client.post("/api/v1/tokens/", {"name": "x"}, "application/json"), status=403)


def test_the_reference_leads_a_visitor_to_the_sign_in(client):
    client.logout()
    assert client.get(reverse("api_docs")).headers["location"] == "/accounts/login/?next=/api/docs/"
