"""Read a safetensors file: eight bytes of header length, a JSON header, then the tensors' bytes.

The format: https://github.com/huggingface/safetensors#format
"""

import json
from pathlib import Path

import numpy as np

DTYPES = {"F32": "<f4", "F16": "<f2", "F64": "<f8", "I64": "<i8", "I32": "<i4"}


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """Return every tensor by name, mapped from the file; a change stays in memory."""
    with path.open("rb") as file:
        header_size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(header_size))
    header.pop("__metadata__", None)
    return {
        name: np.memmap(
            path,
            dtype=DTYPES[entry["dtype"]],
            mode="c",
            offset=8 + header_size + entry["data_offsets"][0],
            shape=tuple(entry["shape"]),
        )
        for name, entry in header.items()
    }
