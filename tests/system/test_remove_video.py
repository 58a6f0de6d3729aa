"""A removed video is nowhere but on its tombstone."""

import json

from tests.system.stack import COURSE, LECTURES

VIDEO, OTHER = LECTURES
QUESTION = "What does the grain of a fact table say?"


def spoken(video_id):
    """The sentences of a lecture as they were written, each long enough to be its own."""
    lines = (COURSE.parent / "sentences.jsonl").read_text().splitlines()
    sentences = [json.loads(line) for line in lines]
    return [each["text"] for each in sentences if each["video_id"] == video_id and len(each["text"]) > 60]


def everything(stack):
    """All text of all tables and of the lake."""
    tables = stack.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    rows = [str(row) for (table,) in tables for row in stack.query(f'SELECT t::text FROM "{table}" t')]
    lake = [path.read_bytes() for path in (stack.var_dir / "lake").rglob("*") if path.is_file()]
    return "\n".join(rows), lake


def test_nothing_of_a_removed_video_is_left_and_nothing_brings_it_back(finished, tmp_path):
    whole, _, _ = finished
    stack = whole.copy(tmp_path / "var")
    try:
        answer = json.loads(stack.manage("ask", QUESTION, "--json"))
        assert {citation["video_id"] for citation in answer["citations"]} == {VIDEO}
        heard = stack.query(
            "SELECT text FROM transcripts_segment JOIN transcripts_transcription t "
            "ON t.id = transcription_id JOIN ingestion_video v ON v.id = t.video_id "
            f"WHERE v.video_id = '{VIDEO}' AND length(text) > 40"
        )
        title = stack.query(f"SELECT title FROM ingestion_video WHERE video_id = '{VIDEO}'")[0][0]

        stack.manage("remove_video", VIDEO, "--reason", "on request")
        assert_gone(stack, title=title, heard=[text for (text,) in heard])
        stack.manage("ingest", str(whole.course))
        stack.manage("pipeline")
        assert_gone(stack, title=title, heard=[text for (text,) in heard])
        stack.manage("check_warehouse")
        assert stack.query("SELECT video_id FROM ingestion_video WHERE availability = 'removed'") == [(VIDEO,)]
        found = json.loads(stack.manage("search", QUESTION, "--json"))
        assert {hit["video_id"] for hit in found} == {OTHER}
    finally:
        stack.close()


def assert_gone(stack, *, title, heard):
    text, lake = everything(stack)
    assert len(heard) > 10
    for trace in [title, *heard, *spoken(VIDEO)]:
        assert trace.strip() not in text
        assert not any(trace.strip().encode() in each for each in lake)
    # What compression hides is found by name; a tombstone keeps the id, the reason and the time.
    assert [name for name in stack.lake() if VIDEO in name] == [f"tombstones/{VIDEO}.json"]
    assert stack.query(
        "SELECT count(*) FROM assistant_sentence s JOIN assistant_chunk c ON c.id = s.chunk_id "
        f"JOIN ingestion_video v ON v.id = c.video_id WHERE v.video_id = '{VIDEO}'"
    ) == [(0,)]
