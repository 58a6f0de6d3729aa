"""What people fill in: another text for a segment."""

from django import forms
from django.utils.translation import gettext_lazy as _

from transcripts import corrections


class CorrectionForm(forms.Form):
    """What a segment shall say, and which version of it was looked at."""

    text = forms.CharField(
        label=_("What is said"),
        help_text=_("Leave it empty where nothing is said: the line is taken out."),
        required=False,
        max_length=corrections.LONGEST_TEXT,
        widget=forms.Textarea({"rows": 3, "dir": "auto", "autofocus": True, "enterkeyhint": "done"}),
    )
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def clean_text(self) -> str:
        """Take an empty text, and refuse a form that has none."""
        if self.add_prefix("text") not in self.data:
            raise forms.ValidationError(self.fields["text"].error_messages["required"])
        return str(self.cleaned_data["text"])
