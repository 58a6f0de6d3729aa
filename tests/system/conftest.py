import pytest

from tests.system import pulling
from tests.system.stack import LECTURES, Stack, write_course


@pytest.fixture(scope="package")
def finished(tmp_path_factory):
    """A stack that took two lectures through every stage, undisturbed, with what that left."""
    folder = tmp_path_factory.mktemp("finished")
    stack = Stack(folder / "var")
    stack.course = write_course(folder / "course", video_ids=LECTURES)
    stack.manage("ingest", str(stack.course))
    stack.manage("pipeline")
    left = stack, stack.rows(), stack.lake_of_any_run()
    # What it wrote is all that anyone asks of it from now on.
    stack.close()
    return left


@pytest.fixture(scope="package")
def undisturbed_pull(tmp_path_factory):
    """The rows of a channel that was listed and asked about, undisturbed."""
    with pulling.pulling(tmp_path_factory.mktemp("pulled")) as pulled:
        pulled.finish()
        assert pulled.youtube.units["general"] == pulling.LEAST_UNITS
        assert pulled.lake() == pulled.told_of()
        return pulled.rows()
