"""Seeing too: people who say that they see the same as a public melding, each counted once.

What is kept of them is a hash that fits this melding alone, and the day. The number is public, as all
numbers about public meldingen are; who they are nobody knows, unless they ask for mail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from data import visibility
from data.incident_models import AlsoSeen
from data.models import Melding
from data.visibility import PUBLIC

# Gives why somebody may not be a person, None when there is no doubt.
Settle = Callable[[Session], str | None]


class Said(StrEnum):
    """What became of it: counted, kept without counting it for everybody, or said before."""

    COUNTED = "geteld"
    UNCHECKED = "bewaard"
    ALREADY = "al"


class Numbers(NamedTuple):
    """How many people see the same: who proved to be a person, and who did not."""

    checked: int
    unchecked: int


def say(session: Session, public_id: str, *, key_hash: str, on: date, settle: Settle) -> Said | None:
    """Keep that somebody sees the same as a public melding; None when it is not public.

    `key_hash` stands for who says it, `on` for the day in Amsterdam. The same key says it once, however often
    and at how many doors at the same time.
    """
    melding = session.scalars(
        visibility.meldingen(PUBLIC).with_only_columns(Melding.id).where(Melding.public_id == public_id)
    ).one_or_none()
    if melding is None:
        return None
    known = select(AlsoSeen.id).where(AlsoSeen.melding_id == melding, AlsoSeen.key_hash == key_hash)
    if session.scalars(known).one_or_none() is not None:
        return Said.ALREADY
    checked = settle(session) is None
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"melding_id": melding, "key_hash": key_hash, "on": on, "checked": checked}
    stored = session.execute(insert(AlsoSeen).values(row).on_conflict_do_nothing().returning(AlsoSeen.id))
    if stored.one_or_none() is None:
        return Said.ALREADY
    return Said.COUNTED if checked else Said.UNCHECKED


def seen_too(session: Session, public_ids: Iterable[str]) -> dict[str, int]:
    """Return how many people said to see the same as each of these meldingen; none is 0."""
    wanted = list(public_ids)
    query = (
        select(Melding.public_id, func.count(AlsoSeen.id))
        .join(AlsoSeen, AlsoSeen.melding_id == Melding.id)
        .where(Melding.public_id.in_(wanted), AlsoSeen.checked)
        .group_by(Melding.public_id)
    )
    return dict.fromkeys(wanted, 0) | {row[0]: row[1] for row in session.execute(query)}


def numbers(session: Session, melding_id: int) -> Numbers:
    """Return how many people see the same as the melding with this row number, as staff are told."""
    proved = func.sum(case((AlsoSeen.checked, 1), else_=0))
    query = select(func.count(AlsoSeen.id), proved).where(AlsoSeen.melding_id == melding_id)
    everybody, checked = session.execute(query).one()
    return Numbers(checked or 0, everybody - (checked or 0))
