"""Progress bars of a walk, one a stage, on a terminal only."""

from types import TracebackType
from typing import Any

from tqdm import tqdm

from config.pipeline import Stage
from ingestion.progress import Progress


class Bars:
    """Called with each look at a stage, shows it."""

    def __init__(self) -> None:
        self.shown: dict[str, tqdm[Any]] = {}

    def __enter__(self) -> "Bars":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for bar in self.shown.values():
            bar.close()

    def __call__(self, stage: Stage, progress: Progress) -> None:
        self.show(stage.name, progress)

    def show(self, name: str, progress: Progress) -> None:
        """Bring the bar of a name to a progress."""
        if name not in self.shown:
            self.shown[name] = tqdm(desc=f"{name:16}", disable=None)
        bar = self.shown[name]
        bar.total = progress.total_count
        bar.update(progress.done_count - bar.n)
        bar.refresh()
