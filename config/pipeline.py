"""The product on one screen: what runs, in the order data flows, one line a stage."""

from dataclasses import dataclass, field


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


# What a new object wakes, by where it lies; without events the same stages wake by their ticks.
WAKES = (
    ("inbox/", "transcripts.tasks.transcribe_pending"),
    ("audio/", "transcripts.tasks.transcribe_pending"),
    ("captions/", "transcripts.tasks.transcribe_pending"),
    ("raw/", "warehouse.tasks.build_warehouse"),
    ("transcripts/", "assistant.tasks.chunk_pending"),
)


@dataclass(frozen=True)
class Worker:
    """A worker process and the queues it serves; none waits behind another group's work."""

    name: str
    queues: tuple[str, ...]
    process_count: int = 1


WORKERS = (
    Worker("worker-cpu", ("cpu.default", "cpu.ingest"), process_count=2),
    Worker("worker-gpu", ("gpu.embed", "gpu.transcribe", "gpu.train")),
    # Of its own: a student never waits behind a transcription.
    Worker("worker-answer", ("gpu.answer",)),
)


@dataclass(frozen=True)
class Tick:
    """A task that beat sends every so many seconds, until an operator says otherwise."""

    name: str
    task: str
    every_seconds: int
    queue: str = ""
    arguments: dict[str, str] = field(default_factory=dict)


SCHEDULE = (
    Tick("ingest", "ingestion.tasks.ingest_pending", 10),
    Tick("pull subscriptions", "ingestion.tasks.pull_due", 30),
    Tick("ask about videos", "ingestion.tasks.ask_pending", 30),
    Tick("forget old calls", "ingestion.tasks.forget_old_calls", 24 * 60 * 60),
    Tick("ask for categories", "ingestion.tasks.ask_categories", 24 * 60 * 60),
    Tick("fetch audio", "ingestion.tasks.fetch_pending", 10),
    Tick("object events", "ingestion.tasks.consume_object_events", 10),
    Tick("look into the inbox", "ingestion.tasks.look_into_inbox", 5 * 60),
    Tick("transcribe", "transcripts.tasks.transcribe_pending", 10),
    Tick("build warehouse", "warehouse.tasks.build_warehouse", 60),
    Tick("chunk", "assistant.tasks.chunk_pending", 10),
    Tick("embed", "assistant.tasks.embed_pending", 10),
    Tick("answer", "assistant.tasks.answer_pending", 10),
    Tick("withdraw from the assistant", "assistant.tasks.withdraw_removed", 60),
    Tick("withdraw from the warehouse", "warehouse.tasks.withdraw_removed", 60),
    Tick("withdraw from the transcripts", "transcripts.tasks.withdraw_removed", 60),
    Tick("withdraw from ingestion", "ingestion.tasks.withdraw_removed", 60),
    Tick("keep to the terms", "ingestion.tasks.apply_retention", 60 * 60),
    Tick("keep courses in the lake", "ingestion.tasks.archive_courses", 10 * 60),
    Tick("keep transcripts in the lake", "transcripts.tasks.archive_ended", 60),
    Tick("keep corrections in the lake", "transcripts.tasks.archive_corrections", 60),
    Tick("tell of what lasts", "config.tasks.tell", 60),
    Tick("tidy up", "config.tasks.tidy_up", 60 * 60),
    # One through every queue: a worker that is there but takes nothing is found out.
    *(
        Tick(f"canary of {queue}", "config.tasks.sing", 30, queue=queue, arguments={"queue": queue})
        for worker in WORKERS
        for queue in worker.queues
    ),
)
