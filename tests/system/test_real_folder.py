"""Six real info files, one with audio that is no Opus: every stage, each video in a state that says how it is."""

import json
import shutil

from tests.system.stack import Stack


def test_a_real_folder_goes_through_every_stage(tmp_path, shared_data):
    folder = tmp_path / "lectures"
    shutil.copytree(shared_data / "yt_dlp_info", folder)
    shutil.copy(shared_data / "audio" / "columbia.wma", folder / "128Ts5r9NRE.wma")
    stack = Stack(tmp_path / "var")
    try:
        stack.manage("ingest", "--source", "folder", str(folder))
        stack.manage("pipeline")
        states = stack.query("SELECT state, count(*) FROM transcripts_transcription GROUP BY 1 ORDER BY 1")
        assert states == [("done", 1), ("no_audio", 5)]
        assert stack.query("SELECT count(*) FROM mart_video_current") == [(6,)]
        (answer,) = [json.loads(stack.manage("ask", "How many people were on board the shuttle?", "--json"))]
        assert not answer["refused"]
        assert answer["citations"][0]["url"].startswith("https://www.youtube.com/watch?v=128Ts5r9NRE&t=")
        stack.manage("check_warehouse")
    finally:
        stack.close()
