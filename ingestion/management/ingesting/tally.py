"""What a command itself has landed and spent: a run that it has taken up again held something before."""

from typing import Any

from django.db.models import Max, Sum

from ingestion.management.ingesting import folder
from ingestion.models import ApiCall, IngestionRun, RunState


class Tally:
    """Counts from where the ledger and the unfinished runs stand when it is made."""

    def __init__(self) -> None:
        unfinished = IngestionRun.objects.exclude(state=RunState.DONE)
        self._before = {run.pk: folder.summarize(run) for run in unfinished}
        self._last_call = ApiCall.objects.aggregate(pk=Max("pk", default=0))["pk"]

    def summarize(self, run: IngestionRun) -> dict[str, Any]:
        """Return what `--json` says of a run, without what it held before."""
        before = self._before.get(run.pk, {})
        summary = folder.summarize(run)
        counts = {name: value - before.get(name, 0) for name, value in summary.items() if name.endswith("_count")}
        return summary | counts | {"units": self.count_units(run), "error": run.error}

    def count_units(self, *runs: IngestionRun) -> dict[str, int]:
        """Return the units that were spent on runs since, by bucket."""
        calls = ApiCall.objects.filter(run__in=runs, pk__gt=self._last_call).order_by("bucket")
        return dict(calls.values_list("bucket").annotate(units=Sum("units")))
