"""Text as it is shown: made safe where it comes from outside, and counts in the English of the command line.

A terminal obeys control characters, and PostgreSQL takes no NUL.
"""

import unicodedata

# Tabs and line ends stand between words, the others between nothing. Joiners of emoji are none of them.
PLAIN = {
    code: " " if chr(code).isspace() else None for code in range(0x100) if unicodedata.category(chr(code)) == "Cc"
}


def strip_control_characters(text: str) -> str:
    return text.translate(PLAIN)


def tell_count(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural but for one."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
