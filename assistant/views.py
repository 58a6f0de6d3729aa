"""The pages of the tutor: conversations and search."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reswap, retarget
from django_htmx.middleware import HtmxDetails

from assistant import courses, exchanges, forms, found, history, questions
from assistant.models import Answer, Conversation, FeedbackReason, Question
from assistant.services import asking, conversations, search

REFUSALS = (questions.UnusableQuestionError, asking.ClosedCourseError, asking.TutorFullError)


class PageRequest(HttpRequest):
    """A request as the middleware leaves it: of a person, perhaps from a script of the page."""

    user: User
    htmx: HtmxDetails


@require_http_methods(["GET", "HEAD", "POST"])
def chat(request: PageRequest) -> HttpResponse:
    """Begin a conversation; those there are stand beside it."""
    if request.method == "POST":
        form = forms.FirstQuestionForm(request.POST, user=request.user)
        form.full_clean()
        start = form.cleaned_data
    else:
        start = forms.read_start(request.GET, user=request.user)
        form = forms.FirstQuestionForm(initial=forms.write_start(start), user=request.user)
    if form.is_valid():
        try:
            question = asking.start_conversation(
                user=request.user,
                text=start["text"],
                course=start["course"],
                video=start["video"],
                moment_seconds=start["t"],
            )
        except REFUSALS as error:
            form.refuse(error)
        else:
            return _go_to(question)
    moment = exchanges.make_moment(start.get("video"), seconds=start.get("t"))
    return _render_page(request, "assistant/chat.html", form=form, moment=moment)


@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: PageRequest, conversation_id: int) -> HttpResponse:
    """Show a conversation, and ask the next question of it."""
    shown = _find_conversation(request, conversation_id)
    form = forms.QuestionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            question = asking.ask(conversation=shown, text=form.cleaned_data["text"])
        except REFUSALS as error:
            form.refuse(error)
        else:
            return _show_new(request, question)
    return _render_conversation(request, shown, form=form)


@require_safe
def question(request: PageRequest, question_id: int) -> HttpResponse:
    """Show how a question stands: alone where a script asks, else in its conversation."""
    found = _find_question(request, question_id)
    return _render_exchange(request, found) if request.htmx else _go_to(found)


@require_POST
def stop_question(request: PageRequest, question_id: int) -> HttpResponse:
    found = _find_question(request, question_id)
    asking.stop(question=found)
    return HttpResponse(status=204) if request.htmx else _go_to(found)


@require_POST
def retry_question(request: PageRequest, question_id: int) -> HttpResponse:
    found = _find_question(request, question_id)
    try:
        again = asking.retry(question=found)
    except REFUSALS as error:
        form = forms.QuestionForm({"text": found.text})
        form.refuse(error)
        shown = Conversation.objects.select_related("course").get(questions=found)
        return _render_conversation(request, shown, form=form)
    return _show_new(request, again)


@require_POST
def rate_answer(request: PageRequest, answer_id: int) -> HttpResponse:
    """Keep what a person thinks of an answer of theirs."""
    own = Answer.objects.filter(question__conversation__user=request.user).select_related("question")
    answer = get_object_or_404(own, pk=answer_id)
    form = forms.FeedbackForm(request.POST)
    if not form.is_valid():
        raise BadRequest("The form was not sent by this page.")
    conversations.judge(answer=answer, user=request.user, **form.cleaned_data)
    if request.htmx:
        return _render_exchange(request, answer.question, part="assistant/_feedback.html")
    return _go_to(answer.question)


@require_POST
def rename_conversation(request: PageRequest, conversation_id: int) -> HttpResponse:
    found = _find_conversation(request, conversation_id)
    try:
        conversations.rename(conversation=found, title=request.POST.get("title", ""))
    except conversations.UnusableTitleError as error:
        messages.error(request, str(error))
    return redirect("conversation", found.pk)


@require_POST
def delete_conversation(request: PageRequest, conversation_id: int) -> HttpResponse:
    conversations.delete(conversation=_find_conversation(request, conversation_id))
    messages.success(request, _("The conversation is deleted."))
    return redirect("chat")


@require_safe
def search_lectures(request: PageRequest) -> HttpResponse:
    """Show where something is said in a person's courses; a script gets what was found alone."""
    form = forms.SearchForm(request.GET, user=request.user)
    wanted = form.cleaned_data if form.is_valid() else {}
    context: dict[str, Any] = {"form": form, "query": wanted.get("q"), "course": wanted.get("course")}
    if context["query"]:
        number = wanted["page"] or 1
        scope = courses.find_scope(request.user, course_id=wanted["course"] and wanted["course"].pk)
        try:
            hits = search.search(text=context["query"], k=found.count_wanted(number), courses=scope)
        except search.EmptyIndexError:
            context["is_not_ready"] = True
        else:
            context["page"] = found.make_page(hits, query=context["query"], number=number)
    return render(request, "assistant/_found.html" if request.htmx else "assistant/search.html", context)


def _find_conversation(request: PageRequest, conversation_id: int) -> Conversation:
    own = Conversation.objects.filter(user=request.user).select_related("course")
    return get_object_or_404(own, pk=conversation_id)


def _find_question(request: PageRequest, question_id: int) -> Question:
    own = Question.objects.filter(conversation__user=request.user).select_related("conversation__course")
    return get_object_or_404(own, pk=question_id)


def _go_to(question: Question) -> HttpResponse:
    url = reverse("conversation", args=[question.conversation_id])
    return redirect(f"{url}#question-{question.pk}")


def _show_new(request: PageRequest, question: Question) -> HttpResponse:
    return _render_exchange(request, question) if request.htmx else _go_to(question)


def _render_exchange(
    request: PageRequest, question: Question, *, part: str = "assistant/_exchange.html"
) -> HttpResponse:
    alone = Question.objects.filter(pk=question.pk)
    (exchange,) = exchanges.read_exchanges(alone, user=request.user)
    return render(request, part, {"exchange": exchange, "reasons": FeedbackReason.choices})


def _render_conversation(request: PageRequest, shown: Conversation, *, form: forms.QuestionForm) -> HttpResponse:
    """Render a conversation; a script that asked in vain gets the words for it alone."""
    if form.is_bound and request.htmx:
        notice = render(request, "assistant/_notice.html", {"form": form}, status=form.status)
        return reswap(retarget(notice, "[data-notice]"), "innerHTML")
    return _render_page(
        request,
        "assistant/conversation.html",
        form=form,
        conversation=shown,
        exchanges=exchanges.read_exchanges(shown.questions.all(), user=request.user),
        reasons=FeedbackReason.choices,
    )


def _render_page(request: PageRequest, template: str, *, form: forms.QuestionForm, **context: Any) -> HttpResponse:
    listed = history.list_conversations(user=request.user, is_whole=request.GET.get("history") == "all")
    response = render(request, template, {"form": form, "history": listed, **context}, status=form.status)
    if form.retry_after:
        response.headers["Retry-After"] = str(form.retry_after)
    return response
