"""A person's account: who they are here, their courses, their tokens."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from config import roles, tokens
from config.forms import TokenForm
from config.models import ApiToken
from ingestion.models import TEACH, Course
from ingestion.views.requests import PersonRequest


@require_safe
def account(request: PersonRequest) -> HttpResponse:
    return _render_account(request, form=TokenForm())


@never_cache
@require_POST
def create_token(request: PersonRequest) -> HttpResponse:
    """Make a token and show it this once."""
    form = TokenForm(request.POST)
    issued = None
    if form.is_valid():
        try:
            issued = tokens.create_token(user=request.user, **form.cleaned_data)
        except tokens.TooManyTokensError as error:
            form.add_error(None, str(error))
    return _render_account(request, form=TokenForm() if issued else form, issued=issued)


@require_POST
def revoke_token(request: PersonRequest, token_id: int) -> HttpResponse:
    label = get_object_or_404(ApiToken, pk=token_id, user=request.user)
    tokens.revoke_token(label)
    messages.success(request, _("The token “%(name)s” no longer opens anything.") % {"name": label.name})
    return redirect("account")


def _render_account(
    request: PersonRequest, *, form: TokenForm, issued: tokens.Issued | None = None
) -> HttpResponse:
    user = request.user
    parts = {
        "role": roles.role_of(user),
        "courses": Course.objects.filter(memberships__user=user).order_by("title"),
        "may_invite": user.has_perm(TEACH),
        "tokens": tokens.list_tokens(user),
        "form": form,
        "issued": issued,
    }
    return render(request, "account/account.html", parts, status=422 if form.errors else 200)
