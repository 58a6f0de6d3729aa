"""What people fill in: a folder and its course, who may come in, a code."""

from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser, User
from django.utils.translation import gettext_lazy as _

from ingestion.models import Course


class FolderForm(forms.Form):
    """Which folder to look into."""

    folder = forms.CharField(label=_("Folder of the server"), max_length=1024)


class AddForm(FolderForm):
    """A folder and the course its lectures go to: one the person leads, or a new one."""

    folder = forms.CharField(widget=forms.HiddenInput, max_length=1024)
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
        if not self.errors and not data.get("course") and not data.get("title"):
            self.add_error("title", _("Choose a course, or give the new one a title."))
        return data


class JoinForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class MemberForm(forms.Form):
    name = forms.CharField(label=_("User name or e-mail address"), max_length=254)
