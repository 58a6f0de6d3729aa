"""When the warehouse was built, and from what."""

from django.db import models

# Whoever has it reads every row of the warehouse.
READ_MARTS = "warehouse.read_marts"


class WarehouseBuildQuerySet(models.QuerySet["WarehouseBuild"]):
    def newest_first(self) -> "WarehouseBuildQuerySet":
        return self.order_by("-pk")


class WarehouseBuild(models.Model):
    """One row per build that found new input or mended a table."""

    input_fingerprint = models.CharField(max_length=64, help_text="Of what was read, and of the SQL.")
    inserted_count = models.PositiveBigIntegerField()
    updated_count = models.PositiveBigIntegerField()
    deleted_count = models.PositiveBigIntegerField()
    row_count = models.PositiveBigIntegerField(help_text="Rows of all tables after it.")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()

    class Meta:
        db_table = "warehouse_build"
        permissions = [("read_marts", "Read the marts, of every course")]

    objects = WarehouseBuildQuerySet.as_manager()

    def __str__(self) -> str:
        return f"build {self.pk} of {self.started_at:%F %T}"

    @property
    def duration_seconds(self) -> float:
        return (self.finished_at - self.started_at).total_seconds()
