"""Adding lectures: a folder is looked into, added, and watched until it has landed."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ingestion import adding, courses, forms, preview, roots, sources, standing
from ingestion.models import FolderRequest
from ingestion.views.requests import PersonRequest, teachers_only

MOST_RECENT = 5


@require_http_methods(["GET", "HEAD", "POST"])
@teachers_only
def add_folder(request: PersonRequest) -> HttpResponse:
    """Offer the folders, show what is in one, and take the wish to add it."""
    if request.method == "POST":
        return _take(request)
    form = forms.FolderForm(request.GET if "folder" in request.GET else None)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        context |= _look_into(request, form.cleaned_data["folder"])
    return _show(request, context)


def _take(request: PersonRequest) -> HttpResponse:
    form = forms.AddForm(request.POST, user=request.user)
    if form.is_valid():
        data = form.cleaned_data
        try:
            wish = adding.request_folder(
                folder=data["folder"], user=request.user, course=data["course"], course_title=data["title"]
            )
            return redirect("added_folder", wish.pk)
        except (roots.RefusedFolderError, courses.CourseError) as error:
            form.add_error(None, str(error))
    folder = str(request.POST.get("folder", ""))[: roots.LONGEST_PATH]
    context = {"form": forms.FolderForm({"folder": folder}), **_look_into(request, folder), "add_form": form}
    return _show(request, context, status=422)


def _look_into(request: PersonRequest, folder: str) -> dict[str, object]:
    """Return what a folder holds and the form to add it, or why it cannot be read."""
    try:
        path = roots.find_folder(folder)
        roots.refuse_links_out(path)
        found = preview.preview_folder(path)
    except (roots.RefusedFolderError, sources.SourceError) as error:
        return {"refusal": str(error)}
    except OSError as error:
        return {"refusal": f"{error.filename}: {error.strerror}"}
    initial = {"folder": str(path), "title": found.course_title}
    return {"preview": found, "add_form": forms.AddForm(initial=initial, user=request.user)}


def _show(request: PersonRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    if request.htmx:
        response = render(request, "ingestion/_preview.html", context, status=status)
    else:
        response = show_page(request, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def show_page(request: PersonRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    """Return the whole page: folders, links and what was added lately."""
    own = FolderRequest.objects.visible_to(request.user).select_related("course")
    whole = {
        "form": forms.FolderForm(),
        "link_form": forms.FollowForm(user=request.user, initial={"link": request.GET.get("link", "")}),
        "offers": roots.list_folders(),
        "roots": settings.INGEST_ROOTS,
        "recent": own.order_by("-pk")[:MOST_RECENT],
    }
    return render(request, "ingestion/add.html", whole | context, status=status)


@require_safe
def show_added(request: PersonRequest, request_id: int) -> HttpResponse:
    """Show how far a folder has come; htmx takes the changing part alone."""
    wish = get_object_or_404(
        FolderRequest.objects.visible_to(request.user).select_related("course"), pk=request_id
    )
    template = "ingestion/_added.html" if request.htmx else "ingestion/added.html"
    response = render(request, template, {"wish": wish, "standing": standing.describe_request(wish)})
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@teachers_only
def try_again(request: PersonRequest, request_id: int) -> HttpResponse:
    """Let a folder that failed wait again."""
    wish = get_object_or_404(FolderRequest.objects.visible_to(request.user), pk=request_id)
    if wish.course and not courses.leads(course=wish.course, user=request.user):
        raise PermissionDenied
    try:
        adding.try_again(request_id=wish.pk)
    except adding.NotRepeatableError as error:
        messages.warning(request, str(error))
    return redirect("added_folder", wish.pk)
