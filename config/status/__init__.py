"""What an operator looks at first in the morning."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from config import attention, schedule
from config.attention import Concern
from config.status import drifts, following, machines
from config.status import stages as work


@dataclass(frozen=True)
class Status:
    """The installation at one moment; where there is no concern all is well."""

    at: datetime
    concerns: list[Concern]
    stages: list[work.Stage]
    questions: work.Questions
    queues: list[machines.Queue]
    beat: machines.Beat
    freshness: list[work.Freshness]
    troubles: list[work.Trouble]
    drifts: list[drifts.Drift]
    quotas: list[following.Quota]
    subscriptions: following.Subscriptions
    fetches: list[following.Fetches]
    open_event_count: int
    runs: list[work.Run]
    planned: list[schedule.Planned]
    disks: list[machines.Disk]
    versions: list[machines.Version]

    @property
    def is_well(self) -> bool:
        return not self.concerns

    @property
    def are_workers_well(self) -> bool:
        """Tell whether every queue is served and beat sends."""
        return self.beat.is_alive and bool(self.queues) and not any(_is_bad(queue) for queue in self.queues)


def read(*, at: datetime) -> Status:
    """Return how the installation does, in as many queries whatever it holds."""
    known = machines.read_pulses()
    queues = machines.list_queues(known, at=at) if known else []
    beat, disks = machines.read_beat(at=at), machines.list_disks()
    listed = work.list_stages(at=at)
    freshness = work.find_freshness(listed, at=at)
    concerns = [
        *_find_faults(is_redis_up=known is not None, queues=queues, beat=beat, disks=disks, freshness=freshness),
        *attention.find_concerns(at=at),
    ]
    return Status(
        at=at,
        concerns=concerns,
        stages=listed,
        questions=work.read_questions(),
        queues=queues,
        beat=beat,
        freshness=freshness,
        troubles=work.find_troubles(at=at),
        drifts=drifts.list_drifts(),
        quotas=following.list_quotas(at=at),
        subscriptions=following.count_subscriptions(at=at),
        fetches=following.list_fetches(),
        open_event_count=following.count_open_events(),
        runs=work.find_runs(),
        planned=schedule.list_planned(at=at),
        disks=disks,
        versions=machines.list_versions(known),
    )


def _is_bad(queue: machines.Queue) -> bool:
    return queue.health == machines.Health.BAD


def _find_faults(
    *,
    is_redis_up: bool,
    queues: list[machines.Queue],
    beat: machines.Beat,
    disks: list[machines.Disk],
    freshness: list[work.Freshness],
) -> list[Concern]:
    """Return what stands still by itself."""
    faults = {
        _("Redis does not answer: nothing is sent to the workers"): int(not is_redis_up),
        _("queues that no worker serves"): sum(map(_is_bad, queues)),
        _("beat has stopped: no stage is told to look for work"): int(not beat.is_alive),
        _("disks that are nearly full"): sum(disk.is_short for disk in disks),
        _("stages where work waits and nothing has come for an hour"): sum(new.is_stuck for new in freshness),
    }
    return [Concern(title, count) for title, count in faults.items() if count]
