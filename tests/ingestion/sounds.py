"""Sounds that can be decoded, written by the tests."""

import math
import struct
import wave
from pathlib import Path


def make_sound(folder: Path, *, seconds: float = 1.0, pitch: int = 440) -> bytes:
    """Return a WAVE file of a tone."""
    path, rate = folder / "sound.wav", 8000
    samples = [int(9000 * math.sin(2 * math.pi * pitch * at / rate)) for at in range(int(rate * seconds))]
    with wave.open(str(path), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(rate)
        stream.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return path.read_bytes()
