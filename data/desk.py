"""The desk: the queue of meldingen for staff, and one melding with all that was done about it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from data import handling_terms, released, visibility
from data.categories import UNKNOWN
from data.choices import Channel, PrivacyClass, Status
from data.intake_models import Contact, Intake, Note, Photo
from data.masking import masked_email, masked_name, masked_phone
from data.models import Category, Melding, MeldingArea, StatusChange
from data.rights import Right
from data.text_masking import masked_text
from data.visibility import Viewer
from geo.errors import WijkbeeldError

EXCERPT: Final = 140


class StaffOnly(WijkbeeldError):
    """The desk is for staff: somebody else asked."""


class Pile(StrEnum):
    """Which meldingen of the queue: those that wait for a first look, those not done yet, or all."""

    CHECK = "nakijken"
    OPEN = "open"
    ALL = "alle"


class ContactField(StrEnum):
    """What can be known about how to reach a reporter."""

    NAAM = "naam"
    EMAIL = "email"
    TELEFOON = "telefoon"


MASKS: Final = {
    ContactField.NAAM: masked_name,
    ContactField.EMAIL: masked_email,
    ContactField.TELEFOON: masked_phone,
}


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """What is asked of the queue, all of it together; `buurten` are codes of the division `edition`.

    `late_on` keeps to those that are not done while their term was over before that day, `waits` to those
    that wait for a first look.
    """

    pile: Pile = Pile.CHECK
    gemeente: str | None = None
    main_group: str | None = None
    kind: str | None = None
    status: Status | None = None
    channel: Channel | None = None
    late_on: date | None = None
    waits: bool = False
    buurten: tuple[str, ...] = ()
    edition: int | None = None


class QueueRow(NamedTuple):
    """A melding as a line of the queue: the beginning of its text, and its last day in time."""

    public_id: str
    kind: str
    gemeente: str
    address: str | None
    excerpt: str
    created_at: datetime
    status: str
    public: bool
    waits: bool
    example: bool
    due: date | None


@dataclass(frozen=True, slots=True)
class MaskedContact:
    """How a reporter can be reached, masked; only what was given."""

    fields: dict[ContactField, str]
    may_contact: bool
    may_publish_text: bool


@dataclass(frozen=True, slots=True)
class DeskReport:
    """One melding as staff handle it; `version` differs after every act on it.

    `notes` are for who handles it: others get none. `due` is the last day on which it is in time, None when
    it is done.
    """

    melding: Melding
    category: Category
    intake: Intake | None
    contact: MaskedContact | None
    history: tuple[StatusChange, ...]
    notes: tuple[Note, ...]
    photos: tuple[Photo, ...]
    buurt: str | None
    edited: str | None
    version: str
    due: date | None

    @property
    def can_be_public(self) -> bool:
        """Whether the class of its soort lets everybody see it."""
        return self.category.privacy == PrivacyClass.EXACT

    @property
    def is_public(self) -> bool:
        """Whether everybody sees it now."""
        return self.can_be_public and not self.melding.intern

    @property
    def waits(self) -> bool:
        """Whether it waits for a first look."""
        return self.intake is not None and self.intake.quarantine is not None

    @property
    def public_words(self) -> str:
        """What everybody would read: the words that somebody made, else a proposal without personal data."""
        return self.edited or masked_text(self.melding.text or "")

    @property
    def may_publish_text(self) -> bool:
        """Whether the reporter said that the text may be public."""
        return self.contact is not None and self.contact.may_publish_text


def queue(
    session: Session, viewer: Viewer, filters: QueueFilters, *, limit: int, offset: int = 0
) -> list[QueueRow]:
    """Return one page of the queue, newest first; StaffOnly for anybody else."""
    query = (
        _filtered(session, viewer, filters)
        .add_columns(Intake.quarantine)
        .order_by(Melding.created_on.desc(), Melding.created_at.desc(), Melding.id.desc())
        .limit(limit)
        .offset(offset)
    )
    known = handling_terms.terms(session)
    return [
        _row(melding, category, quarantine, known.due(melding, category))
        for melding, category, quarantine in session.execute(query)
    ]


def count(session: Session, viewer: Viewer, filters: QueueFilters) -> int:
    """Return how many meldingen the filters give."""
    query = _filtered(session, viewer, filters).with_only_columns(Melding.id, maintain_column_froms=True)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def report(session: Session, viewer: Viewer, public_id: str) -> DeskReport | None:
    """Return a melding with its history, notes and masked contact; None when this viewer may not see it."""
    found = session.execute(readable(viewer).where(Melding.public_id == public_id)).one_or_none()
    if found is None:
        return None
    melding, category = found
    intake = session.get(Intake, melding.id)
    history = _of(session, StatusChange, melding.id)
    notes = _of(session, Note, melding.id)
    photos = _of(session, Photo, melding.id)
    edited = released.edited_text(session, melding)
    return DeskReport(
        melding,
        category,
        intake,
        _masked(session.get(Contact, melding.id)),
        history,
        notes if _handles(session, viewer, public_id) else (),
        photos,
        _buurt(session, melding.id),
        edited,
        _version(melding, intake, history, notes, photos, edited=edited),
        handling_terms.terms(session).due(melding, category),
    )


def _handles(session: Session, viewer: Viewer, public_id: str) -> bool:
    return session.execute(_named(viewer.only(Right.DESK_HANDLE), public_id)).one_or_none() is not None


def rights_on(session: Session, viewer: Viewer, public_id: str) -> frozenset[Right]:
    """Return what this viewer may do with a melding: each right counts in its own gemeente and areas."""
    asked = (Right.DESK_HANDLE, Right.MODERATE, Right.CONTACT_SHOW)
    return frozenset(
        right
        for right in asked
        if session.execute(_named(viewer.only(right), public_id)).one_or_none() is not None
    )


def _named(viewer: Viewer, public_id: str) -> Select[Melding, Category]:
    return visibility.at_desk(viewer).where(Melding.public_id == public_id)


def lock(session: Session, *public_ids: str) -> None:
    """Let nobody else change these meldingen, or those that belong to them, before the transaction ends.

    Always in the same order, so that two who need the same ones do not wait for each other.
    """
    named = Melding.public_id.in_(public_ids)
    joined = select(Melding.incident_id).where(named, Melding.incident_id.is_not(None))
    query = select(Melding.id).where(or_(named, Melding.incident_id.in_(joined))).order_by(Melding.id)
    session.execute(query.with_for_update())


def kinds(session: Session, edition: str) -> Sequence[Category]:
    """Return the soorten that a melding of this edition of categories can have, by group and name."""
    query = select(Category).where(Category.edition == edition, Category.slug.not_like(f"{UNKNOWN}%"))
    return session.scalars(query.order_by(Category.main_group, Category.naam)).all()


def readable(viewer: Viewer) -> Select[Melding, Category]:
    """Select the meldingen that this viewer may read as a whole; StaffOnly for anybody else."""
    if not viewer.may_somewhere(Right.DESK_READ):
        raise StaffOnly("de werkbak is voor medewerkers")
    return visibility.at_desk(viewer)


def _filtered(session: Session, viewer: Viewer, filters: QueueFilters) -> Select[Melding, Category]:
    waits = filters.pile is Pile.CHECK or filters.waits
    asked = (
        (waits, Intake.quarantine.is_not(None)),
        (filters.pile is Pile.OPEN, Melding.status != Status.CLOSED),
        (filters.gemeente, Melding.municipality_code == filters.gemeente),
        (filters.main_group, Category.main_group == filters.main_group),
        (filters.kind, Category.slug == filters.kind),
        (filters.status, Melding.status == filters.status),
        (filters.channel, Melding.channel == filters.channel),
        (filters.buurten, MeldingArea.buurt.in_(filters.buurten)),
    )
    query = readable(viewer).outerjoin(Intake, Intake.melding_id == Melding.id)
    if filters.buurten:
        owned = and_(MeldingArea.melding_id == Melding.id, MeldingArea.edition == filters.edition)
        query = query.join(MeldingArea, owned)
    if filters.late_on is not None:
        query = query.where(handling_terms.overdue(session, filters.late_on))
    return query.where(*(condition for value, condition in asked if value))


def _row(melding: Melding, category: Category, quarantine: str | None, due: date | None) -> QueueRow:
    return QueueRow(
        melding.public_id,
        category.naam,
        melding.municipality_code,
        melding.address,
        _excerpt(melding.text or ""),
        melding.created_at,
        melding.status,
        category.privacy == PrivacyClass.EXACT and not melding.intern,
        quarantine is not None,
        melding.example,
        due,
    )


def _excerpt(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= EXCERPT else f"{plain[: EXCERPT - 1].rstrip()}…"


def _of(session: Session, table: Any, melding_id: int) -> tuple[Any, ...]:
    """Return the rows of a table that belong to a melding, oldest first."""
    return tuple(session.scalars(select(table).where(table.melding_id == melding_id).order_by(table.id)))


def _masked(contact: Contact | None) -> MaskedContact | None:
    if contact is None:
        return None
    given = {field: str(getattr(contact, field)) for field in ContactField}
    return MaskedContact(
        {field: MASKS[field](value) for field, value in given.items() if value},
        contact.may_contact,
        contact.may_publish_text,
    )


def _buurt(session: Session, melding_id: int) -> str | None:
    """Return the buurt of a melding in the newest division that has it."""
    return session.scalar(
        select(MeldingArea.buurt)
        .where(MeldingArea.melding_id == melding_id, MeldingArea.buurt.is_not(None))
        .order_by(MeldingArea.edition.desc())
        .limit(1)
    )


def _version(
    melding: Melding,
    intake: Intake | None,
    history: Sequence[StatusChange],
    notes: Sequence[Note],
    photos: Sequence[Photo],
    *,
    edited: str | None,
) -> str:
    """Return a digest of everything that an act can change."""
    state = (
        melding.status,
        melding.intern,
        melding.text_released,
        melding.category_id,
        melding.incident_id,
        intake and intake.quarantine,
        [step.id for step in history],
        [note.id for note in notes],
        [(photo.id, photo.digest, photo.released) for photo in photos],
        edited,
    )
    return hashlib.sha256(repr(state).encode()).hexdigest()[:16]
