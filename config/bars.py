"""Progress bars of a walk, one a stage, on a terminal only."""

from types import TracebackType
from typing import Any

from tqdm import tqdm

from config.pipeline import Stage
from ingestion.progress import Progress

FORMAT = "{desc:16} {bar:30} {n_fmt}/{total_fmt} {elapsed}"


class Bars:
    """Called with each look at a stage, shows it; a stage's bar stays once the next begins."""

    def __init__(self) -> None:
        self.name = ""
        self.bar: tqdm[Any] | None = None

    def __enter__(self) -> "Bars":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bar is not None:
            self.bar.close()

    def __call__(self, stage: Stage, progress: Progress) -> None:
        self.show(stage.name, progress)

    def show(self, name: str, progress: Progress) -> None:
        """Bring the bar of a name to a progress."""
        if self.bar is None or name != self.name:
            if self.bar is not None:
                self.bar.close()
            self.name = name
            self.bar = tqdm(desc=name, total=progress.total_count, bar_format=FORMAT, disable=None)
        self.bar.total = progress.total_count
        self.bar.n = progress.done_count
        self.bar.refresh()
