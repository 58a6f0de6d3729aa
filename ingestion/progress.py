"""How far a stage has come: what every stage reports, whatever its work is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """Items of a stage's own work that have ended, of all it knows, the rows they left, and how many failed.

    An obstacle is a sentence on what all of its work waits for, such as weights that are not there.
    """

    done_count: int
    total_count: int
    row_count: int
    failed_count: int = 0
    obstacle: str = ""

    @property
    def is_finished(self) -> bool:
        return self.done_count >= self.total_count
