import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from assistant.models import IndexState, Sentence, VideoIndex
from assistant.services import embedding, working
from tests.assistant import factories

pytestmark = pytest.mark.django_db

MODELS = ["videoindex", "chunk", "sentence", "conversation", "question", "answer", "feedback"]
SAID = "The dough must rest for two hours."


@pytest.fixture
def answered(client, word_embeddings, say):
    client.force_login(User.objects.create_superuser("root"))
    student = factories.make_student()
    video = factories.make_lecture("-bread", ["Yeast needs warm water.", SAID], title="<script>alert(1)</script>")
    factories.index_all()
    course = factories.make_course("Baking", video, members=[student])
    say(SAID)
    question = factories.make_question(factories.make_conversation(student, course))
    answer = working.answer_question(question_id=question.pk)
    answer.feedback.create(user=student, is_helpful=False, reason="wrong")
    return answer


@pytest.mark.parametrize("model", MODELS)
def test_every_list_is_short_of_queries_and_reads_no_vector(
    client, answered, model, django_assert_max_num_queries
):
    with django_assert_max_num_queries(9) as queries:
        page = client.get(reverse(f"admin:assistant_{model}_changelist"), {"q": "-bread"})
    assert page.status_code == 200
    assert b"<script>alert" not in page.content
    assert not [query for query in queries.captured_queries if '."embedding"' in query["sql"]]


@pytest.mark.parametrize("model", ["answer", "sentence", "chunk", "videoindex", "conversation", "question"])
def test_a_row_is_shown_and_not_edited(client, answered, model):
    row = {"answer": answered, "question": answered.question, "conversation": answered.question.conversation}
    videos = answered.citations.get().video
    rows = row | {"sentence": videos.sentences.first(), "chunk": videos.chunks.first(), "videoindex": videos.index}
    page = client.get(reverse(f"admin:assistant_{model}_change", args=[rows[model].pk]))
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    if model == "answer":
        assert SAID.encode() in page.content


def test_embedding_again_sends_the_video_back_to_the_start(client, answered):
    index = VideoIndex.objects.get()
    path = reverse("admin:assistant_videoindex_changelist")
    client.post(path, {"action": "embed_again", "_selected_action": [index.pk]})
    index.refresh_from_db()
    assert index.state == IndexState.PENDING
    assert set(Sentence.objects.values_list("embedding_model", flat=True)) == {""}
    list(embedding.embed_pending())
    assert VideoIndex.objects.embedded().count() == 1
    assert "" not in Sentence.objects.values_list("embedding_model", flat=True)


def test_a_video_that_is_being_embedded_is_left_to_it(answered):
    embedding.embed_again(video_ids=[answered.citations.get().video_id])
    embedding._claim(answered.citations.get().video_id, at=factories.timezone.now())
    assert embedding.embed_again(video_ids=[answered.citations.get().video_id]) == 0
