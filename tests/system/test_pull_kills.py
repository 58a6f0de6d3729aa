"""A worker killed at three moments of a pull: the rows are those of a pull nobody disturbed."""

from tests.system import pulling
from tests.system.stack import difference

MOMENTS = {
    "while it lists": f"SELECT ({pulling.LISTED}) > 2",
    "while a page is on its way": "SELECT count(*) > 0 FROM ingestion_apicall "
    "WHERE method = 'playlistItems.list' AND page_number > 6 AND finished_at IS NULL",
    "while it asks for details": "SELECT count(*) > 3 FROM ingestion_apicall WHERE method = 'videos.list'",
}


def test_a_worker_killed_at_three_moments_of_a_pull_loses_and_doubles_nothing(tmp_path, undisturbed_pull):
    with pulling.pulling(tmp_path / "disturbed") as pulled:
        for moment in MOMENTS.values():
            pulled.kill_when(moment)
        pulled.finish()
        assert difference(pulled.rows(), undisturbed_pull) == {}
        assert pulled.lake() == pulled.told_of()
        assert pulled.stack.query(pulling.ASKED_AGAIN) == []
        assert pulled.stack.query(pulling.LANDED_UNITS) == [(pulling.LEAST_UNITS,)]
        assert pulled.youtube.units["general"] <= pulling.LEAST_UNITS + len(MOMENTS) * pulling.LOST_A_KILL
