"""Recipes for the API: each is a file that runs as it stands, and is shown as it stands."""

from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FOLDER = Path(__file__).parent
LANGUAGES = ("curl", "python")


@dataclass(frozen=True)
class Recipe:
    """What is done, in one file a language."""

    name: str
    title: Promise | str

    def texts(self) -> dict[str, str]:
        """Return what to run, by language."""
        return {each: (FOLDER / f"{self.name}.{each}").read_text() for each in LANGUAGES}


RECIPES = (
    Recipe("courses", _("List your courses")),
    Recipe("search", _("Search what was said")),
    Recipe("ask", _("Ask, and wait for the answer")),
    Recipe("stream", _("Ask, and watch the answer come")),
    Recipe("transcript", _("Download a transcript")),
    Recipe("mart", _("Read a mart page by page")),
)
