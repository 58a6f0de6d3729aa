"""Sound as the speech models want it: one channel, 16 kHz, in pieces that are cut where it is quiet."""

from collections.abc import Iterator
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
# A model's features take several times the room of the sound: pieces keep a three-hour lecture in bounds.
PIECE_SECONDS = 600
# The cut is made where it is quietest within the last minute of a piece.
CUT_WITHIN_SECONDS = 60
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


def decode(path: Path) -> Samples:
    """Return the first audio track as 16 kHz mono samples, full scale, holes in its clock filled with silence.

    All channels count alike: FFmpeg's own way to mono drops a third channel, speech or not.
    Raises UnreadableAudioError when the file is missing, empty, broken or without sound.
    """
    import av

    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise UnreadableAudioError("The file holds no audio track.")
            blocks = list(_resample(_decode_frames(container)))
    except av.FFmpegError as error:
        raise UnreadableAudioError(f"The file cannot be decoded: {error.strerror}.") from error
    if not sum(map(len, blocks)):
        raise UnreadableAudioError("The file holds no sound: its audio track is empty.")
    return np.concatenate(blocks)


def pieces(samples: Samples) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """Yield (offset in seconds, samples in [-1, 1]) of at most PIECE_SECONDS each, cut where it is quiet."""
    start = 0
    while start < len(samples):
        end = _find_cut(samples, start=start)
        yield start / SAMPLE_RATE, samples[start:end].astype(np.float32) / np.float32(32768)
        start = end


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
        resampler = av.AudioResampler(format="fltp", rate=SAMPLE_RATE, options={"async": "1"})
        for frame in chain(alike, [None]):
            for block in resampler.resample(frame):
                mono = block.to_ndarray().mean(axis=0)
                yield (mono.clip(-1, 1) * 32767).astype(np.int16)


def _find_cut(samples: Samples, *, start: int) -> int:
    last = start + PIECE_SECONDS * SAMPLE_RATE
    if last >= len(samples):
        return len(samples)
    first = last - CUT_WITHIN_SECONDS * SAMPLE_RATE
    width = int(QUIET_SECONDS * SAMPLE_RATE)
    power = np.square(samples[first:last].astype(np.float32))
    windows = power[: len(power) // width * width].reshape(-1, width).sum(axis=1)
    return first + int(windows.argmin()) * width + width // 2
