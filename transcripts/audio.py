"""Sound as the speech models want it: one channel, 16 kHz, in pieces that are cut where it is quiet.

A recording is never held as a whole: its length costs time and no memory. Cuts depend on the sound after the cut
before them alone, so hearing that goes on from one meets the same cuts again.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
# What is stored at once, and heard again after a death.
PIECE_SECONDS = 120
# The cut is made where it is quietest within the end of a piece.
CUT_WITHIN_SECONDS = 30
QUIET_SECONDS = 0.4

SETTLED_OPTIONS: dict[str, object] = {
    "sample_rate": SAMPLE_RATE,
    "piece_seconds": PIECE_SECONDS,
    "cut_within_seconds": CUT_WITHIN_SECONDS,
    "quiet_seconds": QUIET_SECONDS,
}

Samples = NDArray[np.int16]


class UnreadableAudioError(Exception):
    """A file whose sound cannot be decoded; says in a sentence why."""

    permanent = True


class Piece(NamedTuple):
    """A stretch of sound between two cuts, samples in [-1, 1]."""

    start_seconds: float
    samples: NDArray[np.float32]

    @property
    def end_seconds(self) -> float:
        return self.start_seconds + len(self.samples) / SAMPLE_RATE


def read_length(path: Path) -> float:
    """Return the seconds that a file says it lasts, 0 where it says nothing. Raises UnreadableAudioError."""
    with _open(path) as container:
        return (container.duration or 0) / 1_000_000


def decode(path: Path) -> Iterator[Samples]:
    """Yield the first audio track as 16 kHz mono samples, full scale, holes in its clock filled with silence.

    All channels count alike: FFmpeg's own way to mono drops a third channel, speech or not.
    Raises UnreadableAudioError when the file is missing, empty, broken or without sound.
    """
    is_empty = True
    with _open(path) as container:
        for block in _resample(_decode_frames(container)):
            is_empty = is_empty and not len(block)
            yield block
    if is_empty:
        raise UnreadableAudioError("The file holds no sound: its audio track is empty.")


def pieces(blocks: Iterable[Samples], *, from_seconds: float = 0.0) -> Iterator[Piece]:
    """Yield pieces of at most PIECE_SECONDS each, cut where it is quiet, from a cut of an earlier run on."""
    start = round(from_seconds * SAMPLE_RATE)
    held: list[Samples] = []
    count = 0
    for block in _skip(blocks, sample_count=start):
        held.append(block)
        count += len(block)
        while count > PIECE_SECONDS * SAMPLE_RATE:
            samples = np.concatenate(held)
            cut = _find_cut(samples)
            yield _make_piece(samples[:cut], start=start)
            held, count, start = [samples[cut:]], count - cut, start + cut
    if count:
        yield _make_piece(np.concatenate(held), start=start)


@contextmanager
def _open(path: Path) -> Iterator[Any]:
    import av

    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise UnreadableAudioError("The file holds no audio track.")
            yield container
    except av.FFmpegError as error:
        raise UnreadableAudioError(f"The file cannot be decoded: {error.strerror}.") from error


def _decode_frames(container: Any) -> Iterator[Any]:
    """Yield the frames of the first audio track, passing over broken packets."""
    import av

    for packet in container.demux(container.streams.audio[0]):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue


def _resample(frames: Iterator[Any]) -> Iterator[Samples]:
    import av

    # A resampler serves one kind of frame; some streams change theirs on the way.
    for _, alike in groupby(frames, key=lambda frame: (frame.format.name, frame.layout.name, frame.rate)):
        resampler = av.AudioResampler(
            format="fltp", rate=SAMPLE_RATE, options={"async": "1"}, frame_size=SAMPLE_RATE
        )
        for frame in chain(alike, [None]):
            for block in resampler.resample(frame):
                mono = block.to_ndarray().mean(axis=0)
                yield (mono.clip(-1, 1) * 32767).astype(np.int16)


def _skip(blocks: Iterable[Samples], *, sample_count: int) -> Iterator[Samples]:
    for block in blocks:
        yield block[sample_count:]
        sample_count = max(0, sample_count - len(block))


def _make_piece(samples: Samples, *, start: int) -> Piece:
    return Piece(start / SAMPLE_RATE, samples.astype(np.float32) / np.float32(32768))


def _find_cut(samples: Samples) -> int:
    last = PIECE_SECONDS * SAMPLE_RATE
    first = last - CUT_WITHIN_SECONDS * SAMPLE_RATE
    width = int(QUIET_SECONDS * SAMPLE_RATE)
    power = np.square(samples[first:last].astype(np.float32))
    windows = power[: len(power) // width * width].reshape(-1, width).sum(axis=1)
    return first + int(windows.argmin()) * width + width // 2
