import pytest
from django.utils import timezone

from assistant.models import Sentence
from assistant.services import search
from ingestion import removal
from ingestion.models import Course, Video
from tests.assistant import factories

pytestmark = pytest.mark.django_db

BREAD = ["Yeast needs warm water.", "The dough must rest for two hours.", "The oven is hot."]
BOATS = ["A sloop carries a single mast.", "The keel keeps a boat upright.", "Sailors rest in spring."]


@pytest.fixture
def indexed(word_embeddings, say):
    factories.make_lecture("bread", BREAD, title="Baking", is_on_youtube=False)
    factories.make_lecture("-boats", BOATS, title="Sailing")
    factories.index_all()


def test_a_hit_opens_the_video_where_its_sentence_begins(indexed):
    hit = search.search(text="How long must the dough rest?")[0]
    assert (hit.video_id, hit.title, hit.text) == ("bread", "Baking", BREAD[1])
    assert (hit.start_seconds, hit.end_seconds) == (5.0, 9.5)
    assert hit.url == "/videos/bread/?t=5"


def test_scores_fall_and_k_limits_them(indexed):
    hits = search.search(text="rest", k=4)
    assert len(hits) == 4
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_many_texts_are_answered_in_their_order(indexed):
    texts = ["the keel of a boat", "dough", "mast of a sloop"]
    together = list(search.search_many(texts=texts))
    assert together == [search.search(text=text) for text in texts]
    assert [hits[0].video_id for hits in together] == ["-boats", "bread", "-boats"]


def test_a_course_is_searched_alone(indexed):
    course = Course.objects.create(title="Sailing")
    course.videos.add(Video.objects.get(video_id="-boats"))
    assert {hit.video_id for hit in search.search(text="the dough must rest", courses=[course])} == {"-boats"}


def test_a_removed_video_is_found_no_more(indexed):
    removal.remove_video(video_id="bread", reason="asked for", now=timezone.now())
    assert {hit.video_id for hit in search.search(text="the dough must rest")} == {"-boats"}


@pytest.mark.parametrize("availability", ["private", "deleted"])
def test_a_video_that_is_gone_at_its_source_is_found_again_once_it_is_back(indexed, availability):
    boats = Video.objects.filter(video_id="-boats")
    boats.update(availability=availability)
    assert {hit.video_id for hit in search.search(text="the dough must rest")} == {"bread"}
    boats.update(availability="public")
    assert "-boats" in {hit.video_id for hit in search.search(text="the dough must rest")}


def test_another_models_vectors_are_not_compared(indexed):
    Sentence.objects.filter(video__video_id="bread").update(embedding_model="older")
    assert {hit.video_id for hit in search.search(text="the dough must rest")} == {"-boats"}


@pytest.mark.parametrize(
    "text", ["the of and", "'; DROP TABLE x; --", "a & b | !c:*", "\\ ' \" %s %(x)s", "🎓", "a\0b", "\udcff"]
)
def test_any_text_can_be_looked_for(indexed, text):
    assert len(search.search(text=text)) == 6


def test_nothing_indexed_says_what_to_run(word_embeddings, say):
    with pytest.raises(search.EmptyIndexError, match=r"run `manage.py embed`"):
        search.search(text="anything")


def test_an_empty_course_is_named(indexed):
    with pytest.raises(search.EmptyIndexError, match="the course 'Empty'"):
        search.search(text="anything", courses=[Course.objects.create(title="Empty")])
