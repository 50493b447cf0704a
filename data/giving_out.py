"""Giving out: all that is kept of a person in one thing, for who asks what there is (AVG, article 15).

Who somebody was introduced to is not in it, nor why, nor another who follows the same: those are others. What
else staff wrote down is, so an officer reads it before it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from data import audit, followers, help_offers
from data.desk import MASKS, ContactField
from data.erasing import HELP, PARTNER, Found
from data.erasing_rows import AGREEMENT, FOLLOWER, REGISTRATION, SUBSCRIPTION
from data.following_models import Follower, Subscription
from data.intake_models import Contact, Idea, Intake, Note, Photo, Question
from data.meeting_models import Agreement, Evaluation, Meeting, Registration
from data.models import Category, Initiatief, Melding, StatusChange
from data.partner_models import Introduction, Invitation, Partner
from data.party_models import Forwarding, ReleasedText
from data.privacy_models import PrivacyRequest, RequestNote
from data.privacy_requests import KIND
from data.reach import Reach
from data.theme_models import ChoiceReaction
from data.themes import registry
from data.work_along_models import ColleagueTask

ACTION: Final = "inzage gegeven"
Value = str | int | bool | date | datetime | None
Line = tuple[str, Value]


def give(session: Session, found: Found, *, actor: str, reason: str) -> Sequence[Line]:
    """Return what is kept, as the name of a field and its value; the audit gets that it was, and why."""
    lines = [
        (name, value) for name, value in _READ[found.kind](session, found.public_id) if value or value == 0
    ]
    audit.record(
        session,
        actor=actor,
        action=ACTION,
        object_kind=found.kind,
        object_id=found.public_id,
        detail={"velden": len(lines), "reden": reason},
    )
    return lines


def _fields(row: Any, **columns: str) -> Iterator[Line]:
    """Give columns of a row under the names that people read."""
    return ((name, getattr(row, column)) for name, column in columns.items())


def _melding(session: Session, name: str) -> Iterator[Line]:
    query = select(Melding, Intake, Category).join(Intake, Intake.melding_id == Melding.id)
    query = query.join(Category, Category.id == Melding.category_id)
    row, intake, category = session.execute(query.where(Melding.public_id == name)).one()
    yield from _fields(intake, nummer="reference", postcode="postcode")
    yield from _fields(row, ontvangen="created_at", tekst="text", adres="address", stand="status")
    yield from _fields(category, soort="naam")
    if row.lat is not None:
        yield "punt", f"{row.lat:.6f}, {row.lon:.6f}"
    yield "antwoorden", "; ".join(str(one) for one in intake.answers.values())
    if contact := session.get(Contact, row.id):
        yield from _fields(
            contact, naam="naam", email="email", telefoon="telefoon", mag_contact="may_contact"
        )
    if released := session.get(ReleasedText, row.id):
        yield "openbaar", released.text
    for address, _ in followers.own_addresses(session, row.id):
        yield "volgt", MASKS[ContactField.EMAIL](address)
    yield from _beside_melding(session, row.id)


def _beside_melding(session: Session, melding_id: int) -> Iterator[Line]:
    """Give the steps of a melding, who got it, and what staff wrote about it."""
    photos = select(func.count()).select_from(Photo).where(Photo.melding_id == melding_id)
    yield "fotos", session.scalar(photos) or None
    for step in _of(session, StatusChange, StatusChange.melding_id == melding_id):
        yield "stap", step.at
        yield from _fields(step, werd="to_status", bericht="public_note")
    for passed in _of(session, Forwarding, Forwarding.melding_id == melding_id):
        yield from _fields(passed, doorgegeven_aan="party_name", doorgegeven_op="at")
    for task in _of(session, ColleagueTask, ColleagueTask.melding_id == melding_id):
        yield from _fields(task, aan_collega="question", van_collega="answer")
    for note in _of(session, Note, Note.melding_id == melding_id):
        yield "notitie", note.text


def _question(session: Session, name: str) -> Iterator[Line]:
    row = session.scalars(select(Question).where(Question.public_id == name)).one()
    yield from _fields(row, ontvangen="received_at", naam="naam", email="email", tekst="text")
    yield from _fields(row, antwoord="answer", beantwoord_op="answered_at")


def _idea(session: Session, name: str) -> Iterator[Line]:
    query = select(Initiatief, Idea).join(Idea, Idea.initiatief_id == Initiatief.id)
    plan, row = session.execute(query.where(Initiatief.public_id == name)).one()
    yield from _fields(row, ontvangen="received_at", naam="naam", email="email")
    yield from _fields(plan, titel="titel", tekst="text", adres="address", stand="status")
    yield from _fields(row, antwoord="answer", beantwoord_op="answered_at")


def _request(session: Session, name: str) -> Iterator[Line]:
    row = session.scalars(select(PrivacyRequest).where(PrivacyRequest.public_id == name)).one()
    yield from _fields(row, ontvangen="received_at", naam="naam", email="email", vraagt="wish", tekst="text")
    yield from _fields(row, langer_want="extension", antwoord="answer", beantwoord_op="answered_at")
    for note in _of(session, RequestNote, RequestNote.request_id == row.id):
        yield "notitie", note.text


def _registration(session: Session, name: str) -> Iterator[Line]:
    query = select(Registration, Meeting).join(Meeting, Meeting.id == Registration.meeting_id)
    row, meeting = session.execute(query.where(Registration.token_hash == name)).one()
    yield from _fields(meeting, bijeenkomst="titel", begint="starts_at")
    yield from _fields(row, aangemeld_op="registered_at", naam="naam", email="email", nodig="needs")
    yield from _fields(row, mensen="seats", mag_mailen="may_mail", afgemeld_op="cancelled_at")


def _help_offer(session: Session, name: str) -> Iterator[Line]:
    row = help_offers.find(session, name)
    assert row is not None
    yield from _fields(row, ontvangen="offered_at", naam="naam", email="email", tekst="text", tot="until")
    yield "onderwerpen", _themes(session, row.municipality_code, row.themes)
    yield "gebied", Reach(session).name(row.area)
    both = or_(Introduction.one_id == row.id, Introduction.other_id == row.id)
    for one in _of(session, Introduction, both):
        yield "kennismaking_op", one.proposed_at
        yield "kennismaking_antwoord", one.one_agreed if one.one_id == row.id else one.other_agreed


def _partner(session: Session, name: str) -> Iterator[Line]:
    row = session.scalars(select(Partner).where(Partner.public_id == name)).one()
    yield from _fields(row, ontvangen="created_at", organisatie="organisation", functie="role", naam="naam")
    yield from _fields(row, email="email", telefoon="telefoon", adres="address", bron="source")
    yield from _fields(row, toestemming_op="consent_on", toestemming="consent_how")
    yield from _fields(row, nagekeken_op="confirmed_on", wil_niet_meer_sinds="opted_out_at")
    yield "onderwerpen", _themes(session, row.municipality_code, row.themes)
    reach = Reach(session)
    yield "gebied", ", ".join(reach.name(one) for one in row.gebieden)
    query = select(Invitation, Meeting).join(Meeting, Meeting.id == Invitation.meeting_id)
    for line, meeting in session.execute(query.where(Invitation.partner_id == row.id)):
        yield from _fields(meeting, bijeenkomst="titel", begint="starts_at")
        yield from _fields(line, uitgenodigd_want="reason", weggelaten_want="left_out", stand="state")
        yield from _fields(line, mensen="people", opmerking="note")
    for said in _of(session, ChoiceReaction, ChoiceReaction.partner_id == row.id):
        yield from _fields(
            said, gereageerd_op="reacted_at", koos="preferred", feiten="facts", mening="opinion"
        )
    for year in _of(session, Evaluation, Evaluation.partner_id == row.id):
        yield "evaluatie", "; ".join(str(one) for one in year.answers.values())
    for agreed in _of(session, Agreement, Agreement.partner_id == row.id):
        yield from _agreed(agreed)


def _agreement(session: Session, name: str) -> Iterator[Line]:
    yield from _agreed(session.scalars(select(Agreement).where(Agreement.public_id == name)).one())


def _agreed(row: Agreement) -> Iterator[Line]:
    return _fields(row, afspraak="text", wie="owner", tot="due_on", stand="state", uitkomst="outcome")


def _follower(session: Session, name: str) -> Iterator[Line]:
    row = session.scalars(select(Follower).where(Follower.public_id == name)).one()
    yield from _fields(row, email="email", gevraagd_op="asked_at", bevestigd_op="confirmed_at")


def _subscription(session: Session, name: str) -> Iterator[Line]:
    row = session.scalars(select(Subscription).where(Subscription.public_id == name)).one()
    yield from _fields(row, email="email", volgt_buurt="label", gevraagd_op="asked_at")
    yield from _fields(row, bevestigd_op="confirmed_at", tot="ends_on")


def _themes(session: Session, gemeente: str, slugs: Sequence[str]) -> str:
    """Return themes by their names, as the gemeente calls them now."""
    known = {one.slug: one.naam for one in registry(session, gemeente).themes}
    return ", ".join(known.get(one, one) for one in slugs)


def _of(session: Session, table: Any, condition: Any) -> Any:
    return session.scalars(select(table).where(condition).order_by(table.id))


_READ: Final[Mapping[str, Callable[[Session, str], Iterator[Line]]]] = MappingProxyType(
    {
        "melding": _melding,
        "vraag": _question,
        "idee": _idea,
        KIND: _request,
        REGISTRATION: _registration,
        HELP: _help_offer,
        PARTNER: _partner,
        AGREEMENT: _agreement,
        FOLLOWER: _follower,
        SUBSCRIPTION: _subscription,
    }
)
KINDS: Final = tuple(_READ)
