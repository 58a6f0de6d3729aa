"""Inviting people, and coming in by an invitation."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from config import invitations
from config.forms import InvitationForm
from config.models import Invitation
from config.people import INVITATION_KEY
from config.roles import Role
from ingestion.models import TEACH
from ingestion.views.requests import PersonRequest

SHOWN = 50


@never_cache
@permission_required(TEACH, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def list_invitations(request: PersonRequest) -> HttpResponse:
    """Show the invitations this person decides on, and make one; its link is shown this once."""
    is_sent = request.method == "POST"
    form = InvitationForm(request.POST if is_sent else None, creator=request.user)
    link = ""
    if form.is_valid():
        link = _invite(request, form)
        form = InvitationForm(creator=request.user)
    made = Invitation.objects.visible_to(request.user).select_related("course", "created_by", "accepted_by")
    page = Paginator(made.order_by("-created_at", "-pk"), SHOWN).get_page(request.GET.get("page"))
    parts = {"form": form, "link": link, "page": page}
    return render(request, "account/invitations.html", parts, status=422 if form.errors else 200)


@permission_required(TEACH, raise_exception=True)
@require_POST
def revoke_invitation(request: PersonRequest, invitation_id: int) -> HttpResponse:
    invitations.revoke(get_object_or_404(Invitation.objects.visible_to(request.user), pk=invitation_id))
    messages.success(request, _("The invitation has been taken back."))
    return redirect("invitations")


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Lead a visitor to the sign-up; ask someone signed in whether they accept."""
    try:
        found = invitations.find(token)
        if request.method == "POST" and request.user.is_authenticated:
            invitations.accept(invitation=found, user=request.user)
            messages.success(request, _("You have accepted the invitation."))
            return redirect("library")
    except invitations.InvitationError as error:
        return render(request, "account/invitation.html", {"refusal": str(error)}, status=410)
    if not request.user.is_authenticated:
        request.session[INVITATION_KEY] = token
        return redirect(reverse("account_signup", query={"email": found.email} if found.email else None))
    return render(request, "account/invitation.html", {"invitation": found})


def _invite(request: PersonRequest, form: InvitationForm) -> str:
    """Make the invitation, mail it where an address is given, and return its link."""
    chosen = form.cleaned_data
    issued = invitations.invite(
        creator=request.user,
        role=chosen.get("role", Role.STUDENT),
        course=chosen["course"],
        email=chosen["email"],
    )
    link = request.build_absolute_uri(reverse("invitation", args=[issued.token]))
    if issued.invitation.email:
        try:
            invitations.mail(invitation=issued.invitation, url=link)
            messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": chosen["email"]})
        except invitations.MailError as error:
            messages.warning(request, str(error))
    return link
