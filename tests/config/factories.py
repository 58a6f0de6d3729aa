"""People and courses for the tests of the installation itself."""

from django.contrib.auth.models import User

from config import roles
from config.roles import Role
from ingestion.models import Course, CourseAccess, Membership

PASSWORD = "correct horse battery staple"


def make_person(
    name: str,
    *,
    role: Role = Role.STUDENT,
    courses: tuple[Course, ...] = (),
    password: str | None = None,
) -> User:
    user = User.objects.create_user(name, f"{name}@example.org", password)
    roles.give(user=user, role=role)
    for course in courses:
        Membership.objects.create(course=course, user=user)
    return user


def make_course(title: str, *, access: CourseAccess = CourseAccess.LIST, **fields) -> Course:
    return Course.objects.create(title=title, access=access, **fields)
