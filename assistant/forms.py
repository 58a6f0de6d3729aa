"""What people type: a question, the course it goes to, what they look for, what they think of an answer."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistant import questions
from assistant.models import FeedbackReason, VideoIndex
from assistant.services import conversations
from ingestion.models import Course, Video

NOT_READY = gettext_lazy(
    "Nothing of this course can be asked or searched yet: its lectures are still being transcribed and indexed. "
    "They appear here as soon as they are ready."
)


def find_courses(user: User) -> QuerySet[Course]:
    """Return the courses of a person, each with whether anything of it can be searched."""
    embedded = VideoIndex.objects.embedded().filter(video__courses=OuterRef("pk"))
    return Course.objects.visible_to(user).annotate(is_searchable=Exists(embedded)).order_by("title")


class CourseField(forms.ModelChoiceField[Course]):
    """A choice among a person's courses, or all of them; says which are not ready."""

    def offer(self, courses: QuerySet[Course]) -> None:
        self.queryset = courses
        if len(courses) == 1:
            self.empty_label = None

    def label_from_instance(self, obj: Any) -> str:
        title = str(obj.title)
        return title if obj.is_searchable else _("%(title)s (not ready yet)") % {"title": title}


def make_course_field() -> CourseField:
    return CourseField(
        queryset=Course.objects.none(), required=False, empty_label=gettext_lazy("All your courses")
    )


class StartForm(forms.Form):
    """What a new conversation is about: a course, perhaps a moment of a lecture."""

    course = make_course_field()
    video = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    t = forms.FloatField(min_value=0, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.courses = find_courses(user)
        self.fields["course"].offer(self.courses)  # type: ignore[attr-defined]

    def clean_video(self) -> Video | None:
        video_id = self.cleaned_data["video"]
        return Video.objects.visible_to(self.user).filter(video_id=video_id).first() if video_id else None


class QuestionForm(forms.Form):
    """A question within a conversation."""

    retry_after: int | None = None

    text = forms.CharField(
        max_length=questions.MOST_CHARACTERS,
        error_messages={"required": gettext_lazy("Type a question first.")},
        widget=forms.Textarea(
            {
                "rows": 1,
                "dir": "auto",
                "autofocus": True,
                "enterkeyhint": "send",
                "placeholder": gettext_lazy("Ask about what the lectures say"),
            }
        ),
    )

    def refuse(self, error: Exception) -> None:
        """Keep what the tutor has against the question, to be said beside it."""
        self.add_error(None, str(error))
        self.retry_after = getattr(error, "retry_after", None)

    @property
    def status(self) -> int:
        """The HTTP status of a page with this form."""
        if self.retry_after:
            return 429
        return 422 if self.errors else 200


class FirstQuestionForm(StartForm, QuestionForm):
    """The question that begins a conversation."""

    def clean_course(self) -> Any:
        course = self.cleaned_data["course"]
        if course and not course.is_searchable:
            raise forms.ValidationError(NOT_READY)
        return course


def read_start(query: QueryDict, *, user: User) -> dict[str, Any]:
    """Return what an address says a new conversation is about; what it says wrongly is left out."""
    form = StartForm(query, user=user)
    form.is_valid()
    start = form.cleaned_data
    if start.get("video") and not start.get("course"):
        start["course"] = form.courses.filter(videos=start["video"]).first()
    return start


def write_start(start: dict[str, Any]) -> dict[str, Any]:
    """Return what a form shows of a start: a lecture goes by its id."""
    video = start.get("video")
    return start | {"video": video.video_id if video else ""}


class FeedbackForm(forms.Form):
    """What a person thinks of an answer."""

    is_helpful = forms.TypedChoiceField(
        choices=[("true", ""), ("false", "")], coerce=lambda value: value == "true"
    )
    reason = forms.ChoiceField(choices=[("", ""), *FeedbackReason.choices], required=False)
    comment = forms.CharField(max_length=conversations.MOST_COMMENT_CHARACTERS, required=False)


class SearchForm(forms.Form):
    """What is looked for, and in which course."""

    q = forms.CharField(
        max_length=questions.MOST_CHARACTERS,
        required=False,
        widget=forms.TextInput({"type": "search", "dir": "auto", "enterkeyhint": "search"}),
    )
    course = make_course_field()
    page = forms.IntegerField(min_value=1, max_value=10, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.courses = find_courses(user)
        self.fields["course"].offer(self.courses)  # type: ignore[attr-defined]
