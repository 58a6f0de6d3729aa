"""Text from outside, made safe to show."""

import unicodedata


def strip_control_characters(text: str) -> str:
    """Return a text without what could steer a terminal; joiners of emoji and marks of direction stay."""
    return "".join(character for character in text if unicodedata.category(character) != "Cc")
