"""The tutor as an operator sees it: what is indexed, what was asked and said, what people thought of it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assistant.models import Answer, Chunk, Citation, Conversation, Feedback, Question, Sentence, VideoIndex
from assistant.services import embedding
from ingestion.admin import base

VECTORS = ("embedding", "context_embedding", "search_vector")


@admin.register(VideoIndex)
class VideoIndexAdmin(base.ReadOnlyAdmin):
    list_display = [
        "video",
        "state",
        "embedding_model",
        "chunk_count",
        "sentence_count",
        "attempt_count",
        "reason",
        "embedded_at",
    ]
    list_filter = ["state"]
    search_fields = ["=video__video_id"]
    list_select_related = ["video"]
    ordering = ["-pk"]
    actions = ["embed_again"]

    def has_embed_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("assistant.change_videoindex"))

    @admin.action(description=_("Embed again"), permissions=["embed"])
    def embed_again(self, request: HttpRequest, queryset: QuerySet[VideoIndex]) -> None:
        count = embedding.embed_again(video_ids=list(queryset.values_list("video_id", flat=True)))
        sentence = ngettext("%d video will be embedded again.", "%d videos will be embedded again.", count)
        self.message_user(request, sentence % count, messages.SUCCESS)


class PassageAdmin(base.ReadOnlyAdmin):
    """Chunks and sentences; their vectors are never read."""

    search_fields = ["=video__video_id"]
    search_help_text = _("The id of a video.")
    list_select_related = ["video"]
    ordering = ["-pk"]
    exclude = VECTORS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        names = {field.name for field in self.model._meta.get_fields()}
        return super().get_queryset(request).defer(*names.intersection(VECTORS))


@admin.register(Chunk)
class ChunkAdmin(PassageAdmin):
    list_display = ["video", "position", "start_seconds", "text", "embedding_model"]


@admin.register(Sentence)
class SentenceAdmin(PassageAdmin):
    list_display = ["video", "position", "start_seconds", "text", "embedding_model"]


@admin.register(Conversation)
class ConversationAdmin(base.ReadOnlyAdmin):
    list_display = ["title", "user", "course", "created_at", "updated_at"]
    search_fields = ["=user__username"]
    list_select_related = ["user", "course"]
    ordering = ["-pk"]


@admin.register(Question)
class QuestionAdmin(base.ReadOnlyAdmin):
    list_display = ["text", "conversation", "course", "video", "state", "attempt_count", "asked_at"]
    list_filter = ["state"]
    search_fields = ["=conversation__user__username", "=video__video_id"]
    list_select_related = ["conversation", "course", "video"]
    ordering = ["-pk"]


class CitationInline(admin.TabularInline[Citation, Answer]):
    model = Citation
    fields = readonly_fields = ("position", "video", "start_seconds", "sentence", "quote", "is_withdrawn")
    ordering = ["position"]
    can_delete = False
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Citation]:
        return super().get_queryset(request).select_related("video")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Answer)
class AnswerAdmin(base.ReadOnlyAdmin):
    list_display = ["question", "state", "text", "reason", "attempt", "model", "latency_seconds", "answered_at"]
    list_filter = ["state", "is_quote"]
    search_fields = ["=question__conversation__user__username"]
    list_select_related = ["question"]
    ordering = ["-pk"]
    inlines = [CitationInline]


@admin.register(Feedback)
class FeedbackAdmin(base.ReadOnlyAdmin):
    list_display = ["answer", "user", "is_helpful", "reason", "comment", "created_at"]
    list_filter = ["is_helpful", "reason"]
    search_fields = ["=user__username"]
    list_select_related = ["answer", "user"]
    ordering = ["-pk"]
