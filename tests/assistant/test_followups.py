import pytest

from assistant import followups
from tests.assistant import factories

pytestmark = pytest.mark.django_db

FIRST = "What is a surrogate key?"


@pytest.fixture
def conversation():
    return factories.make_conversation(factories.make_student())


def make(conversation, text, **moment):
    return followups.make_standalone(conversation=conversation, text=text, **moment)


@pytest.mark.parametrize(
    "text",
    [
        "Why?",
        "And the loader?",
        "How many bytes does it take?",
        "What about over time?",
        "Is that always so?",
        "Which shop?",
        "Where do those rows end up?",
        "…",
    ],
)
def test_a_question_that_names_nothing_leans(text):
    assert followups.is_leaning(text)


@pytest.mark.parametrize(
    "text",
    [
        "What is fan-out?",
        "What is a conformed dimension?",
        "What is the natural key of a customer?",
        "Which rule says that a key carries no meaning?",
        "How large should a good partition be?",
    ],
)
def test_a_question_that_names_its_subject_stands_alone(text):
    assert not followups.is_leaning(text)


def test_the_first_question_leans_on_nothing(conversation):
    assert make(conversation, "Why?") == followups.Standalone("")


def test_what_leans_is_looked_for_with_the_subject_it_leaves_out(conversation):
    factories.make_question(conversation, FIRST)
    assert make(conversation, "Why?").text == "Why? (surrogate key)"
    assert make(conversation, "What is a conformed dimension?").text == ""


def test_a_thread_of_follow_ups_keeps_its_subject(conversation):
    factories.make_question(conversation, FIRST, state="ended")
    factories.make_question(conversation, "Why?", standalone_text="Why? (surrogate key)")
    assert make(conversation, "And when?").text == "And when? (surrogate key)"


def test_a_long_thread_carries_a_bounded_part_along(conversation):
    factories.make_question(conversation, "word " * 400)
    assert len(make(conversation, "Why?").text) <= followups.MOST_CARRIED + len("Why? ()")


def test_a_moment_brings_what_is_said_around_it_and_whose_words_these_are(conversation):
    video = factories.make_lecture("v1", [f"Sentence number {n} is said." for n in range(20)])
    factories.chunk_all()
    standalone = make(conversation, "What does this mean?", video=video, moment_seconds=50.0)
    assert standalone.text.startswith("What does this mean? Sentence number 7 is said.")
    assert standalone.text.endswith("Sentence number 10 is said.")
    assert standalone.quoted_video_ids == (video.pk,)


def test_the_words_of_a_lecture_are_not_carried_into_the_next_question(conversation):
    factories.make_question(
        conversation, "What key is this?", standalone_text="What key is this? Secret words.", quoted_video_ids=[7]
    )
    assert make(conversation, "Why?") == followups.Standalone("Why? (key)")


def test_a_moment_of_a_lecture_nobody_has_heard_brings_nothing(conversation):
    video = factories.make_video("v1")
    assert make(conversation, "What is this?", video=video, moment_seconds=1.0) == followups.Standalone("")
