"""Short addresses: six signs that lead to the evaluation of a meeting, to type over from a sheet."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import evaluations
from data.meeting_models import Meeting

LENGTH: Final = 6


def short_address(meeting: Meeting) -> str:
    """Return the signs of a meeting: the first of its name, which nobody chooses."""
    return meeting.public_id[:LENGTH]


def by_short_address(session: Session, short: str, now: datetime) -> Meeting | None:
    """Return the meeting for everybody whose form is open and that these signs are of; None without one.

    Two of them at once lead nowhere: of what lies open in three weeks that is one in millions.
    """
    signs = short.lower()
    query = select(Meeting).where(
        Meeting.public,
        Meeting.announced_at.is_not(None),
        Meeting.public_id.startswith(signs, autoescape=True),
    )
    found = [one for one in session.scalars(query) if evaluations.is_open(one, now)]
    return found[0] if len(found) == 1 else None
