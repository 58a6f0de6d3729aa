"""How long a file of sound really is: its header says what it was to be."""

from pathlib import Path

# Rounding, and what an encoder adds at either end; the larger of the two counts.
TOLERANCE_SECONDS = 5.0
TOLERANCE_SHARE = 0.01


class SilentFileError(Exception):
    """A file without sound that could be decoded."""

    permanent = False


class WrongLengthError(Exception):
    """A file that is not as long as was announced."""

    permanent = False


def check_length(path: Path, *, announced_seconds: float | None) -> None:
    """Raise SilentFileError, or WrongLengthError where a file's length is not the one announced."""
    seconds = measure(path)
    if announced_seconds is None:
        return
    if abs(seconds - announced_seconds) > max(TOLERANCE_SECONDS, TOLERANCE_SHARE * announced_seconds):
        raise WrongLengthError(f"{announced_seconds:.0f} s were announced, {seconds:.0f} s have come.")


def measure(path: Path) -> float:
    """Return the seconds from the first to the last packet of the first audio track. Raises SilentFileError."""
    import av

    start, end = None, 0.0
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise SilentFileError("The file holds no audio track.")
            track = container.streams.audio[0]
            for packet in container.demux(track):
                if packet.pts is None or packet.time_base is None:
                    continue
                at = float(packet.pts * packet.time_base)
                start = at if start is None else min(start, at)
                end = max(end, at + float((packet.duration or 0) * packet.time_base))
    except av.FFmpegError as error:
        if start is None:
            raise SilentFileError(f"The file cannot be read: {error.strerror}.") from error
    if start is None:
        raise SilentFileError("The file's audio track is empty.")
    return end - start
