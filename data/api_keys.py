"""Keys of Open311: who may send meldingen to a gemeente by a program; each change is in the audit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import audit
from data.work_along_models import ApiKey
from geo.errors import WijkbeeldError

NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,79}")


class KeyRefused(WijkbeeldError):
    """A key cannot be made or revoked in this way; the message says why."""


def add(session: Session, gemeente: str, name: str, digest: str, *, actor: str) -> None:
    """Store the digest of a new key; KeyRefused for an odd name, or one that was given before."""
    if NAME.fullmatch(name) is None:
        raise KeyRefused("een naam heeft 2 tot 80 kleine letters, cijfers, punten of streepjes")
    known = session.get(ApiKey, (gemeente, name))
    if known is not None and known.digest == digest:
        # The same job once more, after a stop.
        return
    if known is not None:
        raise KeyRefused(f"er is al een sleutel {name}; kies een andere naam")
    row = ApiKey(municipality_code=gemeente, name=name, digest=digest, created_at=datetime.now(UTC))
    session.add(row)
    _note(session, row, actor, "sleutel.gemaakt")


def revoke(session: Session, gemeente: str, name: str, *, actor: str) -> None:
    """Let a key count no more; KeyRefused when there is none of this name."""
    row = session.get(ApiKey, (gemeente, name))
    if row is None:
        raise KeyRefused(f"er is geen sleutel {name}")
    if row.revoked_at is None:
        row.revoked_at = datetime.now(UTC)
        _note(session, row, actor, "sleutel.ingetrokken")


def keys(session: Session, gemeente: str) -> Sequence[ApiKey]:
    """Return the keys of a gemeente by name, revoked ones too."""
    return session.scalars(
        select(ApiKey).where(ApiKey.municipality_code == gemeente).order_by(ApiKey.name)
    ).all()


def live(session: Session) -> Mapping[str, Mapping[str, str]]:
    """Return the digests of the keys that count, by gemeente and name."""
    found: dict[str, dict[str, str]] = {}
    for row in session.scalars(select(ApiKey).where(ApiKey.revoked_at.is_(None))):
        found.setdefault(row.municipality_code, {})[row.name] = row.digest
    return found


def _note(session: Session, row: ApiKey, actor: str, action: str) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        object_kind="gemeente",
        object_id=row.municipality_code,
        detail={"sleutel": row.name},
    )
