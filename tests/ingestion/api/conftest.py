import json

import pytest
from rest_framework.test import APIClient


@pytest.fixture
def api():
    return APIClient()


@pytest.fixture
def get(api):
    """Ask as a person; return status and body."""

    def ask(path, user=None, **query):
        api.force_authenticate(user)
        response = api.get(f"/api/v1/{path}", query)
        return response.status_code, response.json()

    return ask


@pytest.fixture
def post(api):
    def send(path, user=None, **body):
        api.force_authenticate(user)
        # Escaped, so that half a surrogate pair goes through as a client may send it.
        response = api.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json")
        return response.status_code, response.json()

    return send
