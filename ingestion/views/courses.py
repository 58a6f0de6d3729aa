"""Courses: what one holds, who may come in, who takes part; joining and leaving."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ingestion import courses, forms
from ingestion.models import Course, CourseAccess, Membership
from ingestion.views import following
from ingestion.views.requests import PersonRequest

MEMBERS_PER_PAGE = 50


@require_safe
def show_course(request: PersonRequest, course_id: int) -> HttpResponse:
    """Show a course; who leads it sees its members and who may come in."""
    course = _find_course(request, course_id)
    context = {
        "course": course,
        "extent": courses.measure_course(course),
        "is_member": Membership.objects.filter(course=course, user=request.user).exists(),
        "leads": courses.leads(course=course, user=request.user),
    }
    if context["leads"]:
        text = request.GET.get("q", "").replace("\0", "").strip()
        rows = courses.find_members(course=course, text=text)
        page = Paginator(rows, MEMBERS_PER_PAGE).get_page(request.GET.get("page"))
        context |= {"members": page, "q": text, "form": forms.MemberForm(), "choices": CourseAccess.choices}
        context |= following.list_followed(course, page=request.GET.get("following"))
    return render(request, "ingestion/course.html", context)


@require_POST
def set_access(request: PersonRequest, course_id: int) -> HttpResponse:
    """Say who may come in."""
    course = _find_led_course(request, course_id)
    try:
        courses.set_access(course_id=course.pk, access=request.POST.get("access", ""))
        messages.success(request, _("It is settled who may come in."))
    except courses.CourseError as error:
        messages.error(request, str(error))
    return redirect("course", course.pk)


@require_POST
def renew_code(request: PersonRequest, course_id: int) -> HttpResponse:
    """Replace the code of a course."""
    course = _find_led_course(request, course_id)
    try:
        courses.renew_code(course_id=course.pk)
        messages.success(request, _("The course has another code; the old one opens nothing any more."))
    except courses.CourseError as error:
        messages.error(request, str(error))
    return redirect("course", course.pk)


@require_POST
def add_member(request: PersonRequest, course_id: int) -> HttpResponse:
    """Put an account on the list of a course."""
    course = _find_led_course(request, course_id)
    try:
        user = courses.add_member(course=course, name=request.POST.get("name", ""))
        messages.success(request, _("%(name)s takes part now.") % {"name": user.get_username()})
    except courses.CourseError as error:
        messages.error(request, str(error))
    return redirect("course", course.pk)


@require_POST
def remove_member(request: PersonRequest, course_id: int, user_id: int) -> HttpResponse:
    """Take an account off the list of a course."""
    course = _find_led_course(request, course_id)
    courses.remove_member(course=course, user_id=user_id)
    messages.success(request, _("The list is one shorter."))
    return redirect("course", course.pk) if _is_visible(request, course) else redirect("library")


@require_POST
def leave_course(request: PersonRequest, course_id: int) -> HttpResponse:
    """Let a person go."""
    course = _find_course(request, course_id)
    courses.leave_course(course=course, user=request.user)
    messages.success(request, _("You have left %(title)s.") % {"title": course.title})
    return redirect("library")


@require_http_methods(["GET", "HEAD", "POST"])
def join_course(request: PersonRequest) -> HttpResponse:
    """Take a code, and let its bearer in."""
    form = forms.JoinForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            course = courses.join_course(code=form.cleaned_data["code"], user=request.user)
            messages.success(request, _("Welcome to %(title)s.") % {"title": course.title})
            return redirect("course", course.pk)
        except courses.TooManyAttemptsError as error:
            form.add_error(None, str(error))
            return render(request, "ingestion/join.html", {"form": form}, status=429)
        except courses.CourseError as error:
            form.add_error("code", str(error))
    return render(request, "ingestion/join.html", {"form": form}, status=422 if form.errors else 200)


def _find_course(request: PersonRequest, course_id: int) -> Course:
    return get_object_or_404(Course.objects.visible_to(request.user), pk=course_id)


def _find_led_course(request: PersonRequest, course_id: int) -> Course:
    """Return a course for whoever leads it; 403 for who only takes part, 404 for who does not."""
    course = _find_course(request, course_id)
    if not courses.leads(course=course, user=request.user):
        raise PermissionDenied
    return course


def _is_visible(request: PersonRequest, course: Course) -> bool:
    return Course.objects.visible_to(request.user).filter(pk=course.pk).exists()
