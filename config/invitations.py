"""Invitations: a link that lets one person in, once, with a role and perhaps a course."""

import hashlib
import secrets
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from config import roles
from config.models import Invitation
from config.roles import Role
from ingestion.models import Course, Membership


class InvitationError(Exception):
    """An invitation that lets nobody in; the message says why."""

    permanent = True


class MailError(Exception):
    """The mail server took no mail; the link has to be handed on by hand."""

    permanent = False


@dataclass(frozen=True)
class Issued:
    """An invitation and its token, which is known only now."""

    invitation: Invitation
    token: str


def invite(*, creator: User, role: Role, course: Course | None = None, email: str = "") -> Issued:
    """Make an invitation; whether the creator may is the caller's question."""
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        token_digest=digest(token), role=role, course=course, email=email, created_by=creator
    )
    return Issued(invitation=invitation, token=token)


def mail(*, invitation: Invitation, url: str) -> None:
    """Send the link to the person invited."""
    text = render_to_string("account/email/invitation.txt", {"invitation": invitation, "url": url})
    try:
        send_mail(_("Your invitation to Lectern"), text, None, [invitation.email])
    except OSError as error:
        raise MailError(_("The mail could not be sent: hand on the link yourself.")) from error


def find(token: str) -> Invitation:
    """Return the invitation of a token, or say why it lets nobody in."""
    invitation = Invitation.objects.filter(token_digest=digest(token)).select_related("course").first()
    if invitation is None:
        raise InvitationError(_("This invitation is not known here: check that the link is complete."))
    refusal = _find_refusal(invitation)
    if refusal:
        raise InvitationError(refusal)
    return invitation


@transaction.atomic
def accept(*, invitation: Invitation, user: User) -> None:
    """Give a person what the invitation promises; a second one comes too late."""
    claimed = Invitation.objects.pending().filter(pk=invitation.pk)
    if not claimed.update(accepted_at=timezone.now(), accepted_by=user):
        invitation.refresh_from_db()
        raise InvitationError(_find_refusal(invitation))
    roles.give(user=user, role=Role(invitation.role))
    if invitation.course:
        Membership.objects.get_or_create(course=invitation.course, user=user)


def revoke(invitation: Invitation) -> None:
    """Take an invitation back; one that was accepted stays so."""
    Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(
        revoked_at=timezone.now()
    )


def digest(token: str) -> str:
    """Return what is kept of a token; it is long and random, so one plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _find_refusal(invitation: Invitation) -> str:
    if invitation.accepted_at:
        return _("This invitation has already been used.")
    if invitation.revoked_at:
        return _("This invitation has been taken back.")
    if invitation.is_expired:
        day = formats.date_format(invitation.expires_at, "DATE_FORMAT")
        return _("This invitation expired on %(day)s: ask for a new one.") % {"day": day}
    return ""
