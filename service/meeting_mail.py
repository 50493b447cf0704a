"""The mails to who registered for a meeting: that they are on the list, and what there is to know."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy.orm import Session

from data import registrations
from data.meeting_models import Meeting, Registration
from data.meetings import MeetingState
from data.models import Municipality
from data.outbox import Mail
from service.analysis.meeting_page import hours_text, weekday_text
from service.calendars import calendar
from service.mail_words import Draft
from service.settings import Settings

# A mail leaves while it is still true: one about a meeting that was called off since has another mail.
_WHILE: Final[Mapping[str, MeetingState]] = MappingProxyType(
    {
        registrations.RECEIPT: MeetingState.ANNOUNCED,
        registrations.MOVED: MeetingState.ANNOUNCED,
        registrations.REMINDER: MeetingState.ANNOUNCED,
        registrations.CALLED_OFF: MeetingState.CANCELLED,
    }
)


def meeting_mail(session: Session, mail: Mail, settings: Settings, secret: bytes) -> Draft | None:
    """Return what somebody who comes is told; None for who cancelled, or when it is no longer so."""
    row = session.get(Registration, mail.payload["aanmelding"])
    if row is None or row.cancelled_at is not None or not registrations.may_mail(row):
        return None
    meeting = session.get_one(Meeting, row.meeting_id)
    if meeting.state != _WHILE[mail.kind]:
        return None
    values = {
        "titel": meeting.titel,
        "dag": weekday_text(meeting.starts_at),
        "uren": hours_text(meeting),
        "waar": ", ".join(filter(None, (meeting.place, meeting.address))),
        "toegankelijk": meeting.accessible,
        "mensen": row.seats,
    }
    town = session.get_one(Municipality, meeting.municipality_code)
    link = f"{settings.public_url}/aanmelding/{registrations.link_of(row, secret)}"
    return Draft(
        mail.kind,
        values=values,
        link=link,
        gemeente=town.naam,
        calendar=_calendar(mail.kind, meeting, settings),
    )


def _calendar(kind: str, meeting: Meeting, settings: Settings) -> bytes:
    """Return the meeting for a calendar; nothing in a reminder, which tells nothing new."""
    if kind == registrations.REMINDER:
        return b""
    off_by = settings.mail_sender if kind == registrations.CALLED_OFF else ""
    return calendar([meeting], base=settings.public_url, name=meeting.titel, off_by=off_by)
