import pytest

from transcripts import transcribers
from transcripts.heard import HeardPiece, HeardSegment, HeardWord
from transcripts.transcribers import Hearing, Transcriber


class FakeTranscriber(Transcriber):
    """Hears what the test tells it to, a segment a piece; `at_segment` is called before each."""

    engine = "fake"
    texts = ["One two three.", "Four five six."]
    average_log_probability = -0.2
    at_segment = staticmethod(lambda position: None)

    def prepare(self):
        pass

    def listen(self, path, *, language, from_seconds, terms):
        return Hearing(language or "en", 10.0 * len(self.texts), self._pieces(first=int(from_seconds / 10)))

    def _pieces(self, *, first):
        for position, text in list(enumerate(self.texts))[first:]:
            self.at_segment(position)
            start = 10.0 * position
            words = tuple(
                HeardWord(start + i, start + i + 0.5, f" {word}", 0.9) for i, word in enumerate(text.split())
            )
            segment = HeardSegment(start, start + 9, text, words, self.average_log_probability, 0.01, 1.1)
            yield HeardPiece(start + 10, (segment,))


@pytest.fixture
def fake(settings, monkeypatch):
    """A transcriber under the test's command, as the configured one."""
    settings.TRANSCRIBERS = settings.TRANSCRIBERS | {
        "fake": {"BACKEND": f"{FakeTranscriber.__module__}.FakeTranscriber"}
    }
    settings.TRANSCRIBER = "fake"
    transcribers.get.cache_clear()
    yield transcribers.get("fake")
    transcribers.get.cache_clear()
