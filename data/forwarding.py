"""Forwarding: meldingen on their way to the system that a town has already, and their status taken back.

What to send on is read from the meldingen themselves: each accepted one that is not listed yet. A melding is
handed over at least once, every time under the same reference; what comes back goes into its history.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from data import handling, outbox
from data.choices import Status
from data.database import Database
from data.forwarding_models import SentOn
from data.handling import NotAllowed
from data.intake_models import Contact, Intake
from data.models import Category, Melding
from data.open311_client import Open311Client, Receipt, RemoteState, RequestRefused
from geo.errors import SourceDown

ACTOR: Final = "doorsturen"
MAIL: Final = "melding.doorsturen"
SENT_NOTE: Final = "Wij hebben uw melding doorgegeven aan het meldsysteem van de gemeente."
CLOSED_NOTE: Final = "In het meldsysteem van de gemeente is uw melding afgehandeld."
REOPENED_NOTE: Final = "In het meldsysteem van de gemeente is uw melding weer open."
REFUSED_NOTE: Final = "Bij het doorsturen bleef de stand hier zoals hij was."
LONGEST_TEXT: Final = 4_000
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=6)
ASK_EVERY: Final = timedelta(minutes=15)
# A melding that is closed there may open again; after this it is no longer asked for.
ASK_CLOSED_EVERY: Final = timedelta(days=1)
ASK_CLOSED_FOR: Final = timedelta(days=60)
AT_ONCE: Final = 50
ALL_OTHERS: Final = "*"
Question = TypeVar("Question")
Reply = TypeVar("Reply")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Destination:
    """Where meldingen of a gemeente go: an Open311 system, or a mail address.

    `codes` gives its service_code of each of our soorten. With `contact` the contact data of who may be
    asked go along, otherwise nobody's.
    """

    gemeente: str
    client: Open311Client | None = None
    email: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    contact: bool = False

    def code(self, slug: str) -> str:
        """Return what the other system calls a soort."""
        return self.codes.get(slug) or self.codes.get(ALL_OTHERS) or slug


@dataclass(frozen=True, slots=True)
class Parcel:
    """A melding as it is handed over: its fields by the names of Open311."""

    melding_id: int
    reference: str
    is_repeat: bool
    service_code: str
    since: str
    fields: Mapping[str, str]


def enlist(session: Session, destination: Destination, now: datetime) -> int:
    """List the accepted meldingen of a gemeente that are to be sent on; return how many are new.

    Accepted is what nobody has to look at any more and was not set aside. Those that were taken up or closed
    here before stay here. With a mail address the mail waits in the outbox in the same transaction.
    """
    listed = select(SentOn.melding_id)
    query = (
        select(Melding)
        .join(Intake, Intake.melding_id == Melding.id)
        .where(
            Melding.municipality_code == destination.gemeente,
            Melding.status == Status.REPORTED,
            Melding.intern.is_(False),
            Intake.quarantine.is_(None),
            Melding.id.not_in(listed),
        )
        .order_by(Melding.id)
        .limit(AT_ONCE)
    )
    found = session.scalars(query).all()
    for melding in found:
        row = SentOn(
            melding_id=melding.id,
            municipality_code=destination.gemeente,
            reference=melding.public_id,
            created_at=now,
            next_at=now,
        )
        session.add(row)
        if destination.client is None:
            payload = {"melding": melding.public_id, "contact": destination.contact}
            outbox.queue(session, kind=MAIL, recipient=destination.email, payload=payload, now=now)
            row.sent_at = now
            _step(session, melding, Status.IN_PROGRESS, SENT_NOTE)
    return len(found)


def send_due(
    database: Database,
    destination: Destination,
    now: datetime,
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Hand over what waits for its turn; return how many were taken. What fails waits twice as long."""
    if destination.client is None:
        return 0
    with database.read() as session:
        parcels = _parcels(session, destination, now)
    taken = 0
    for parcel in parcels:
        if stopped():
            break
        try:
            receipt = _hand_over(destination.client, parcel)
        except (SourceDown, RequestRefused) as error:
            log.warning("doorsturen lukte niet", gemeente=destination.gemeente, reden=str(error))
            with database.write() as session:
                _postpone(session, parcel.melding_id, str(error), now)
            continue
        with database.write() as session:
            _mark_sent(session, parcel.melding_id, receipt, now)
        taken += 1
    return taken


def ask_back(database: Database, destination: Destination, now: datetime) -> int:
    """Ask how what was handed over is; return of how many the status changed here."""
    if destination.client is None:
        return 0
    with database.read() as session:
        rows = _to_ask(session, destination, now)
    tokens = {row.remote_token: row.melding_id for row in rows if row.remote_token and not row.remote_id}
    numbers = [row.remote_id for row in rows if row.remote_id]
    changed = 0
    names = {token: _asked(destination, destination.client.number_of, token) for token in tokens}
    states = _states(destination, destination.client, numbers)
    with database.write() as session:
        for token, number in names.items():
            session.get_one(SentOn, tokens[token]).remote_id = number
        for row in rows:
            changed += _take_back(session, row.melding_id, states.get(row.remote_id or ""), now)
    return changed


def _states(
    destination: Destination, client: Open311Client, numbers: Sequence[str]
) -> Mapping[str, RemoteState]:
    """Return how requests are; when the other side refuses the list, they are asked for one by one."""
    if not numbers:
        return {}
    try:
        return client.states(numbers)
    except SourceDown as error:
        log.warning("de stand vragen lukte niet", gemeente=destination.gemeente, reden=str(error))
        return {}
    except RequestRefused:
        found = [_asked(destination, client.states, [number]) or {} for number in numbers]
        return {number: state for one in found for number, state in one.items()}


def _asked(destination: Destination, ask: Callable[[Question], Reply], question: Question) -> Reply | None:
    """Return the answer to a question, None when there is none now."""
    try:
        return ask(question)
    except (SourceDown, RequestRefused) as error:
        log.warning("de stand vragen lukte niet", gemeente=destination.gemeente, reden=str(error))
        return None


def text_of(session: Session, melding: Melding, *, contact: bool) -> dict[str, str]:
    """Return what is handed over of a melding by the names of Open311; contact data only with consent."""
    fields = {"description": _description(melding)}
    if melding.lon is not None and melding.lat is not None:
        fields |= {"lat": f"{melding.lat:.6f}", "long": f"{melding.lon:.6f}"}
    if melding.address:
        fields["address_string"] = melding.address
    given = session.get(Contact, melding.id) if contact else None
    if given is not None and given.may_contact:
        named = {"first_name": given.naam, "email": given.email, "phone": given.telefoon}
        fields |= {name: value for name, value in named.items() if value}
    return fields


def _description(melding: Melding) -> str:
    """Return the words of a melding, and below them the reference by which a repeat can be known."""
    tail = f"\n\nKenmerk: {melding.public_id}"
    text = melding.text or ""
    room = LONGEST_TEXT - len(tail)
    return (text if len(text) <= room else text[: room - 1] + "…") + tail


def _parcels(session: Session, destination: Destination, now: datetime) -> list[Parcel]:
    query = (
        select(SentOn, Melding, Category.slug)
        .join(Melding, Melding.id == SentOn.melding_id)
        .join(Category, Category.id == Melding.category_id)
        .where(
            SentOn.municipality_code == destination.gemeente,
            SentOn.sent_at.is_(None),
            SentOn.next_at <= now,
            # Set aside since it was listed: nobody else gets it.
            Melding.intern.is_(False),
        )
        .order_by(SentOn.next_at)
        .limit(AT_ONCE)
    )
    return [
        Parcel(
            row.melding_id,
            row.reference,
            row.attempts > 0,
            destination.code(slug),
            (row.created_at - timedelta(days=1)).isoformat(),
            {
                "service_code": destination.code(slug),
                **text_of(session, melding, contact=destination.contact),
            },
        )
        for row, melding, slug in session.execute(query)
    ]


def _hand_over(client: Open311Client, parcel: Parcel) -> Receipt:
    """Hand a parcel over; before a repeat, look whether the other side has it after all."""
    if parcel.is_repeat:
        try:
            known = client.find(parcel.reference, service_code=parcel.service_code, since=parcel.since)
        except (SourceDown, RequestRefused):
            known = None
        if known is not None:
            return Receipt(known, None)
    return client.send(parcel.fields, reference=parcel.reference)


def _postpone(session: Session, melding_id: int, reason: str, now: datetime) -> None:
    row = session.get_one(SentOn, melding_id)
    row.next_at = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(row.attempts, 12))
    row.attempts += 1
    row.last_fault = reason[:200]


def _mark_sent(session: Session, melding_id: int, receipt: Receipt, now: datetime) -> None:
    row = session.get_one(SentOn, melding_id)
    row.attempts += 1
    row.sent_at = now
    row.next_at = now + ASK_EVERY
    row.remote_id, row.remote_token = receipt.remote_id, receipt.token
    row.remote_status, row.last_fault = "open", None
    melding = session.get_one(Melding, melding_id)
    if melding.status == Status.REPORTED:
        _step(session, melding, Status.IN_PROGRESS, SENT_NOTE)


def _to_ask(session: Session, destination: Destination, now: datetime) -> Sequence[SentOn]:
    query = (
        select(SentOn)
        .where(
            SentOn.municipality_code == destination.gemeente,
            SentOn.sent_at.is_not(None),
            SentOn.next_at <= now,
            or_(SentOn.remote_id.is_not(None), SentOn.remote_token.is_not(None)),
            or_(SentOn.remote_status != "closed", SentOn.sent_at > now - ASK_CLOSED_FOR),
        )
        .order_by(SentOn.next_at)
        .limit(AT_ONCE)
    )
    return session.scalars(query).all()


def _take_back(session: Session, melding_id: int, state: RemoteState | None, now: datetime) -> bool:
    """Bring what the other side says into the history; return whether it is new.

    Only a change over there counts: what staff did here in the meantime stays. Its words are for staff, who
    decide what of them residents read.
    """
    row = session.get_one(SentOn, melding_id)
    row.next_at = now + (ASK_CLOSED_EVERY if row.remote_status == "closed" else ASK_EVERY)
    if state is None or state.is_closed == (row.remote_status == "closed"):
        return False
    row.remote_status = "closed" if state.is_closed else "open"
    melding = session.get_one(Melding, melding_id)
    if state.notes:
        handling.add_note(session, melding, actor=ACTOR, text=state.notes[:LONGEST_TEXT])
    if state.is_closed:
        return _step(session, melding, Status.CLOSED, CLOSED_NOTE)
    return _step(session, melding, Status.REPORTED, REOPENED_NOTE)


def _step(session: Session, melding: Melding, to: Status, note: str) -> bool:
    if melding.status == to:
        return False
    try:
        handling.change_status(session, melding, to, actor=ACTOR, note=note)
    except NotAllowed as error:
        # One that follows another keeps the status of that one; staff see why it did not change.
        log.info("de stand blijft zoals hij is", reden=str(error))
        handling.add_note(session, melding, actor=ACTOR, text=f"{REFUSED_NOTE} {str(error).capitalize()}.")
        return False
    return True
