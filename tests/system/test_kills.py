"""A worker killed at three moments: the rows afterwards are those of a run nobody disturbed."""

from tests.system.stack import LECTURES, Stack, difference, write_course

MOMENTS = {
    "in the middle of a lecture": "SELECT count(*) > 3 FROM transcripts_segment segment "
    "JOIN transcripts_transcription heard ON heard.id = transcription_id WHERE engine <> 'captions'",
    "while the second lecture is claimed": "SELECT count(*) > 0 FROM transcripts_transcription "
    "WHERE state = 'done' AND engine <> 'captions'",
    "while sentences are embedded": "SELECT count(*) > 0 FROM assistant_chunk",
}


def test_a_worker_killed_at_three_moments_loses_and_doubles_nothing(tmp_path, finished):
    stack = Stack(tmp_path / "var")
    try:
        stack.manage("ingest", str(write_course(tmp_path / "course", video_ids=LECTURES)))
        pipeline = stack.start("pipeline")
        for name, moment in MOMENTS.items():
            killed = stack.kill_when(lambda moment=moment: stack.query(moment) == [(True,)], running=pipeline)
            assert killed, f"the pipeline ended before the kill {name}"
        output, _ = pipeline.communicate()
        assert pipeline.returncode == 0, output
        _, rows, lake = finished
        assert difference(stack.rows(), rows) == {}
        assert stack.lake_of_any_run() == lake
        stack.manage("check_warehouse")
    finally:
        stack.close()
