"""The product on one screen: what runs, in the order data flows, one line a stage."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """A stage finds its own work: `task` starts what is pending, `progress` tells how far it has come."""

    name: str
    task: str
    progress: str


STAGES = (
    Stage(
        name="transcribe",
        task="transcripts.tasks.transcribe_pending",
        progress="transcripts.services.transcription_progress",
    ),
    Stage(
        name="build warehouse",
        task="warehouse.tasks.build_warehouse",
        progress="warehouse.services.build_progress",
    ),
    Stage(
        name="chunk",
        task="assistant.tasks.chunk_pending",
        progress="assistant.services.chunk_progress",
    ),
    Stage(
        name="embed",
        task="assistant.tasks.embed_pending",
        progress="assistant.services.embedding_progress",
    ),
)

# Each app purges what it holds of removed videos, from the right, so that nothing is read that is half gone.
WITHDRAWALS = (
    "assistant.services.withdraw_removed",
    "warehouse.services.withdraw_removed",
    "transcripts.services.withdraw_removed",
    "ingestion.removal.withdraw_removed",
)
