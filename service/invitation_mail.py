"""The mails of an invitation: itself, one reminder, and that the meeting moves or is called off."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from data import invitations, invited, refusals
from data.invitations import CALLED_OFF, MAIL, REMINDER, InvitationState
from data.letters import now
from data.meeting_models import Meeting
from data.models import Municipality
from data.outbox import Mail
from data.partner_models import Invitation, Partner
from data.proposals import who
from data.tokens import Purpose, token
from service.analysis.meeting_page import moment_text
from service.calendars import calendar
from service.mail_words import Draft
from service.settings import Settings

PARTNER = "p"
INVITED: Final = (MAIL, REMINDER, *invited.MAILS.values())


def answer_link(site: str, row: Invitation, secret: bytes) -> str:
    """Return the link by which an invitation is answered."""
    return f"{site}/uitnodiging/{token(Purpose.INVITATION, row.public_id, secret)}"


def stop_link(site: str, partner: Partner, secret: bytes) -> str:
    """Return the link that ends invitations to an address for good."""
    name = refusals.link_name(partner.municipality_code, refusals.key_of(partner), secret)
    return f"{site}/uitschrijven/{token(Purpose.STOP, PARTNER + name, secret)}"


def invitation_mail(session: Session, mail: Mail, settings: Settings, secret: bytes) -> Draft | None:
    """Return what somebody who is invited is told; None when that may not be, or need not be any more.

    Not to who refused meanwhile, to a resident whose consent is gone, to another address than the one that is
    kept, or about a meeting that has begun. Of one that was called off only that is told.
    """
    found = invitations.find(session, mail.payload["uitnodiging"])
    if found is None:
        return None
    row, partner, meeting = found
    if partner.email != mail.recipient or invitations.barred(session, partner, secret):
        return None
    off = mail.kind == invited.CALLED_OFF
    if (meeting.state == CALLED_OFF) != off or meeting.starts_at <= now():
        return None
    if mail.kind == REMINDER and row.state != InvitationState.SENT:
        return None
    off_by = settings.mail_sender if off else ""
    town, site = session.get_one(Municipality, partner.municipality_code), settings.public_url
    return Draft(
        mail.kind,
        values=_values(partner, meeting),
        own="" if off else meeting.intro,
        link=answer_link(site, row, secret),
        stop=stop_link(site, partner, secret),
        gemeente=town.naam,
        calendar=calendar([meeting], base=site, name=meeting.titel, off_by=off_by),
    )


def _values(partner: Partner, meeting: Meeting) -> dict[str, str]:
    return {
        "titel": meeting.titel,
        "moment": moment_text(meeting),
        "plek": ", ".join(part for part in (meeting.place, meeting.address) if part),
        "toegankelijk": meeting.accessible,
        "wie": f"{partner.organisation} ({who(partner)})",
        "bron": partner.source,
    }
