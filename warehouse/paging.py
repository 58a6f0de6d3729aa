"""Pages of marts."""

from functools import cached_property
from typing import Any

from ingestion import paging
from warehouse.models import DimChannel, DimVideo, MartChannelTotals, MartVideoCurrent


class MartPaginator(paging.EstimatingPaginator):
    """Count a whole mart by the dimension that has its grain: to count a view is to compute it."""

    grains = {MartVideoCurrent: DimVideo, MartChannelTotals: DimChannel}

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        if rows.query.where or rows.model not in self.grains:
            return super().count
        return self.grains[rows.model]._default_manager.count()


class MartPages(paging.Pages):
    django_paginator_class = MartPaginator
