"""Videos and courses as an operator sees them."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, F, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ingestion import courses, removal
from ingestion.admin import base
from ingestion.models import Chapter, Course, CourseAccess, MediaFile, Membership, Video

# A removal is a transaction of its own each; more than this is work for a command.
MOST_REMOVED = 500
# More members than a form of rows holds; they have a list of their own.
MOST_INLINE = 100


class ChapterInline(base.RecordInline):
    model = Chapter
    fields = ["position", "start_seconds", "title"]
    ordering = ["position"]


class MediaFileInline(base.RecordInline):
    model = MediaFile
    fields = ["kind", "language", "byte_count", "fetched_at", "lake_key"]
    ordering = ["-fetched_at"]


@admin.register(Video)
class VideoAdmin(base.RecordAdmin):
    list_display = [
        "video_id",
        "short_title",
        "availability",
        "is_on_youtube",
        "length",
        "views",
        "published",
        "observed_at",
    ]
    # By course through the list of courses: an installation may have hundreds.
    list_filter = ["availability", "is_on_youtube"]
    search_fields = ["video_id__exact", "title"]
    search_help_text = _("The id of a video, or words of its title")
    ordering = [F("published_at").desc(nulls_last=True), "-pk"]
    sortable_by = ["length", "views", "published"]
    readonly_fields = ["in_courses"]
    inlines = [MediaFileInline, ChapterInline]
    actions = ["remove"]

    @admin.display(description=_("title"))
    def short_title(self, video: Video) -> str:
        return base.shorten(video.title)

    # As the indexes are: what is not known last from the greatest, first from the least.
    @admin.display(description=_("seconds"), ordering=F("duration_seconds").asc(nulls_first=True))
    def length(self, video: Video) -> float | None:
        return video.duration_seconds

    @admin.display(description=_("views"), ordering=F("view_count").asc(nulls_first=True))
    def views(self, video: Video) -> int | None:
        return video.view_count

    @admin.display(description=_("published"), ordering=F("published_at").asc(nulls_first=True))
    def published(self, video: Video) -> Any:
        return video.published_at

    @admin.display(description=_("courses"))
    def in_courses(self, video: Video) -> SafeString:
        places = ((_change_url(course), course.title) for course in video.courses.order_by("title"))
        return format_html_join(", ", '<a href="{}">{}</a>', places)

    @admin.action(description=_("Remove for good…"), permissions=["operate"])
    def remove(self, request: HttpRequest, queryset: QuerySet[Video]) -> HttpResponse | None:
        """Ask for a reason, then leave tombstones; each stage purges what it holds at its next tick."""
        chosen = list(queryset.order_by("pk")[: MOST_REMOVED + 1])
        if len(chosen) > MOST_REMOVED:
            limit = _t("At most %(count)s videos are removed at once.") % {"count": MOST_REMOVED}
            self.message_user(request, limit, messages.ERROR)
            return None
        reason = request.POST.get("reason", "").replace("\0", "").strip()
        if not reason:
            context = self.admin_site.each_context(request) | {
                "title": _t("Remove for good"),
                "opts": self.opts,
                "videos": chosen,
                "is_reason_missing": "reason" in request.POST,
            }
            return TemplateResponse(request, "ingestion/admin_remove.html", context)
        now = timezone.now()
        for each in chosen:
            video = removal.remove_video(video_id=each.video_id, reason=reason, now=now)
            if video.removed_at != now:
                self.message_user(request, _tell_removed(video), messages.WARNING)
        told = ngettext("%(count)s video is removed.", "%(count)s videos are removed.", len(chosen))
        more = _t("What every stage holds of it goes within minutes.")
        self.message_user(request, f"{told % {'count': len(chosen)}} {more}", messages.SUCCESS)
        return None


class MembershipInline(admin.TabularInline[Membership, Course]):
    model = Membership
    fields = ["user", "joined_at"]
    readonly_fields = ["joined_at"]
    autocomplete_fields = ["user"]
    extra = 0


@admin.register(Course)
class CourseAdmin(base.ListAdmin):
    list_display = ["title", "access", "join_code", "language", "lectures", "members"]
    list_filter = ["access", "language"]
    search_fields = ["title"]
    ordering = ["title"]
    fields = ["title", "language", "glossary", "access", "join_code", "playlist_ids", "lectures", "members"]
    readonly_fields = ["access", "join_code", "playlist_ids", "lectures", "members"]
    actions = ["open_to_all", "let_in_by_code", "keep_to_list", "renew_code"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        described: QuerySet[Any] = rows.annotate(
            lecture_count=_count_of(Course.videos.through), member_count=_count_of(Membership)
        )
        return described

    def get_inlines(self, request: HttpRequest, obj: Course | None) -> list[Any]:
        is_short = obj is None or getattr(obj, "member_count", 0) <= MOST_INLINE
        return [MembershipInline] if is_short else []

    @admin.display(description=_("lectures"))
    def lectures(self, course: Any) -> SafeString:
        return _link_list("video", f"courses__id__exact={course.pk}", course.lecture_count)

    @admin.display(description=_("members"))
    def members(self, course: Any) -> SafeString:
        return _link_list("membership", f"course__id__exact={course.pk}", course.member_count)

    @admin.action(description=_("Open to everyone who signs in"), permissions=["operate"])
    def open_to_all(self, request: HttpRequest, queryset: QuerySet[Course]) -> None:
        self._set_access(request, queryset, CourseAccess.OPEN)

    @admin.action(description=_("Let in by code"), permissions=["operate"])
    def let_in_by_code(self, request: HttpRequest, queryset: QuerySet[Course]) -> None:
        self._set_access(request, queryset, CourseAccess.CODE)

    @admin.action(description=_("Keep to the list"), permissions=["operate"])
    def keep_to_list(self, request: HttpRequest, queryset: QuerySet[Course]) -> None:
        self._set_access(request, queryset, CourseAccess.LIST)

    @admin.action(description=_("Renew the code"), permissions=["operate"])
    def renew_code(self, request: HttpRequest, queryset: QuerySet[Course]) -> None:
        self._each(request, queryset, lambda pk: courses.renew_code(course_id=pk))

    def _set_access(self, request: HttpRequest, queryset: QuerySet[Course], access: str) -> None:
        self._each(request, queryset, lambda pk: courses.set_access(course_id=pk, access=access))

    def _each(self, request: HttpRequest, queryset: QuerySet[Course], change: Callable[[int], Course]) -> None:
        for course in queryset:
            try:
                change(course.pk)
            except courses.CourseError as error:
                self.message_user(request, f"{course}: {error}", messages.WARNING)


@admin.register(Membership)
class MembershipAdmin(base.ListAdmin):
    list_display = ["user", "course", "joined_at"]
    list_select_related = ["user", "course"]
    search_fields = ["user__username", "user__email", "course__title"]
    autocomplete_fields = ["user", "course"]
    ordering = ["-pk"]
    sortable_by = ()


@admin.register(MediaFile)
class MediaFileAdmin(base.RecordAdmin):
    list_display = ["video", "kind", "language", "byte_count", "fetched_at", "lake_key"]
    list_filter = ["kind"]
    list_select_related = ["video"]
    search_fields = ["video__video_id__exact"]
    search_help_text = _("The id of a video")
    ordering = ["-pk"]


def _tell_removed(video: Video) -> str:
    return _t("%(video)s had been removed before, at %(time)s UTC: %(reason)s") % {
        "video": video.video_id,
        "time": f"{video.removed_at:%F %T}",
        "reason": video.removal_reason,
    }


def _count_of(model: type[Model]) -> Coalesce:
    rows = model._default_manager.filter(course=OuterRef("pk")).order_by().values("course")
    counts = rows.annotate(row_count=Count("pk")).values("row_count")
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)


def _change_url(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def _link_list(model: str, query: str, label: object) -> SafeString:
    return format_html('<a href="{}?{}">{}</a>', reverse(f"admin:ingestion_{model}_changelist"), query, label)
