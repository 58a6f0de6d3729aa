import io
import json
from contextlib import suppress

import pytest
from django.core.management import CommandError, call_command

from ingestion.models import Course
from tests.assistant import factories

pytestmark = pytest.mark.django_db

BREAD = ["Yeast needs warm water.", "The dough must rest for two hours.", "Minus one is the key of nobody."]
QUESTION = "How long must the dough rest?"


@pytest.fixture
def indexed(word_embeddings, say):
    factories.make_lecture("-bread", BREAD, title="Baking")
    factories.index_all()
    return say


def run(*arguments):
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_search_prints_exactly_the_promised_fields(indexed):
    (hit, *_rest) = json.loads(run("search", QUESTION, "-k", "2", "--json"))
    assert list(hit) == ["video_id", "title", "start_seconds", "end_seconds", "text", "score", "url"]
    assert (hit["video_id"], hit["start_seconds"], hit["text"]) == ("-bread", 5.0, BREAD[1])


def test_search_for_people_shows_the_clock_and_the_link(indexed):
    out = run("search", QUESTION, "-k", "1")
    assert "[00:05] Baking" in out
    assert "https://www.youtube.com/watch?v=-bread&t=5s" in out


def test_queries_come_one_list_a_line_in_their_order(indexed, tmp_path):
    file = tmp_path / "queries.txt"
    file.write_text(f"warm yeast water\n{QUESTION}\n-1 is the key\n")
    lines = run("search", "--queries", str(file), "--json", "-k", "1").splitlines()
    assert [json.loads(line)[0]["text"] for line in lines] == BREAD


def test_a_text_that_begins_with_a_dash_stands_after_two(indexed):
    assert json.loads(run("search", "--json", "--", "-1 is the key of nobody"))[0]["text"] == BREAD[2]
    indexed("Minus one is the key of nobody.")
    assert "refused" in json.loads(run("ask", "--json", "--", "-1 is the key of whom?"))


def test_ask_prints_exactly_the_promised_fields(indexed):
    indexed("The dough must rest for two hours.")
    answer = json.loads(run("ask", QUESTION, "--json"))
    assert list(answer) == ["answer", "refused", "citations"]
    (citation,) = answer["citations"]
    assert list(citation) == ["video_id", "start_seconds", "end_seconds", "quote", "url"]
    assert (answer["refused"], citation["quote"]) == (False, BREAD[1])


def test_a_refusal_has_no_citations(indexed):
    answer = json.loads(run("ask", "Which city governs France?", "--json"))
    assert (answer["refused"], answer["citations"]) == (True, [])


def test_ask_for_people_shows_the_answer_and_its_source(indexed):
    indexed("The dough must rest for two hours.")
    out = run("ask", QUESTION)
    assert out.startswith("The dough must rest for two hours.")
    assert "[1] [00:05] Baking" in out


def test_embed_counts_what_there_is(word_embeddings):
    factories.make_lecture("v1", BREAD)
    counts = {"video_count": 1, "chunk_count": 1, "sentence_count": 3, "failed_count": 0}
    assert json.loads(run("embed", "--json")) == counts
    assert json.loads(run("embed", "--json")) == counts
    assert "1 of 1 videos, 3 sentences embedded" in run("embed")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["search"], "Say what to look for"),
        (["search", ""], "The question is empty"),
        (["search", "x", "-k", "0"], "from 1 to 1000, not 0"),
        (["search", "x", "-k", "1001"], "from 1 to 1000, not 1001"),
        (["search", "x" * 2001], "2001 characters; at most 2000"),
        (["search", "--queries", "/no/such/file"], "cannot be read"),
        (["search", "x"], "run `manage.py embed`"),
        (["ask", "x"], "run `manage.py embed`"),
        (["ask", "  "], "The question is empty"),
        (["ask", "x", "--course", "Nothing"], "There is no course 'Nothing'; there are: 'Baking'"),
    ],
)
def test_bad_input_gets_one_sentence(word_embeddings, say, arguments, sentence):
    Course.objects.create(title="Baking")
    with pytest.raises(CommandError, match=sentence.replace("'", ".")):
        run(*arguments)


def test_missing_weights_get_one_sentence(settings, tmp_path):
    settings.EMBEDDING_MODEL = str(tmp_path)
    factories.make_lecture("v1", BREAD)
    with pytest.raises(CommandError, match="neither a folder"):
        run("embed")


def test_a_blank_query_is_named_by_its_number(indexed, tmp_path):
    file = tmp_path / "queries.txt"
    file.write_text("yeast\n\nwater\n")
    with pytest.raises(CommandError, match="Question 2 is empty"):
        run("search", "--queries", str(file))


def test_embed_counts_what_failed_apart(word_embeddings, monkeypatch):
    factories.make_lecture("v1", BREAD)
    factories.make_lecture("v2", ["This one cannot be embedded."])
    real = word_embeddings.embed_documents
    monkeypatch.setattr(
        word_embeddings, "embed_documents", lambda texts: 1 / 0 if "cannot" in texts[0] else real(texts)
    )
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 of 2 videos could not be embedded: division by zero"):
        call_command("embed", "--json", stdout=out)
    counts = json.loads(out.getvalue())
    assert (counts["video_count"], counts["failed_count"]) == (1, 1)


@pytest.mark.parametrize("command", ["embed", "search", "ask"])
def test_every_command_has_help(command, capsys):
    with suppress(SystemExit):
        call_command(command, "--help")
    assert "--json" in capsys.readouterr().out
