from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken

from config import tokens
from config.models import ApiToken
from config.roles import Role
from tests.config import factories
from tests.config.factories import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(client) -> User:
    user = factories.make_person("ana")
    client.force_login(user)
    return user


def api(client, token: str, path: str = "/api/v1/tokens/"):
    return client.get(path, headers={"authorization": f"Bearer {token}"})


def test_the_account_shows_the_person_their_role_and_their_courses_alone(client, ana):
    factories.make_course("Of another")
    mine = factories.make_course("Data <b>warehouses</b>")
    mine.memberships.create(user=ana)
    page = client.get(reverse("account")).content.decode()
    assert "ana@example.org" in page
    assert "Student" in page
    assert "Data &lt;b&gt;warehouses&lt;/b&gt;" in page
    assert "Of another" not in page
    assert "Invite people" not in page


def test_a_token_is_shown_once_kept_as_a_digest_and_opens_the_api(client, ana):
    page = client.post(reverse("create_token"), {"name": "notebook", "lifetime_days": 30})
    secret = page.context["issued"].secret
    assert secret in page.content.decode()
    assert secret not in client.get(reverse("account")).content.decode()
    kept = AuthToken.objects.get()
    assert secret not in str(kept.__dict__)
    assert kept.expiry - timezone.now() < timedelta(days=30, seconds=1)
    client.logout()
    assert api(client, secret).status_code == 200
    assert api(client, secret[:-1] + "x").status_code == 401


def test_a_revoked_token_opens_nothing(client, ana):
    issued = tokens.create_token(user=ana, name="old")
    client.post(reverse("revoke_token", args=[issued.label.pk]))
    client.logout()
    assert api(client, issued.secret).status_code == 401
    assert not ApiToken.objects.exists()


def test_nobody_revokes_the_token_of_another(client, ana):
    issued = tokens.create_token(user=factories.make_person("ben"), name="ben's")
    assert client.post(reverse("revoke_token", args=[issued.label.pk])).status_code == 404
    assert client.delete(reverse("api_token", args=[issued.label.pk])).status_code == 404
    assert api(client, issued.secret).status_code == 200


def test_a_token_that_ended_opens_nothing_and_is_not_listed(client, ana):
    issued = tokens.create_token(user=ana, name="ended")
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert not tokens.list_tokens(ana)
    client.logout()
    assert api(client, issued.secret).status_code == 401


def test_past_the_most_tokens_one_has_to_be_revoked_first(client, ana):
    made = [tokens.create_token(user=ana, name=f"token {number}") for number in range(10)]
    page = client.post(reverse("create_token"), {"name": "one more", "lifetime_days": 1})
    assert page.status_code == 422
    assert "You have 10 tokens already: revoke one first." in page.content.decode()
    assert client.post("/api/v1/tokens/", {"name": "more"}, "application/json").status_code == 409
    AuthToken.objects.filter(pk=made[0].label.digest).update(expiry=timezone.now())
    assert client.post("/api/v1/tokens/", {"name": "more"}, "application/json").status_code == 201
    assert ApiToken.objects.count() == 10


@pytest.mark.parametrize("wrong", [{"name": ""}, {"lifetime_days": 0}, {"lifetime_days": 366}, {"name": "x" * 65}])
def test_a_token_asked_for_wrongly_is_not_made(client, ana, wrong):
    page = client.post(reverse("create_token"), {"name": "notebook", "lifetime_days": 30} | wrong)
    assert page.status_code == 422
    assert client.post("/api/v1/tokens/", {"name": "notebook"} | wrong, "application/json").status_code == 400
    assert not ApiToken.objects.exists()


def test_a_token_makes_no_other(client, ana):
    bearer = {"authorization": f"Bearer {tokens.create_token(user=ana, name='one').secret}"}
    client.logout()
    refused = client.post("/api/v1/tokens/", {"name": "more"}, "application/json", headers=bearer)
    assert (refused.status_code, refused.json()["detail"]) == (403, "A token makes no other: sign in to make one.")


def test_tokens_are_made_listed_and_ended_over_the_api(client, ana):
    made = client.post("/api/v1/tokens/", {"name": "script"}, "application/json")
    assert made.status_code == 201
    client.logout()
    bearer = {"authorization": f"Bearer {made.json()['token']}"}
    assert [row["name"] for row in client.get("/api/v1/tokens/", headers=bearer).json()["results"]] == ["script"]
    assert client.delete(f"/api/v1/tokens/{made.json()['id']}/", headers=bearer).status_code == 204
    assert client.get("/api/v1/tokens/", headers=bearer).status_code == 401


def test_a_person_signs_in_by_name_or_address_and_out_again(client):
    factories.make_person("ana", password=PASSWORD)
    for login in ("ana", "ana@example.org"):
        answer = client.post(reverse("account_login"), {"login": login, "password": PASSWORD})
        assert answer.headers["location"] == "/"
        assert client.get(reverse("account")).status_code == 200
        client.post(reverse("account_logout"))
        assert client.get(reverse("account")).headers["location"] == "/accounts/login/?next=/account/"


def test_wrong_passwords_are_counted_and_then_the_right_one_waits_too(client):
    factories.make_person("ana", password=PASSWORD)
    wrong = [
        client.post(reverse("account_login"), {"login": "ana", "password": f"guess {number}"})
        for number in range(10)
    ]
    assert "not correct" in wrong[0].content.decode()
    assert "Too many failed login attempts" in wrong[9].content.decode()
    client.post(reverse("account_login"), {"login": "ana", "password": PASSWORD})
    assert client.get(reverse("account")).status_code == 302


def test_a_forgotten_password_is_replaced_by_mail(client):
    factories.make_person("ana", password=PASSWORD)
    client.post(reverse("account_reset_password"), {"email": "ana@example.org"})
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    form = client.get(link, follow=True)
    new = {"password1": "a much better one", "password2": "a much better one"}
    client.post(form.redirect_chain[-1][0], new)
    assert client.login(username="ana", password="a much better one")
    assert "This link no longer works" in client.get(link, follow=True).content.decode()


def test_an_unknown_address_is_answered_as_a_known_one_is(client):
    factories.make_person("ana")
    pages = [
        client.post(reverse("account_reset_password"), {"email": f"{name}@example.org"}, follow=True).content
        for name in ("ana", "nobody")
    ]
    assert [b"Look into your mail" in page for page in pages] == [True, True]


def test_an_address_is_added_and_confirmed_by_its_link(client, ana):
    client.post(reverse("account_email"), {"action_add": "", "email": "new@example.org"})
    assert "not confirmed" in client.get(reverse("account_email")).content.decode()
    link = next(word for word in mail.outbox[0].body.split() if "/confirm-email/" in word)
    client.post(link)
    assert ana.emailaddress_set.get(email="new@example.org").verified


def test_a_password_is_changed_by_whoever_knows_the_old_one(client):
    client.force_login(factories.make_person("ana", password=PASSWORD))
    new = {"password1": "a much better one", "password2": "a much better one"}
    client.post(reverse("account_change_password"), new | {"oldpassword": "a guess"})
    assert User.objects.get().check_password(PASSWORD)
    client.post(reverse("account_change_password"), new | {"oldpassword": PASSWORD})
    assert User.objects.get().check_password("a much better one")


def test_a_teacher_is_led_to_the_invitations(client):
    client.force_login(factories.make_person("tom", role=Role.TEACHER))
    assert reverse("invitations") in client.get(reverse("account")).content.decode()
