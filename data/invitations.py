"""Invitations: the list of a meeting, from a proposal to what everybody answered.

A line is proposed, left out, sent and answered. Nobody gets mail or a letter who refused, and no resident
without consent: that is looked at when a line is made, when it is sent, and when the mail leaves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import audit, outbox, refusals
from data.letters import now
from data.meeting_models import Meeting
from data.melding_words import public_ids
from data.partner_fields import RESIDENTS
from data.partner_models import Invitation, Partner
from data.partners import in_order
from data.proposals import proposals, who
from geo.errors import WijkbeeldError
from geo.themes import Registry

MAIL: Final = "uitnodiging"
REMINDER: Final = "uitnodiging.herinnering"
MOST_PEOPLE: Final = 20
LONGEST_NOTE: Final = 300
LONGEST_REASON: Final = 300
LONGEST_LEFT_OUT: Final = 200
REMIND_AFTER: Final = timedelta(days=2)
CALLED_OFF: Final = "afgelast"


class InvitationState(StrEnum):
    """How far a line of the list is."""

    PROPOSED = "voorgesteld"
    LEFT_OUT = "uitgezet"
    SENT = "verstuurd"
    COMES = "komt"
    MAYBE = "misschien"
    STAYS = "komt_niet"


ANSWERS: Final = (InvitationState.COMES, InvitationState.MAYBE, InvitationState.STAYS)


class Way(StrEnum):
    """How an invitation travels."""

    MAIL = "mail"
    LETTER = "brief"
    SELF = "zelf"


class WrongInvitation(WijkbeeldError):
    """An invitation that cannot be made, sent or answered; the message says why, `what` in a word."""

    def __init__(self, message: str, what: str = "") -> None:
        super().__init__(message)
        self.what = what


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answers: whether they come, with how many, and a line of their own."""

    said: InvitationState
    people: int | None = None
    words: str = ""


Line = tuple[Invitation, Partner]


def lines(session: Session, meeting: Meeting) -> list[Line]:
    """Return the list of a meeting, bewonersorganisaties first."""
    query = (
        select(Invitation, Partner)
        .join(Partner, Partner.id == Invitation.partner_id)
        .where(Invitation.meeting_id == meeting.id)
    )
    found = [(row, partner) for row, partner in session.execute(query)]
    return sorted(found, key=lambda line: in_order(line[1]))


def propose(session: Session, meeting: Meeting, registry: Registry) -> Sequence[Invitation]:
    """Add to the list who the theme and the gebied suggest; returns the lines that are new.

    Who is on the list already, left out or not, stays as it is.
    """
    _hold(session, meeting)
    known = {partner.id for _, partner in lines(session, meeting)}
    made = [
        _line(session, meeting, one.partner, one.reason)
        for one in proposals(session, meeting, registry)
        if one.partner.id not in known
    ]
    session.flush()
    return made


def refusal(partner: Partner, refused: Iterable[str] = ()) -> str:
    """Return why a partner may not be invited in writing; empty when there is nothing against it."""
    if partner.opted_out_at is not None or refusals.key_of(partner) in set(refused) - {""}:
        return "wil geen uitnodigingen meer"
    if partner.kind in RESIDENTS and partner.consent_on is None:
        return "heeft geen toestemming gegeven"
    return ""


def barred(session: Session, partner: Partner, secret: bytes) -> str:
    """Return why nothing may be mailed to a partner at this moment; empty when nothing is against it."""
    return refusal(
        partner, refusals.among(session, partner.municipality_code, [refusals.key_of(partner)], secret)
    )


def add(session: Session, meeting: Meeting, partner: Partner, reason: str, *, actor: str) -> Invitation:
    """Put somebody on the list by hand; WrongInvitation for who refused, is there, or is of elsewhere."""
    if partner.municipality_code != meeting.municipality_code:
        raise WrongInvitation("deze partner is van een andere gemeente")
    if against := refusal(partner):
        raise WrongInvitation(f"{partner.organisation} {against}")
    if any(known.id == partner.id for _, known in lines(session, meeting)):
        raise WrongInvitation(f"{partner.organisation} ({who(partner)}) staat al op de lijst")
    row = _line(session, meeting, partner, reason or "door de wijkcoördinator toegevoegd")
    session.flush()
    note(session, meeting, "uitnodiging.toegevoegd", actor, {"lijn": row.public_id})
    return row


def leave_out(session: Session, meeting: Meeting, row: Invitation, why: str, *, actor: str) -> None:
    """Take somebody off the list, with a reason; WrongInvitation without one, or once it was sent."""
    if not why:
        raise WrongInvitation("vul in waarom u deze uitnodiging weglaat")
    if row.state != InvitationState.PROPOSED:
        raise WrongInvitation("deze uitnodiging is al verstuurd")
    row.state, row.left_out = InvitationState.LEFT_OUT, why
    note(session, meeting, "uitnodiging.weggelaten", actor, {"lijn": row.public_id})


def put_back(session: Session, meeting: Meeting, row: Invitation, *, actor: str) -> None:
    """Put somebody back on the list who was taken off it."""
    if row.state == InvitationState.LEFT_OUT:
        row.state, row.left_out = InvitationState.PROPOSED, ""
        note(session, meeting, "uitnodiging.teruggezet", actor, {"lijn": row.public_id})


def send(
    session: Session,
    meeting: Meeting,
    way: Way,
    *,
    secret: bytes,
    actor: str,
    at: datetime | None = None,
) -> Counter[str]:
    """Send what waits on the list this way, by mail or as a letter that is on its way; returns the counts.

    `verstuurd` left, `geweigerd` did not: the partner refused or never agreed. WrongInvitation for a meeting
    that was called off or has begun.
    """
    moment, done = at or now(), Counter[str]()
    _need_to_come(meeting, moment)
    _hold(session, meeting)
    waiting = [
        one
        for one in lines(session, meeting)
        if (one[0].state, one[0].way) == (InvitationState.PROPOSED, way)
    ]
    refused = _refused(session, meeting, waiting, secret)
    for row, partner in waiting:
        if refusal(partner, refused):
            done["geweigerd"] += 1
            continue
        if way is Way.MAIL:
            queue(session, MAIL, row, partner, moment)
        row.state, row.sent_at = InvitationState.SENT, moment
        done["verstuurd"] += 1
    session.flush()
    note(session, meeting, "uitnodiging.verstuurd", actor, {"manier": way.value, **done})
    return done


def remind(session: Session, meeting: Meeting, *, secret: bytes, actor: str) -> int:
    """Mail who did not answer, once and not within two days; returns how many."""
    moment = now()
    _need_to_come(meeting, moment)
    _hold(session, meeting)
    waiting = [one for one in lines(session, meeting) if may_remind(one[0], moment)]
    refused = _refused(session, meeting, waiting, secret)
    reached = [one for one in waiting if not refusal(one[1], refused)]
    for row, partner in reached:
        queue(session, REMINDER, row, partner, moment)
        row.reminded_at = moment
    note(session, meeting, "uitnodiging.herinnerd", actor, {"aantal": len(reached)})
    return len(reached)


def may_remind(row: Invitation, moment: datetime) -> bool:
    """Return whether somebody who was mailed has not answered for two days, and was not reminded."""
    waits = row.state == InvitationState.SENT and row.way == Way.MAIL and row.reminded_at is None
    return waits and row.sent_at is not None and moment - row.sent_at >= REMIND_AFTER


def find(session: Session, public_id: str) -> tuple[Invitation, Partner, Meeting] | None:
    """Return an invitation by the name in its link; None when there is none, or when it was taken off."""
    query = (
        select(Invitation, Partner, Meeting)
        .join(Partner, Partner.id == Invitation.partner_id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(Invitation.public_id == public_id, Invitation.state != InvitationState.LEFT_OUT)
    )
    found = session.execute(query).one_or_none()
    return None if found is None else (found[0], found[1], found[2])


def answer(
    session: Session,
    meeting: Meeting,
    row: Invitation,
    given: Answer,
    *,
    actor: str,
    at: datetime | None = None,
) -> None:
    """Keep what somebody answered; the last answer counts.

    WrongInvitation when the meeting has begun or was called off, or for another number of people.
    """
    moment = at or now()
    _need_to_come(meeting, moment)
    if given.said not in ANSWERS:
        raise WrongInvitation("kies of u komt", "kies")
    if len(given.words) > LONGEST_NOTE:
        raise WrongInvitation(f"uw opmerking is te lang; er passen {LONGEST_NOTE} tekens", "lang")
    people = None if given.said is InvitationState.STAYS else given.people
    if given.said is not InvitationState.STAYS and (people is None or not 1 <= people <= MOST_PEOPLE):
        raise WrongInvitation(f"vul in met hoeveel mensen u komt: 1 tot en met {MOST_PEOPLE}", "aantal")
    row.state, row.people, row.note, row.answered_at = given.said, people, given.words, moment
    row.to_tell = ""
    session.flush()
    detail = {"lijn": row.public_id, "antwoord": given.said.value}
    note(session, meeting, "uitnodiging.beantwoord", actor, detail)


def tally(found: Iterable[Line]) -> Counter[str]:
    """Return how many lines are in each state, and under `mensen` how many people said to come."""
    told: Counter[str] = Counter()
    for row, _ in found:
        told[row.state] += 1
        told["mensen"] += (row.people or 0) if row.state == InvitationState.COMES else 0
    return told


def note(
    session: Session, meeting: Meeting, act: str, actor: str, detail: dict[str, Any] | None = None
) -> None:
    """Write down in the audit what was done with the list of a meeting."""
    audit.record(
        session,
        actor=actor,
        action=act,
        object_kind="bijeenkomst",
        object_id=meeting.public_id,
        detail=detail,
    )


def _hold(session: Session, meeting: Meeting) -> None:
    """Let whoever sends at the same moment wait: two may not both find the same lines unsent."""
    session.refresh(meeting, with_for_update=True)


def _line(session: Session, meeting: Meeting, partner: Partner, reason: str) -> Invitation:
    row = Invitation(
        public_id=public_ids(1)[0],
        meeting_id=meeting.id,
        partner_id=partner.id,
        reason=reason[:LONGEST_REASON],
        state=InvitationState.PROPOSED,
        way=_way(partner),
    )
    session.add(row)
    return row


def _way(partner: Partner) -> Way:
    if partner.email:
        return Way.MAIL
    return Way.LETTER if partner.address else Way.SELF


def _refused(session: Session, meeting: Meeting, found: Iterable[Line], secret: bytes) -> frozenset[str]:
    addresses = [refusals.key_of(partner) for _, partner in found]
    return refusals.among(session, meeting.municipality_code, addresses, secret)


def queue(session: Session, kind: str, row: Invitation, partner: Partner, moment: datetime) -> None:
    """Put a mail about an invitation in the outbox; none for who was made up."""
    if partner.mailbox:
        payload = {"uitnodiging": row.public_id}
        outbox.queue(session, kind=kind, recipient=partner.mailbox, payload=payload, now=moment)


def _need_to_come(meeting: Meeting, moment: datetime) -> None:
    if meeting.state == CALLED_OFF:
        raise WrongInvitation("deze bijeenkomst gaat niet door", "afgelast")
    if meeting.starts_at <= moment:
        raise WrongInvitation("deze bijeenkomst is al begonnen of geweest", "geweest")
