"""Two builds at one time, and input that lands while one runs."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from tests.warehouse import factories
from warehouse import services
from warehouse.models import DimVideo, FctVideoSnapshot, WarehouseBuild

pytestmark = pytest.mark.django_db(transaction=True)


def in_a_thread(function, *arguments, **named):
    """Run on a connection of its own, as another process would."""

    def run():
        try:
            return function(*arguments, **named)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def test_two_builds_at_one_time_do_the_work_once():
    factories.land_video("a", statistics={"viewCount": "1"})

    def build(_):
        try:
            return sum(load.changed_count for load in services.build_warehouse())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        changes = sorted(pool.map(build, range(2)))
    assert changes[0] == 0
    assert changes[1] > 0
    assert WarehouseBuild.objects.count() == 1


def test_what_lands_during_a_build_is_found_by_the_next():
    factories.land_video("a", statistics={"viewCount": "1"})

    def land_midway(tables):
        for position, table in enumerate(tables):
            if position == len(tables) // 2:
                in_a_thread(factories.land_video, "b", statistics={"viewCount": "2"})
            yield table

    services.build_warehouse(track=land_midway)
    assert not services.build_progress().is_finished
    services.build_warehouse()
    assert services.build_progress().is_finished
    assert DimVideo.objects.count() == FctVideoSnapshot.objects.count() == 2


def test_a_build_that_dies_leaves_nothing_behind():
    factories.land_video("a", statistics={"viewCount": "1"})

    def die(tables):
        yield tables[0]
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        services.build_warehouse(track=die)
    assert not DimVideo.objects.exists()
    assert not services.build_progress().is_finished
    services.build_warehouse()
    with connection.cursor() as cursor:
        cursor.execute("show enable_nestloop")
        assert cursor.fetchone() == ("on",)
    assert services.build_progress().is_finished
