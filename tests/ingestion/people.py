"""People of each role, as the tests need them."""

from django.contrib.auth.models import Permission, User

from ingestion.models import OPERATE, TEACH, Course, Membership


def make(username: str = "sam", *, permission: str = "", **fields) -> User:
    user = User.objects.create_user(username, **{"email": f"{username}@example.org"} | fields)
    if permission:
        app, codename = permission.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return User.objects.get(pk=user.pk)


def make_teacher(username: str = "tess") -> User:
    return make(username, permission=TEACH)


def make_operator(username: str = "olga") -> User:
    return make(username, permission=OPERATE)


def make_course(title: str = "Physics", *members: User, **fields) -> Course:
    course = Course.objects.create(title=title, **fields)
    for user in members:
        Membership.objects.create(course=course, user=user)
    return course
