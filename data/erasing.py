"""Erasing: what somebody sent in goes at their request; what is public stays without them.

A journal outside the database keeps the names of what was erased, and nothing else: whoever puts an old copy
of the database back has it erased again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from data import audit, erasing_rows, followers, help_offers, invitations, partners
from data.choices import PrivacyClass
from data.erasing_rows import forget_mail
from data.evaluations import WORDS
from data.following_models import Follower
from data.intake_models import Contact, Idea, Intake, Note, Photo, Question
from data.meeting_models import Agreement, Evaluation
from data.models import Audit, Category, Initiatief, Melding, Outbox
from data.partner_models import Invitation, Partner
from data.party_models import ReleasedText
from data.privacy_models import PrivacyRequest, RequestNote
from data.privacy_requests import KIND, TO_ASKER, About
from data.retention import BUURT_ONLY, GONE_TITLE, wipe_ideas
from data.theme_models import ChoiceReaction
from data.work_along_models import ColleagueTask

FILE: Final = "gewist.txt"
ACTION: Final = "gewist"
HELP, PARTNER = "hulp", "partner"
OF_PARTNERS: Final = (HELP, PARTNER, "uitnodiging")


@dataclass(frozen=True, slots=True)
class Found:
    """Something that a resident sent in, as who erases it sees it: what there is of a person, in numbers."""

    kind: str
    public_id: str
    gemeente: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Erased:
    """What went, in numbers, and the photos whose files have to go too."""

    counts: dict[str, int]
    digests: tuple[str, ...] = ()


class Journal:
    """The file with the names of what was erased, one a line; durable before the erasure itself."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, *names: tuple[str, str]) -> None:
        """Add names, all at once; when this returns they are on disk."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            # Who was stopped while writing left half a line: the next name is not to become part of it.
            torn = file.tell() and not self.path.read_bytes().endswith(b"\n")
            lines = [f"{kind} {public_id}\n" for kind, public_id in names]
            file.write("".join(["\n"] * bool(torn) + lines).encode("ascii"))
            file.flush()
            os.fsync(file.fileno())

    def names(self) -> list[tuple[str, str]]:
        """Return what was erased so far."""
        if not self.path.exists():
            return []
        lines = self.path.read_text(encoding="ascii").splitlines()
        return [(kind, name) for kind, _, name in (line.partition(" ") for line in lines) if name]


def find(session: Session, kind: str, public_id: str) -> Found | None:
    """Return what there is of a person in one thing that they sent, asked or joined; None when it is gone."""
    if kind == "melding":
        return _find_melding(session, public_id)
    if kind == "vraag":
        row = session.scalar(select(Question).where(Question.public_id == public_id))
        if row is None:
            return None
        return Found(kind, public_id, row.municipality_code, _of_sender(row, row.text))
    if kind in OF_PARTNERS:
        return _find_partner(session, kind, public_id)
    if kind in erasing_rows.KINDS:
        told = erasing_rows.find(session, kind, public_id)
        return told and Found(kind, public_id, told.gemeente, told.counts)
    return _find_request(session, public_id) if kind == KIND else _find_idea(session, public_id)


def find_number(session: Session, reference: str) -> str | None:
    """Return the name of the melding with this number."""
    query = select(Melding.public_id).join(Intake, Intake.melding_id == Melding.id)
    return session.scalar(query.where(Intake.reference == reference))


def number_of(session: Session, about: About) -> str:
    """Return the number of the melding that something is about; empty for anything else."""
    if about.kind != "melding":
        return ""
    query = select(Intake.reference).join(Melding, Melding.id == Intake.melding_id)
    return session.scalar(query.where(Melding.public_id == about.public_id)) or ""


def find_request(session: Session, reference: str) -> str | None:
    """Return the name of the request about somebody's own data with this number."""
    return session.scalar(select(PrivacyRequest.public_id).where(PrivacyRequest.reference == reference))


def is_erased(session: Session, kind: str, public_id: str) -> bool:
    """Return whether this database knows of the erasure; an old copy that was put back does not."""
    same = (Audit.action == ACTION, Audit.object_kind == kind, Audit.object_id == public_id)
    return session.scalar(select(Audit.id).where(*same).limit(1)) is not None


def erase(session: Session, found: Found, *, actor: str) -> Erased:
    """Take away what tells of a person, with the mail about it; the audit gets numbers."""
    if found.kind == "melding":
        erased = _erase_melding(session, found.public_id)
    elif found.kind == "vraag":
        erased = _erase_question(session, found.public_id)
    elif found.kind in OF_PARTNERS:
        erased = _erase_partner(session, found)
    elif found.kind in erasing_rows.KINDS:
        gone = erasing_rows.erase(session, found.kind, found.public_id, actor=actor)
        erased = Erased(found.counts | gone)
    elif found.kind == KIND:
        erased = _erase_request(session, found.public_id)
    else:
        erased = _erase_idea(session, found.public_id)
    audit.record(
        session,
        actor=actor,
        action=ACTION,
        object_kind=found.kind,
        object_id=found.public_id,
        detail=erased.counts,
    )
    return erased


def _melding(session: Session, public_id: str) -> Melding:
    query = select(Melding).where(Melding.public_id == public_id)
    return session.scalars(query.with_for_update()).one()


def _find_melding(session: Session, public_id: str) -> Found | None:
    query = select(Melding).join(Intake, Intake.melding_id == Melding.id)
    row = session.scalar(query.where(Melding.public_id == public_id))
    if row is None:
        return None
    counts = {
        "contact": _count(session, Contact, row.id),
        "volgers": len(followers.own_addresses(session, row.id)),
        "fotos": _count(session, Photo, row.id),
        "notities": _count(session, Note, row.id),
        "tekst": int(row.text is not None),
    }
    return Found("melding", public_id, row.municipality_code, counts)


def _find_idea(session: Session, public_id: str) -> Found | None:
    query = select(Initiatief, Idea).join(Idea, Idea.initiatief_id == Initiatief.id)
    row = session.execute(query.where(Initiatief.public_id == public_id)).one_or_none()
    if row is None:
        return None
    plan, idea = row
    return Found("idee", public_id, plan.municipality_code, _of_sender(idea, idea.fingerprint))


def _find_partner(session: Session, kind: str, public_id: str) -> Found | None:
    """Return who offered to help, or a partner by its own name or that of one of its invitations.

    The journal gets the name of the partner: an old copy may have it without this invitation.
    """
    if kind == HELP:
        offer = help_offers.find(session, public_id)
        if offer is None:
            return None
        return Found(kind, public_id, offer.municipality_code, {"contact": 1, "tekst": 1})
    line = None if kind == PARTNER else invitations.find(session, public_id)
    partner = _partner(session, public_id) if line is None else line[1]
    if partner is None:
        return None
    query = select(func.count()).where(Invitation.partner_id == partner.id)
    counts = {"contact": 1, "uitnodigingen": session.scalar(query) or 0}
    return Found(PARTNER, partner.public_id, partner.municipality_code, counts)


def _partner(session: Session, public_id: str) -> Partner | None:
    return session.scalar(select(Partner).where(Partner.public_id == public_id))


def _erase_partner(session: Session, found: Found) -> Erased:
    """Take away an offer with its introductions, or a partner with its invitations, and the mail to them.

    That an address wants no invitations any more stays, as a digest. So do the theme that a partner chose,
    what it answered with a tick, and its agreements: without its name and words.
    """
    if found.kind == HELP:
        offer = help_offers.find(session, found.public_id)
        return Erased(found.counts | (help_offers.forget(session, [offer.id]) if offer else {}))
    partner = _partner(session, found.public_id)
    if partner is None:
        return Erased(found.counts)
    _erase_words(session, partner)
    return Erased(found.counts | partners.forget(session, partner))


def _erase_words(session: Session, partner: Partner) -> None:
    """Take away who a partner is and what it wrote where something of it stays."""
    reactions = update(ChoiceReaction).where(ChoiceReaction.partner_id == partner.id)
    session.execute(reactions.values(naam=GONE_TITLE, facts=None, opinion=None))
    session.execute(update(Agreement).where(Agreement.partner_id == partner.id).values(owner=GONE_TITLE))
    for row in session.scalars(select(Evaluation).where(Evaluation.partner_id == partner.id)):
        row.answers = {name: said for name, said in row.answers.items() if name != WORDS}


def _find_request(session: Session, public_id: str) -> Found | None:
    row = session.scalar(_request(public_id))
    if row is None:
        return None
    notes = select(func.count()).where(RequestNote.request_id == row.id)
    counts = _of_sender(row, row.text) | {"notities": session.scalar(notes) or 0}
    return Found(KIND, public_id, row.municipality_code, counts)


def _request(public_id: str) -> Select[PrivacyRequest]:
    return select(PrivacyRequest).where(PrivacyRequest.public_id == public_id)


def _of_sender(row: Question | Idea | PrivacyRequest, text: str) -> dict[str, int]:
    """Return in numbers what tells of who sent something: their name or address, and their own words."""
    return {"contact": int(bool(row.naam or row.email)), "tekst": int(bool(text))}


def _count(session: Session, table: type[Contact | Photo | Note], melding_id: int) -> int:
    query = select(func.count()).select_from(table).where(table.melding_id == melding_id)
    return session.scalar(query) or 0


def _erase_melding(session: Session, public_id: str) -> Erased:
    row = _melding(session, public_id)
    found = _find_melding(session, public_id)
    assert found is not None
    contact = session.get(Contact, row.id)
    addresses = {address for address, _ in followers.own_addresses(session, row.id)}
    addresses |= {contact.email.lower()} if contact and contact.email else set()
    digests = tuple(session.scalars(select(Photo.digest).where(Photo.melding_id == row.id)))
    # Others who follow the melding are other people: they stay.
    own = or_(Follower.reporter, func.lower(Follower.email).in_(addresses))
    session.execute(delete(Follower).where(Follower.melding_id == row.id, own))
    for table in (Contact, Photo, Note, ColleagueTask, ReleasedText):
        session.execute(delete(table).where(table.melding_id == row.id))
    # Mail to a follower who is not there any more never leaves: other meldingen lose nothing by this.
    about = Outbox.payload["volger"].as_string()
    to_own = func.lower(Outbox.recipient).in_(addresses)
    counts = found.counts | forget_mail(session, to_own, about.not_in(select(Follower.public_id)))
    intake = update(Intake).where(Intake.melding_id == row.id)
    session.execute(intake.values(answers={}, postcode=None, fingerprint=""))
    row.text, row.text_released = None, False
    category = session.get_one(Category, row.category_id)
    if category.privacy != PrivacyClass.EXACT or row.intern:
        for name, value in BUURT_ONLY.items():
            setattr(row, name, value)
    return Erased(counts, digests)


def _erase_question(session: Session, public_id: str) -> Erased:
    row = session.scalars(select(Question).where(Question.public_id == public_id)).one()
    counts = _of_sender(row, row.text) | _forget_letter_mail(session, "vraag", public_id)
    row.naam = row.email = row.text = row.answer = row.fingerprint = ""
    row.may_mail = False
    row.answered_at = row.answered_at or row.received_at
    return Erased(counts)


def _erase_idea(session: Session, public_id: str) -> Erased:
    plan = session.scalars(select(Initiatief).where(Initiatief.public_id == public_id)).one()
    idea = session.get_one(Idea, plan.id)
    counts = _of_sender(idea, idea.fingerprint) | _forget_letter_mail(session, "idee", public_id)
    wipe_ideas(session, [plan.id])
    return Erased(counts)


def _erase_request(session: Session, public_id: str) -> Erased:
    """Take away what a request tells of a person; that there was one stays, with its dates."""
    row = session.scalars(_request(public_id).with_for_update()).one()
    found = _find_request(session, public_id)
    assert found is not None
    about = Outbox.payload[KIND].as_string() == public_id
    counts = found.counts | forget_mail(session, about, Outbox.kind.in_(TO_ASKER))
    session.execute(delete(RequestNote).where(RequestNote.request_id == row.id))
    row.naam = row.email = row.text = row.fingerprint = ""
    row.about_kind = row.about_id = row.number = ""
    row.answer = row.answer and ""
    row.extension = row.extension and ""
    row.closed_at = row.closed_at or row.received_at
    return Erased(counts)


def _forget_letter_mail(session: Session, kind: str, public_id: str) -> dict[str, int]:
    """Take away the mail to the sender of a letter about it; what tells the desk of it stays."""
    about = Outbox.payload["brief"].as_string() == public_id
    return forget_mail(session, about, Outbox.kind.in_((f"{kind}.ontvangen", f"{kind}.beantwoord")))
