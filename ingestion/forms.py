"""What people fill in: a folder and its course, what a course follows, who may come in, a code."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser, User
from django.utils.translation import gettext_lazy as _

from ingestion.following import subscriptions, wanting
from ingestion.models import Course
from ingestion.youtube import references

MOST_MINUTES = 100_000
MOST_LANGUAGES = 20
UNFOLDED = {"link", "course", "title"}
CADENCES = {
    "15": _("every 15 minutes"),
    "60": _("every hour"),
    "360": _("every 6 hours"),
    "1440": _("every day"),
    "10080": _("every week"),
}


class FolderForm(forms.Form):
    """Which folder to look into."""

    folder = forms.CharField(label=_("Folder of the server"), max_length=1024)


class CourseForm(forms.Form):
    """The course that lectures go to: one the person leads, or a new one."""

    needs_course = True

    course = forms.ModelChoiceField(
        Course.objects.none(), required=False, label=_("Course"), empty_label=_("A new course")
    )
    title = forms.CharField(
        required=False, max_length=255, label=_("Title of the new course"), widget=forms.TextInput
    )

    def __init__(self, *args: Any, user: User | AnonymousUser, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["course"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Course.objects.led_by(user).order_by("title")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        is_missing = not data.get("course") and not data.get("title")
        if self.needs_course and not self.errors and is_missing:
            self.add_error("title", _("Choose a course, or give the new one a title."))
        return data


class AddForm(CourseForm):
    """A folder and its course."""

    folder = forms.CharField(widget=forms.HiddenInput, max_length=1024)


class WishesForm(forms.Form):
    """How often something on YouTube is pulled, which of its videos are wanted, and what of each."""

    every = forms.ChoiceField(label=_("Look for new videos"), choices=list(CADENCES.items()), initial="1440")
    wants_audio = forms.BooleanField(label=_("Fetch the audio"), required=False, initial=True)
    wants_comments = forms.BooleanField(label=_("Fetch the comments"), required=False)
    wants_shorts = forms.BooleanField(label=_("Shorts, too"), required=False, initial=True)
    wants_live = forms.BooleanField(label=_("Live broadcasts, too"), required=False, initial=True)
    shortest_minutes = forms.IntegerField(
        label=_("At least so many minutes"), required=False, min_value=0, max_value=MOST_MINUTES
    )
    longest_minutes = forms.IntegerField(
        label=_("At most so many minutes"), required=False, min_value=0, max_value=MOST_MINUTES
    )
    languages = forms.CharField(label=_("Languages, as in en, pt-BR"), required=False, max_length=200)
    title_pattern = forms.CharField(
        label=_("The title matches (a regular expression)"),
        required=False,
        max_length=subscriptions.LONGEST_PATTERN,
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
    published_since = forms.DateField(
        label=_("Published since"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean_languages(self) -> tuple[str, ...]:
        return tuple(self.cleaned_data["languages"].replace(",", " ").split())[:MOST_LANGUAGES]

    def clean_title_pattern(self) -> str:
        pattern = str(self.cleaned_data["title_pattern"])
        try:
            if pattern:
                wanting.check_pattern(pattern)
        except wanting.InvalidPatternError as error:
            raise forms.ValidationError(str(error)) from None
        return pattern

    def make_wishes(self) -> subscriptions.Wishes:
        """Return what has been filled in."""
        data = self.cleaned_data
        return subscriptions.Wishes(
            every=timedelta(minutes=int(data["every"])),
            wants_shorts=data["wants_shorts"],
            wants_live=data["wants_live"],
            shortest_seconds=_count_seconds(data["shortest_minutes"]),
            longest_seconds=_count_seconds(data["longest_minutes"]),
            languages=data["languages"],
            title_pattern=data["title_pattern"],
            published_since=data["published_since"],
            wants_audio=data["wants_audio"],
            wants_comments=data["wants_comments"],
        )

    @property
    def filters(self) -> list[forms.BoundField]:
        """Return what is folded away."""
        return [field for field in self if field.name not in UNFOLDED]

    @property
    def is_narrowed(self) -> bool:
        """Tell whether what is folded away has an error that is to be seen."""
        return any(field.errors for field in self.filters)


class FollowForm(WishesForm, CourseForm):
    """Something on YouTube, which of its videos are wanted, and the course that follows it."""

    # So that no id is that of another form of the page.
    prefix = "follow"

    link = forms.CharField(
        label=_("Link, @handle or id"),
        max_length=references.LONGEST_TEXT,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ChangeForm(WishesForm):
    """The same of something that is followed already; what no field can show stays until it is changed."""

    def __init__(self, data: Any = None, *, before: subscriptions.Wishes) -> None:
        minutes = str(before.every // timedelta(minutes=1))
        initial = {each.name: getattr(before, each.name) for each in fields(before)} | {
            "every": minutes,
            "shortest_minutes": _count_minutes(before.shortest_seconds),
            "longest_minutes": _count_minutes(before.longest_seconds),
            "languages": ", ".join(before.languages),
        }
        super().__init__(data, initial=initial)
        self.before = before
        every = self.fields["every"]
        if isinstance(every, forms.ChoiceField) and minutes not in CADENCES:
            as_now = _("as now: every %(count)s minutes") % {"count": minutes}
            every.choices = [(minutes, as_now), *CADENCES.items()]

    def make_wishes(self) -> subscriptions.Wishes:
        columns = {"every": "every", "shortest_minutes": "shortest_seconds", "longest_minutes": "longest_seconds"}
        unchanged = [column for field, column in columns.items() if field not in self.changed_data]
        return replace(super().make_wishes(), **{column: getattr(self.before, column) for column in unchanged})


def _count_seconds(minutes: int | None) -> int | None:
    return None if minutes is None else minutes * 60


def _count_minutes(seconds: int | None) -> int | None:
    return None if seconds is None else seconds // 60


class JoinForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class MemberForm(forms.Form):
    name = forms.CharField(label=_("User name or e-mail address"), max_length=254)
