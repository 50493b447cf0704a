"""The mails of an invitation: the invitation itself and one reminder, with the link to answer by."""

from __future__ import annotations

from sqlalchemy.orm import Session

from data import invitations, refusals
from data.invitations import MAIL, State
from data.letters import now
from data.meeting_models import Meeting
from data.models import Municipality
from data.outbox import Mail
from data.partner_models import Invitation, Partner
from data.proposals import who
from data.tokens import Purpose, token
from service.analysis.words import moment_words
from service.calendars import calendar
from service.mail_words import Draft

PARTNER = "p"


def answer_link(site: str, row: Invitation, secret: bytes) -> str:
    """Return the link by which an invitation is answered."""
    return f"{site}/uitnodiging/{token(Purpose.INVITATION, row.public_id, secret)}"


def stop_link(site: str, partner: Partner, secret: bytes) -> str:
    """Return the link that ends invitations to an address for good."""
    name = refusals.link_name(partner.municipality_code, refusals.key_of(partner), secret)
    return f"{site}/uitschrijven/{token(Purpose.STOP, PARTNER + name, secret)}"


def invitation_mail(session: Session, mail: Mail, site: str, secret: bytes) -> Draft | None:
    """Return what somebody who is invited is told; None when that may not be, or need not be any more.

    Not to who refused meanwhile, to a resident whose consent is gone, to another address than the one that is
    kept, or about a meeting that was called off or has begun.
    """
    found = invitations.find(session, mail.payload["uitnodiging"])
    if found is None:
        return None
    row, partner, meeting = found
    refused = refusals.among(session, partner.municipality_code, [partner.email], secret)
    if partner.email != mail.recipient or invitations.refusal(partner, refused):
        return None
    if meeting.state == invitations.CALLED_OFF or meeting.starts_at <= now():
        return None
    if mail.kind != MAIL and row.state != State.SENT:
        return None
    town = session.get_one(Municipality, partner.municipality_code)
    return Draft(
        mail.kind,
        values=_values(partner, meeting),
        own=meeting.intro,
        link=answer_link(site, row, secret),
        stop=stop_link(site, partner, secret),
        gemeente=town.naam,
        calendar=calendar([meeting], base=site, name=meeting.titel),
    )


def _values(partner: Partner, meeting: Meeting) -> dict[str, str]:
    return {
        "titel": meeting.titel,
        "moment": moment_words(meeting.starts_at),
        "plek": ", ".join(part for part in (meeting.place, meeting.address) if part),
        "toegankelijk": meeting.accessible,
        "wie": f"{partner.organisation} ({who(partner)})",
        "bron": partner.source,
    }
