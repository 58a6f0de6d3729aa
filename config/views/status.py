"""What an operator looks at first in the morning, and running a task of the schedule at once."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_celery_beat.models import PeriodicTask
from kombu.exceptions import OperationalError

from config import schedule, status
from ingestion.models import OPERATE


@require_GET
@never_cache
@permission_required(OPERATE, raise_exception=True)
def show_status(request: HttpRequest) -> HttpResponse:
    context = {"status": status.read(at=timezone.now()), "is_paused": "pause" in request.GET}
    template = "config/status_body.html" if request.headers.get("HX-Request") else "config/status.html"
    return render(request, template, context)


@require_POST
@permission_required(OPERATE, raise_exception=True)
def run_now(request: HttpRequest, pk: int) -> HttpResponse:
    task = get_object_or_404(PeriodicTask, pk=pk)
    try:
        schedule.run_now(task)
        messages.success(request, _("“%s” has been sent to the workers.") % task.name)
    except schedule.UnknownTaskError as error:
        messages.error(request, str(error))
    except OperationalError:
        messages.error(request, _("Redis does not answer, so “%s” was not sent. Try again later.") % task.name)
    return redirect("status")
