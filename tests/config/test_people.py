from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config import invitations
from config.models import Invitation
from config.roles import Role, role_of
from ingestion.models import Course
from tests.config import factories, identity_provider

pytestmark = pytest.mark.django_db

NEW = {
    "username": "newcomer",
    "email": "newcomer@example.org",
    "password1": "a much better one",
    "password2": "a much better one",
}


@pytest.fixture
def operator() -> User:
    return factories.make_person("olga", role=Role.OPERATOR)


@pytest.fixture
def course() -> Course:
    return factories.make_course("Warehouses")


def link_of(issued: invitations.Issued) -> str:
    return reverse("invitation", args=[issued.token])


def test_without_an_invitation_nobody_signs_up(client):
    page = client.get(reverse("account_signup"))
    assert "Accounts here are by invitation" in page.content.decode()
    client.post(reverse("account_signup"), NEW)
    assert not User.objects.exists()


def test_where_sign_up_is_open_anyone_becomes_a_student_without_courses(client, settings):
    settings.SIGN_UP = "open"
    assert "Make an account" in client.get(reverse("account_login")).content.decode()
    client.post(reverse("account_signup"), NEW)
    user = User.objects.get()
    assert role_of(user) is Role.STUDENT
    assert user.groups.exists()
    assert not user.memberships.exists()


def test_an_invitation_leads_to_an_account_with_its_role_and_course(client, operator, course):
    issued = invitations.invite(creator=operator, role=Role.TEACHER, course=course, email="t@example.org")
    form = client.get(link_of(issued), follow=True)
    assert "Warehouses" in form.content.decode()
    assert form.context["form"].initial["email"] == "t@example.org"
    answer = client.post(reverse("account_signup"), NEW)
    assert answer.headers["location"] == "/"
    user = User.objects.get(username="newcomer")
    assert role_of(user) is Role.TEACHER
    assert list(Course.objects.led_by(user)) == [course]
    assert Invitation.objects.get().accepted_by == user


def test_of_a_token_only_a_digest_is_kept(operator):
    issued = invitations.invite(creator=operator, role=Role.STUDENT)
    assert issued.token not in str(Invitation.objects.values().get())


def test_an_invitation_lets_one_person_in(client, operator):
    issued = invitations.invite(creator=operator, role=Role.STUDENT)
    client.get(link_of(issued))
    client.post(reverse("account_signup"), NEW)
    second = Client()
    page = second.get(link_of(issued))
    assert page.status_code == 410
    assert "This invitation has already been used." in page.content.decode()
    second.post(reverse("account_signup"), NEW | {"username": "second", "email": "second@example.org"})
    assert not User.objects.filter(username="second").exists()


def test_of_two_who_fill_in_the_form_at_once_the_second_gets_no_account(client, operator, monkeypatch):
    issued = invitations.invite(creator=operator, role=Role.STUDENT)
    client.get(link_of(issued))
    stale = invitations.find(issued.token)
    invitations.accept(invitation=stale, user=operator)
    monkeypatch.setattr(invitations, "find", lambda token: stale)
    answer = client.post(reverse("account_signup"), NEW)
    assert answer.headers["location"] == link_of(issued)
    assert not User.objects.filter(username="newcomer").exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda: {
                "expires_at": timezone.now() - timedelta(days=1),
                "created_at": timezone.now() - timedelta(days=15),
            },
            "This invitation expired on",
        ),
        (lambda: {"revoked_at": timezone.now()}, "This invitation has been taken back."),
        (lambda: {"token_digest": "0" * 64}, "This invitation is not known here"),
    ],
)
def test_what_no_longer_lets_anybody_in_says_so_in_one_sentence(client, operator, change, sentence):
    issued = invitations.invite(creator=operator, role=Role.STUDENT)
    client.get(link_of(issued))
    Invitation.objects.update(**change())
    page = client.get(link_of(issued))
    assert page.status_code == 410
    assert sentence in page.content.decode()
    client.post(reverse("account_signup"), NEW)
    assert not User.objects.filter(username="newcomer").exists()


def test_someone_signed_in_is_asked_before_they_accept(client, operator, course):
    ana = factories.make_person("ana")
    issued = invitations.invite(creator=operator, role=Role.STUDENT, course=course)
    client.force_login(ana)
    assert "Accept as ana" in client.get(link_of(issued)).content.decode()
    assert not course.memberships.exists()
    client.post(link_of(issued))
    assert course.memberships.get().user == ana
    assert client.post(link_of(issued)).status_code == 410


def test_an_operator_invites_and_the_link_is_shown_once_and_mailed(client, operator, course):
    client.force_login(operator)
    asked = {"role": "analyst", "course": course.pk, "email": "dora@example.org"}
    page = client.post(reverse("invitations"), asked)
    link = page.context["link"]
    assert link in page.content.decode()
    assert link in mail.outbox[0].body
    assert mail.outbox[0].to == ["dora@example.org"]
    assert link not in client.get(reverse("invitations")).content.decode()
    made = Invitation.objects.get()
    assert (made.role, made.course, made.created_by) == ("analyst", course, operator)
    assert round((made.expires_at - made.created_at) / timedelta(days=1), 3) == 14


def test_an_invitation_stands_when_the_mail_server_does_not(client, operator, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    client.force_login(operator)
    page = client.post(reverse("invitations"), {"role": "student", "email": "dora@example.org"})
    assert "The mail could not be sent: hand on the link yourself." in page.content.decode()
    assert page.context["link"]


def test_a_teacher_invites_students_into_courses_of_theirs_alone(client, course):
    other = factories.make_course("Not theirs")
    client.force_login(factories.make_person("tom", role=Role.TEACHER, courses=(course,)))
    refused = [
        client.post(reverse("invitations"), asked).status_code
        for asked in ({"course": other.pk}, {}, {"course": other.pk, "role": "operator"})
    ]
    assert refused == [422, 422, 422]
    client.post(reverse("invitations"), {"course": course.pk, "role": "operator"})
    assert [(each.role, each.course) for each in Invitation.objects.all()] == [("student", course)]


def test_a_teacher_sees_and_takes_back_invitations_into_their_courses_alone(client, operator, course):
    mine = invitations.invite(creator=operator, role=Role.STUDENT, course=course, email="mine@example.org")
    others = invitations.invite(creator=operator, role=Role.STUDENT, email="others@example.org")
    client.force_login(factories.make_person("tom", role=Role.TEACHER, courses=(course,)))
    page = client.get(reverse("invitations")).content.decode()
    assert "mine@example.org" in page
    assert "others@example.org" not in page
    assert client.post(reverse("revoke_invitation", args=[others.invitation.pk])).status_code == 404
    client.post(reverse("revoke_invitation", args=[mine.invitation.pk]))
    assert [each.email for each in Invitation.objects.pending()] == ["others@example.org"]


@pytest.mark.parametrize("role", [Role.STUDENT, Role.ANALYST])
def test_students_and_analysts_invite_nobody(client, role):
    client.force_login(factories.make_person("ana", role=role))
    assert client.get(reverse("invitations")).status_code == 403
    assert client.post(reverse("invitations"), {"role": "operator"}).status_code == 403


def test_what_was_accepted_is_not_taken_back(operator):
    issued = invitations.invite(creator=operator, role=Role.STUDENT)
    invitations.accept(invitation=issued.invitation, user=factories.make_person("ana"))
    invitations.revoke(issued.invitation)
    assert Invitation.objects.get().revoked_at is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.update(revoked_at=timezone.now())


# Single sign-on, against a provider that speaks HTTP.


@pytest.fixture
def provider(settings):
    with identity_provider.running() as provider:
        provider.person = {"sub": "42", "preferred_username": "dora", "email": "dora@example.org"}
        app = {
            "provider_id": "oidc",
            "name": "The university",
            "client_id": identity_provider.CLIENT_ID,
            "secret": "secret",
            "settings": {"server_url": provider.issuer},
        }
        settings.OIDC_ISSUER = provider.issuer
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
        yield provider


def come_back(client: Client):
    """Press the button, let the provider agree, and return with its code."""
    sent_on = client.post(reverse("openid_connect_login", args=["oidc"]))
    asked = parse_qs(urlsplit(sent_on.headers["location"]).query)
    callback = reverse("openid_connect_callback", args=["oidc"])
    return client.get(callback, {"code": "from-provider", "state": asked["state"][0]})


def test_the_button_is_there_where_single_sign_on_is_set_up(client, provider, settings):
    assert "The university" in client.get(reverse("account_login")).content.decode()
    settings.OIDC_ISSUER, settings.SOCIALACCOUNT_PROVIDERS = "", {"openid_connect": {"APPS": []}}
    assert "The university" not in client.get(reverse("account_login")).content.decode()


def test_single_sign_on_makes_a_student_without_courses_once(client, provider):
    factories.make_course("Warehouses")
    assert come_back(client).headers["location"] == "/"
    user = User.objects.get()
    assert user.username == "dora"
    assert role_of(user) is Role.STUDENT
    assert not Course.objects.visible_to(user)
    assert provider.codes == ["from-provider"]
    again = Client()
    come_back(again)
    assert User.objects.count() == 1
    assert again.get(reverse("account")).status_code == 200


@pytest.mark.parametrize("is_verified", [False, True])
def test_an_address_the_provider_names_takes_over_no_account_here(client, provider, is_verified):
    dora = factories.make_person("dora", role=Role.OPERATOR)
    provider.person |= {"email": dora.email, "email_verified": is_verified}
    answer = come_back(client)
    assert answer.headers["location"] == reverse("socialaccount_signup")
    assert client.get(reverse("account")).status_code == 302
    client.post(reverse("socialaccount_signup"), {"username": "dora", "email": dora.email})
    assert User.objects.count() == 1
    assert not dora.socialaccount_set.exists()


def test_a_token_signed_for_another_client_signs_nobody_in(client, provider):
    provider.signs_for = "another"
    assert "Single sign-on did not work" in come_back(client).content.decode()
    assert not User.objects.exists()


def test_a_provider_that_is_down_is_said_to_be(client, provider):
    provider.server_close()
    page = client.post(reverse("openid_connect_login", args=["oidc"]))
    assert "Single sign-on did not work" in page.content.decode()


def test_an_invitation_is_kept_through_single_sign_on(client, provider, operator, course):
    issued = invitations.invite(creator=operator, role=Role.TEACHER, course=course)
    client.get(link_of(issued))
    come_back(client)
    dora = User.objects.get(username="dora")
    assert role_of(dora) is Role.TEACHER
    assert list(Course.objects.led_by(dora)) == [course]
