import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command

from config import roles
from config.roles import Role
from ingestion.models import OPERATE, TEACH
from tests.config import factories
from warehouse.models import READ_MARTS

pytestmark = pytest.mark.django_db


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_each_role_may_what_it_stands_for():
    may = {}
    for role in Role:
        person = factories.make_person(role, role=role)
        may[role] = {name for name in (TEACH, READ_MARTS, OPERATE) if person.has_perm(name)}
    assert may == {
        Role.STUDENT: set(),
        Role.TEACHER: {TEACH},
        Role.ANALYST: {READ_MARTS},
        Role.OPERATOR: {TEACH, READ_MARTS, OPERATE},
    }


def test_an_operator_looks_at_every_model_and_keeps_people_in_order():
    operator = factories.make_person("olga", role=Role.OPERATOR)
    views = Permission.objects.filter(codename__startswith="view_").select_related("content_type")
    assert views
    assert all(operator.has_perm(f"{each.content_type.app_label}.{each.codename}") for each in views)
    assert operator.has_perms(
        ["auth.add_user", "auth.change_user", "ingestion.change_video", "config.change_invitation"]
    )
    assert not operator.has_perm("ingestion.delete_rawrecord")


def test_seeding_again_changes_nothing_and_takes_nothing_away():
    call_command("seed")
    before = {group.name: set(group.permissions.values_list("pk", flat=True)) for group in Group.objects.all()}
    given = Permission.objects.get(content_type__app_label="ingestion", codename="view_video")
    Group.objects.get(name=Role.STUDENT).permissions.add(given)
    call_command("seed")
    after = {group.name: set(group.permissions.values_list("pk", flat=True)) for group in Group.objects.all()}
    assert set(after) == {"student", "teacher", "analyst", "operator"}
    assert after == before | {"student": before["student"] | {given.pk}}


def test_a_permission_nobody_declares_is_said_aloud(monkeypatch):
    monkeypatch.setitem(roles.PERMISSIONS, Role.TEACHER, ("ingestion.fly",))
    with pytest.raises(roles.UnknownPermissionError, match="ingestion.fly"):
        roles.seed()


def test_a_person_is_named_by_the_widest_role_they_have():
    person = factories.make_person("ana")
    assert roles.role_of(person) is Role.STUDENT
    roles.give(user=person, role=Role.ANALYST)
    roles.give(user=person, role=Role.TEACHER)
    assert roles.role_of(fresh(person)) is Role.ANALYST
    assert roles.role_of(User.objects.create_superuser("root")) is Role.OPERATOR
    assert roles.role_of(User.objects.create_user("nobody")) is Role.STUDENT
