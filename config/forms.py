"""What a person fills in on the pages of their account."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from config import tokens
from config.roles import Role
from ingestion.models import OPERATE, Course


class InvitationForm(forms.Form):
    """Whom to invite; a teacher invites students into the courses they lead."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    course = forms.ModelChoiceField(
        label=_("Course"), queryset=Course.objects.none(), required=False, empty_label=_("No course yet")
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("The link is sent there. Left empty, you hand it on yourself."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *arguments: Any, creator: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        course = self.fields["course"]
        assert isinstance(course, forms.ModelChoiceField)  # noqa: S101
        course.queryset = Course.objects.led_by(creator).order_by("title")
        if not creator.has_perm(OPERATE):
            del self.fields["role"]
            course.required = True
            course.empty_label = None

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class TokenForm(forms.Form):
    """What a token is called and how long it opens the API."""

    name = forms.CharField(label=_("Name"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    lifetime_days = forms.IntegerField(
        label=_("Days until it ends"),
        min_value=1,
        max_value=tokens.LONGEST_LIFETIME_DAYS,
        initial=tokens.LIFETIME_DAYS,
    )
