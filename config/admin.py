"""The schedule, invitations and tokens as an operator keeps them."""

from datetime import datetime

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_celery_beat import admin as beat_admin
from django_celery_beat.models import PeriodicTask
from kombu.exceptions import OperationalError

from config import schedule
from config.models import ApiToken, Invitation
from ingestion.admin import base

admin.site.unregister(PeriodicTask)


@admin.register(PeriodicTask)
class ScheduledTaskAdmin(beat_admin.PeriodicTaskAdmin):  # type: ignore[misc]
    """django-celery-beat's own, with the next run and without its inline script."""

    change_form_template = None
    date_hierarchy = None
    list_display = ["name", "enabled", "scheduler", "last_run_at", "next_run", "total_run_count"]
    list_filter = ["enabled", "one_off"]
    actions = ["run_tasks", "enable_tasks", "disable_tasks"]
    ordering = ["name"]

    @admin.display(description=gettext_lazy("next run"))
    def next_run(self, task: PeriodicTask) -> datetime | None:
        return schedule.find_next_run(task, after=timezone.now())

    @admin.action(description=gettext_lazy("Run now"), permissions=["change"])
    def run_tasks(self, request: HttpRequest, queryset: QuerySet[PeriodicTask]) -> None:
        sent_count = 0
        for task in queryset:
            try:
                schedule.run_now(task)
                sent_count += 1
            except schedule.UnknownTaskError as error:
                self.message_user(request, str(error), messages.ERROR)
            except OperationalError:
                self.message_user(request, _("Redis does not answer: try again later."), messages.ERROR)
                break
        if sent_count:
            sentence = ngettext("%d task was sent.", "%d tasks were sent.", sent_count) % sent_count
            self.message_user(request, sentence, messages.SUCCESS)


@admin.register(Invitation)
class InvitationAdmin(base.RecordAdmin):
    list_display = ["id", "role", "course", "email", "created_by", "created_at", "expires_at", "accepted_by"]
    list_filter = ["role"]
    list_select_related = ["course", "created_by", "accepted_by"]
    search_fields = ["email"]
    exclude = ["token_digest"]
    ordering = ["-created_at"]


@admin.register(ApiToken)
class ApiTokenAdmin(base.RecordAdmin):
    list_display = ["name", "user"]
    list_select_related = ["user"]
    search_fields = ["name", "user__username"]
    exclude = ["digest"]
