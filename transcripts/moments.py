"""What a page lists of a lecture, each from one second on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Moment:
    """What is said, or what a chapter is called, from one second on."""

    start_seconds: float
    text: str

    @property
    def whole_seconds(self) -> int:
        return int(self.start_seconds)

    @property
    def start_text(self) -> str:
        """The second as a program reads it, whatever the language of the page."""
        return f"{self.start_seconds:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Line(Moment):
    """What is said, and what people correct it by."""

    segment_id: int
    is_corrected: bool
