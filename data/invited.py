"""Invited: who was invited hears that a meeting moves or is called off, by mail or from the coordinator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from data.invitations import InvitationState, Line, Way, lines, note, queue, refusal
from data.meeting_models import Meeting
from data.partner_models import Invitation

MOVED: Final = "uitnodiging.gewijzigd"
CALLED_OFF: Final = "uitnodiging.afgelast"


class News(StrEnum):
    """What somebody who was invited has to hear; the value is what is kept until they did."""

    MOVED = "gewijzigd"
    CALLED_OFF = "afgelast"


MAILS: Final = {News.MOVED: MOVED, News.CALLED_OFF: CALLED_OFF}


def tell(session: Session, meeting: Meeting, news: News, *, actor: str, now: datetime) -> Counter[str]:
    """Mail who was invited by mail, and keep of the others that they have to hear; returns the counts.

    Who said not to come hears of another day or place, and not that it is off. Nobody is told in writing who
    refused, and no resident without consent.
    """
    done = Counter[str]()
    for row, partner in lines(session, meeting):
        if not _waits_for(row, news):
            continue
        if refusal(partner):
            done["geweigerd"] += 1
        elif row.way == Way.MAIL:
            queue(session, MAILS[news], row, partner, now)
            done["mail"] += 1
        else:
            row.to_tell = news.value
            done["zelf"] += 1
    session.flush()
    if done:
        note(session, meeting, f"uitnodiging.bericht_{news.value}", actor, dict(done))
    return done


def to_tell(found: Iterable[Line]) -> list[Line]:
    """Return the lines of who still has to hear something by letter or in person."""
    return [line for line in found if line[0].to_tell and not refusal(line[1])]


def told(session: Session, meeting: Meeting, row: Invitation, *, actor: str) -> None:
    """Keep that the coordinator let somebody know."""
    if row.to_tell:
        row.to_tell = ""
        note(session, meeting, "uitnodiging.gemeld", actor, {"lijn": row.public_id})


def _waits_for(row: Invitation, news: News) -> bool:
    """Return whether somebody knows of the meeting, and has to hear this of it."""
    knows = row.sent_at is not None or row.state in {InvitationState.COMES, InvitationState.MAYBE}
    return knows and not (news is News.CALLED_OFF and row.state == InvitationState.STAYS)
