"""Handling: what staff do with a melding, each act with its step in the history and in the audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import audit
from data.choices import Status
from data.intake_models import Intake, Note, Photo
from data.models import Melding, StatusChange
from geo.errors import WijkbeeldError

ALLOWED: Final[Mapping[Status, frozenset[Status]]] = MappingProxyType(
    {
        Status.REPORTED: frozenset({Status.IN_PROGRESS, Status.CLOSED}),
        Status.IN_PROGRESS: frozenset({Status.CLOSED, Status.REPORTED}),
        Status.CLOSED: frozenset({Status.REPORTED}),
    }
)


class NotAllowed(WijkbeeldError):
    """This step cannot follow on the status that the melding has now."""


def change_status(
    session: Session, melding: Melding, to: Status, *, actor: str, note: str | None = None
) -> None:
    """Give a melding its next status, with a line that residents may read; NotAllowed for a step aside."""
    before = Status(melding.status)
    if to not in ALLOWED[before]:
        raise NotAllowed(f"een melding die {before} is, kan niet {to} worden")
    now = datetime.now(UTC)
    melding.status = to
    melding.closed_at = now if to is Status.CLOSED else None
    session.add(
        StatusChange(
            melding_id=melding.id, at=now, from_status=before, to_status=to, public_note=note, actor=actor
        )
    )
    _note(session, melding, actor, "melding.status", {"van": before.value, "naar": to.value})


def release(session: Session, melding: Melding, *, actor: str, text: bool, photos: frozenset[int]) -> None:
    """Let everybody see a melding of a public class: the record, and its text and photos where so chosen."""
    melding.intern = False
    melding.text_released = text
    intake = session.get(Intake, melding.id)
    if intake is not None:
        intake.quarantine = None
    for photo in session.scalars(select(Photo).where(Photo.melding_id == melding.id)):
        photo.released = photo.id in photos
    _note(session, melding, actor, "melding.zichtbaar", {"tekst": text, "fotos": len(photos)})


def hide(session: Session, melding: Melding, *, actor: str, reason: str) -> None:
    """Set a melding aside: nobody outside sees it any more."""
    melding.intern = True
    melding.text_released = False
    _note(session, melding, actor, "melding.verborgen", {"reden": reason})


def add_note(session: Session, melding: Melding, *, actor: str, text: str) -> None:
    """Keep a private note beside a melding."""
    session.add(Note(melding_id=melding.id, at=datetime.now(UTC), actor=actor, text=text))
    _note(session, melding, actor, "melding.notitie", {})


def _note(session: Session, melding: Melding, actor: str, action: str, detail: dict[str, object]) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        object_kind="melding",
        object_id=melding.public_id,
        detail=detail,
    )
