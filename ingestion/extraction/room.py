"""Room on the disk: nothing is downloaded that would leave too little of it."""

import shutil
from pathlib import Path

MIB = 2**20


class DiskFullError(Exception):
    """Too little room; says how much there is and how much was asked for."""

    permanent = False


def check(folder: Path, *, least_free_bytes: int, wanted_bytes: int = 0) -> None:
    """Raise DiskFullError where a file of a size would leave less than so much free."""
    free = shutil.disk_usage(folder).free
    if free - wanted_bytes < least_free_bytes:
        raise DiskFullError(
            f"{free // MIB} MiB are free, a file of {wanted_bytes // MIB} MiB is announced, "
            f"and {least_free_bytes // MIB} MiB are to stay free."
        )
