import pytest
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from config import tokens
from config.authentication import BearerAuthentication
from tests.config import factories

pytestmark = pytest.mark.django_db


class Name(APIView):
    authentication_classes = [BearerAuthentication]

    def get(self, request):
        return Response(request.user.username)


def ask(token: str) -> Response:
    return Name.as_view()(APIRequestFactory().get("/", headers={"authorization": f"Bearer {token}"}))


def test_a_token_tells_who_asks():
    secret = tokens.create_token(user=factories.make_person("ana"), name="notebook").secret
    assert ask(secret).data == "ana"


@pytest.mark.parametrize("token", ["\xff", "a\0b", "é" * 20, "x" * 5000])
def test_what_cannot_be_a_token_lets_nobody_in(token):
    assert ask(token).status_code == 401
