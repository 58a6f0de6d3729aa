"""The text of a file that does not say in which encoding it was written."""

import codecs
from dataclasses import dataclass

from transcripts.audio import UnreadableAudioError

# The longer first: that of UTF-32 begins with that of UTF-16.
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# In Portuguese cp1250 looks as likely as cp1252, so it is asked only where none of the others fits.
LIKELY = ["cp1252", "cp1251", "cp1253", "gb18030", "big5", "shift_jis", "euc_kr"]
UNLIKELY = ["cp1250", "cp1254", "koi8_r"]
LOST = "\ufffd"


@dataclass(frozen=True)
class Decoded:
    """A text; `repairs` says in a sentence where its encoding was a guess or did not hold."""

    text: str
    repairs: tuple[str, ...] = ()


def decode(content: bytes) -> Decoded:
    """Return a file's text, lines ending in a line feed alone.

    Raises UnreadableAudioError where no encoding fits.
    """
    decoded = _decode_marked(content) or _decode_utf8(content) or _guess(content)
    if decoded is None:
        raise UnreadableAudioError("The captions are in no encoding that is known here: save them as UTF-8.")
    return decoded


def _decode_marked(content: bytes) -> Decoded | None:
    name = next((name for mark, name in MARKS.items() if content.startswith(mark)), _find_wide(content))
    return _note_losses(content.decode(name, errors="replace"), name=name) if name else None


def _find_wide(content: bytes) -> str:
    """Tell UTF-16 without a mark by its zeros: every other byte of Latin text, and none of UTF-8."""
    head = content[:400]
    if head[1::2].count(0) > len(head) / 4:
        return "utf-16-le"
    return "utf-16-be" if head[::2].count(0) > len(head) / 4 else ""


def _decode_utf8(content: bytes) -> Decoded | None:
    """Return UTF-8, with a few holes as well: cut within a letter, or joined from files."""
    try:
        return Decoded(_unify(content.decode()))
    except UnicodeDecodeError:
        text = content.decode(errors="replace")
    sound_count = len(text) - len(text.encode("ascii", errors="ignore")) - text.count(LOST)
    return _note_losses(text, name="utf-8") if text.count(LOST) <= sound_count else None


def _guess(content: bytes) -> Decoded | None:
    import charset_normalizer

    for names in (LIKELY, UNLIKELY):
        best = charset_normalizer.from_bytes(content, cp_isolation=names).best()
        if best is not None:
            return Decoded(_unify(str(best)), (f"The encoding is not said: read as {best.encoding}.",))
    return None


def _note_losses(text: str, *, name: str) -> Decoded:
    lost_count = text.count(LOST)
    repairs = (f"Characters that are no {name.upper()}: {lost_count}.",) if lost_count else ()
    return Decoded(_unify(text), repairs)


def _unify(text: str) -> str:
    """Return a text with one kind of line end; two carriage returns are one that was written twice."""
    return "\n".join(line.rstrip("\r") for line in text.split("\n")).replace("\r", "\n")
