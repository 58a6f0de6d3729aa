"""Text from outside, made safe to show: a terminal obeys control characters, and PostgreSQL takes no NUL."""

import unicodedata

# Tabs and line ends stand between words, the others between nothing. Joiners of emoji are none of them.
PLAIN = {
    code: " " if chr(code).isspace() else None for code in range(0x100) if unicodedata.category(chr(code)) == "Cc"
}


def strip_control_characters(text: str) -> str:
    return text.translate(PLAIN)
