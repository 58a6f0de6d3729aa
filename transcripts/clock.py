"""Seconds as a viewer reads them."""


def format_clock(seconds: float) -> str:
    """Return minutes and seconds, the minutes running on past the hour."""
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"
