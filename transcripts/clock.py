"""Seconds as a viewer reads them."""

from django.utils.translation import gettext as _


def format_clock(seconds: float) -> str:
    """Return minutes and seconds, the minutes running on past the hour."""
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"


def format_length(seconds: float) -> str:
    """Return a length in hours and minutes, a short one in minutes and seconds."""
    hours, minutes, rest = int(seconds) // 3600, int(seconds) % 3600 // 60, int(seconds) % 60
    if hours:
        return _("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": minutes}
    if minutes >= 10:
        return _("%(minutes)d min") % {"minutes": minutes}
    if minutes:
        return _("%(minutes)d min %(seconds)02d s") % {"minutes": minutes, "seconds": rest}
    return _("%(seconds)d s") % {"seconds": rest}
