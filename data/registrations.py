"""Registrations: who comes to a meeting, with how many; the last seat goes once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data import meetings, outbox
from data.database import Database
from data.intake import NEW_TRIES, REPORTER, KeyReused, NotStored
from data.invitations import InvitationState
from data.letters import Settle, keyed
from data.meeting_models import Meeting, Registration
from data.meetings import MeetingState
from data.partner_models import Invitation
from data.text_masking import without_bsn
from geo.errors import WijkbeeldError
from geo.exposure import AMSTERDAM, local_day

MOST_SEATS: Final = 4
LONGEST_NEEDS: Final = 300
RECEIPT: Final = "aanmelding.ontvangen"
MOVED: Final = "bijeenkomst.gewijzigd"
CALLED_OFF: Final = "bijeenkomst.afgelast"
REMINDER: Final = "bijeenkomst.herinnering"
REMIND_FROM_HOUR: Final = 9
# Anybody can type anybody's address: so many registrations a day bring it mail.
MOST_MAILED: Final = 5
MAILED_WITHIN: Final = timedelta(days=1)
SIGNS: Final = 43
WIPED: Final[dict[str, Any]] = {"naam": "", "email": "", "needs": "", "may_mail": False}


class Full(WijkbeeldError):
    """There are not so many seats left; `left` says how many there are."""

    def __init__(self, left: int) -> None:
        super().__init__(f"er zijn nog {left} plaatsen vrij")
        self.left = left


class Closed(WijkbeeldError):
    """Nobody can register for this meeting any more, or not yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How many want to come, and what they told of themselves; an address comes with consent to mail."""

    seats: int
    naam: str = ""
    email: str = ""
    needs: str = ""


class Seats(NamedTuple):
    """How many seats are taken, by who registered and by guests who said to come, and how many are left.

    `left` is None when there is no maximum, and `over` then 0: how many more come than there is place for.
    """

    taken: int
    left: int | None
    guests: int = 0
    over: int = 0


def register(
    database: Database, public_id: str, wish: Wish, *, settle: Settle, key: str, secret: bytes
) -> str:
    """Keep the seats of a meeting for somebody, and return their secret link; then they are theirs.

    The same key with the same content gives the same link again; with another content KeyReused. Full when
    there are fewer seats left, Closed when the meeting does not take registrations.
    """
    for _ in range(NEW_TRIES):
        try:
            with database.write() as session:
                # Whoever comes at the same moment waits here: two may not both see the last seat.
                query = select(Meeting).where(Meeting.public_id == public_id).with_for_update()
                meeting = session.scalar(query)
                if meeting is None:
                    raise Closed("deze bijeenkomst is er niet")
                return keep(session, meeting, wish, settle=settle, key=key, secret=secret)
        except IntegrityError:
            continue
    raise NotStored("uw aanmelding kon niet worden opgeslagen; probeer het nog eens")


def is_open(meeting: Meeting, now: datetime) -> bool:
    """Return whether people can register for a meeting at this moment."""
    return meeting.public and meeting.state == MeetingState.ANNOUNCED and meeting.starts_at > now


def seats(session: Session, meeting: Meeting) -> Seats:
    """Return how many seats of a meeting are taken and left."""
    return seats_of(session, [meeting])[meeting.id]


def seats_of(session: Session, rows: Sequence[Meeting]) -> dict[int, Seats]:
    """Return the seats of meetings by their number.

    Guests are never refused, and sit in the same room: who registers finds the seats that they leave.
    """
    numbers = [one.id for one in rows]
    registered = select(Registration.meeting_id, func.sum(Registration.seats)).where(
        Registration.meeting_id.in_(numbers), Registration.cancelled_at.is_(None)
    )
    invited = select(Invitation.meeting_id, func.sum(Invitation.people)).where(
        Invitation.meeting_id.in_(numbers), Invitation.state == InvitationState.COMES
    )
    taken = {row[0]: row[1] for row in session.execute(registered.group_by(Registration.meeting_id))}
    guests = {row[0]: row[1] or 0 for row in session.execute(invited.group_by(Invitation.meeting_id))}
    return {one.id: _seats(one.capacity, taken.get(one.id, 0), guests.get(one.id, 0)) for one in rows}


def _seats(capacity: int | None, taken: int, guests: int) -> Seats:
    if capacity is None:
        return Seats(taken, None, guests)
    left = capacity - taken - guests
    return Seats(taken, max(0, left), guests, max(0, -left))


def of_meeting(session: Session, meeting: Meeting) -> Sequence[Registration]:
    """Return the registrations of a meeting that stand, oldest first."""
    query = select(Registration).where(
        Registration.meeting_id == meeting.id, Registration.cancelled_at.is_(None)
    )
    return session.scalars(query.order_by(Registration.id)).all()


def by_link(session: Session, given: str) -> Registration | None:
    """Return the registration of a secret link; None when it is not ours."""
    return session.scalar(select(Registration).where(Registration.token_hash == _digest(given)))


def link_of(registration: Registration, secret: bytes) -> str:
    """Return the secret link of a registration: derived, so that it need not be stored."""
    return _link(registration.key_hash, secret)


def cancel(session: Session, registration: Registration, *, actor: str, now: datetime) -> None:
    """Give the seats back; what was told of who would come goes at once."""
    if registration.cancelled_at is not None:
        return
    registration.cancelled_at = now
    for name, value in WIPED.items():
        setattr(registration, name, value)
    meeting = session.get_one(Meeting, registration.meeting_id)
    meetings.note(session, meeting, "afgemeld", actor, {"plaatsen": registration.seats})


def tell(session: Session, meeting: Meeting, kind: str, *, now: datetime) -> int:
    """Queue a mail to everybody who comes and wants mail; returns how many."""
    told = [one for one in of_meeting(session, meeting) if may_mail(one)]
    for one in told:
        outbox.queue(session, kind=kind, recipient=one.email, payload={"aanmelding": one.id}, now=now)
    return len(told)


def remind(session: Session, now: datetime) -> int:
    """Queue a mail to everybody who comes tomorrow, from nine o'clock, once; returns how many."""
    if now.astimezone(AMSTERDAM).hour < REMIND_FROM_HOUR:
        return 0
    query = select(Meeting).where(
        Meeting.state == MeetingState.ANNOUNCED,
        Meeting.reminded_at.is_(None),
        Meeting.starts_at > now,
        Meeting.starts_at < now + timedelta(days=2),
    )
    tomorrow = local_day(now) + timedelta(days=1)
    count = 0
    for meeting in session.scalars(query.with_for_update()):
        if local_day(meeting.starts_at) == tomorrow:
            meeting.reminded_at = now
            count += tell(session, meeting, REMINDER, now=now)
    return count


def may_mail(registration: Registration) -> bool:
    """Return whether mail may go to who registered: with consent, and from somebody who proved to be one."""
    return bool(registration.email) and registration.may_mail and registration.checked


def wipe(session: Session, ids: Iterable[int]) -> None:
    """Take away who registered; how many seats there were stays."""
    session.execute(update(Registration).where(Registration.id.in_(list(ids))).values(**WIPED))


def keep(
    session: Session,
    meeting: Meeting,
    wish: Wish,
    *,
    settle: Settle,
    key: str,
    secret: bytes,
    now: datetime | None = None,
) -> str:
    """Keep the seats of a meeting that is held for this transaction, and return their secret link."""
    wish = _without_bsn(wish)
    key_hash = keyed(f"aanmelding:{meeting.public_id}:{key}", secret)
    link = _link(key_hash, secret)
    before = session.scalar(select(Registration).where(Registration.key_hash == key_hash))
    if before is not None:
        if before.cancelled_at is None and _wish_of(before) != wish:
            raise KeyReused("deze sleutel hoort bij een andere aanmelding")
        return link
    now = now or datetime.now(UTC)
    if not is_open(meeting, now):
        raise Closed("voor deze bijeenkomst kunt u zich niet aanmelden")
    left = seats(session, meeting).left
    if left is not None and wish.seats > left:
        raise Full(left)
    row = Registration(
        meeting_id=meeting.id,
        key_hash=key_hash,
        token_hash=_digest(link),
        seats=wish.seats,
        naam=wish.naam,
        email=wish.email,
        may_mail=bool(wish.email) and _mailed(session, wish.email, now) < MOST_MAILED,
        checked=settle(session) is None,
        needs=wish.needs,
        registered_at=now,
    )
    session.add(row)
    session.flush()
    if may_mail(row):
        payload = {"aanmelding": row.id}
        outbox.queue(session, kind=RECEIPT, recipient=row.email, payload=payload, now=now)
    meetings.note(session, meeting, "aangemeld", REPORTER, {"plaatsen": wish.seats})
    return link


def _without_bsn(wish: Wish) -> Wish:
    return Wish(
        seats=wish.seats, naam=without_bsn(wish.naam), email=wish.email.lower(), needs=without_bsn(wish.needs)
    )


def _mailed(session: Session, email: str, now: datetime) -> int:
    since = Registration.registered_at > now - MAILED_WITHIN
    query = select(func.count()).select_from(Registration).where(Registration.email == email, since)
    return session.scalar(query) or 0


def _wish_of(row: Registration) -> Wish:
    return Wish(seats=row.seats, naam=row.naam, email=row.email, needs=row.needs)


def _link(key_hash: str, secret: bytes) -> str:
    return keyed(f"aanmelding.link:{key_hash}", secret)[:SIGNS]


def _digest(link: str) -> str:
    return hashlib.sha256(link.encode()).hexdigest()
