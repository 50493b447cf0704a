"""Invited: who was invited hears that a meeting moves or is called off, by mail or from the coordinator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from data.invitations import ANSWERS, InvitationState, Line, Way, lines, note, queue, refusal
from data.meeting_models import Meeting
from data.partner_models import Invitation, Partner

MOVED: Final = "uitnodiging.gewijzigd"
CALLED_OFF: Final = "uitnodiging.afgelast"


class News(StrEnum):
    """What somebody who was invited has to hear; the value is what is kept until they did."""

    MOVED = "gewijzigd"
    CALLED_OFF = "afgelast"


MAILS: Final = {News.MOVED: MOVED, News.CALLED_OFF: CALLED_OFF}
# Of who was mailed that it moved: what they answered was about another day, hour or place.
ASKED_ANEW: Final = "opnieuw"
COMING: Final = frozenset({InvitationState.COMES.value, InvitationState.MAYBE.value})


def tell(session: Session, meeting: Meeting, news: News, *, actor: str, now: datetime) -> Counter[str]:
    """Mail who was invited by mail, and keep of the others that they have to hear; returns the counts.

    Who said not to come hears of another day or place, and not that it is off. Nobody is told in writing who
    refused, and no resident without consent: who of those would come is called. An answer to what moved is
    marked until there is another.
    """
    done = Counter[str]()
    for row, partner in lines(session, meeting):
        if not _waits_for(row, news):
            continue
        if refusal(partner) and row.state not in COMING:
            done["geweigerd"] += 1
        elif row.way == Way.MAIL and not refusal(partner):
            queue(session, MAILS[news], row, partner, now)
            answered = news is News.MOVED and row.state in set(ANSWERS)
            row.to_tell = ASKED_ANEW if answered else ""
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
    return [line for line in found if line[0].to_tell in set(News) and _may_be_told(*line)]


def _may_be_told(row: Invitation, partner: Partner) -> bool:
    return row.state in COMING or not refusal(partner)


def told(session: Session, meeting: Meeting, row: Invitation, *, actor: str) -> None:
    """Keep that the coordinator let somebody know; an answer to what moved stays marked."""
    if row.to_tell in set(News):
        answered = row.to_tell == News.MOVED and row.state in set(ANSWERS)
        row.to_tell = ASKED_ANEW if answered else ""
        note(session, meeting, "uitnodiging.gemeld", actor, {"lijn": row.public_id})


def _waits_for(row: Invitation, news: News) -> bool:
    """Return whether somebody knows of the meeting, and has to hear this of it."""
    knows = row.sent_at is not None or row.state in COMING
    return knows and not (news is News.CALLED_OFF and row.state == InvitationState.STAYS)
