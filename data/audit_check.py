"""The check of the audit: whether its rows are those that were sealed, and no seal is gone or made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.audit_chain import (
    MOST_ROWS,
    NOTHING_BEFORE,
    Summary,
    dropped_mac,
    head_of,
    row_columns,
    stored_rows,
    summary,
)
from data.audit_models import AuditSeal
from data.models import Audit

# A row waits for its transaction, and a clock is set back a little; longer ago it was put in afterwards.
LATE: Final = timedelta(hours=1)
# A seal is in the file a moment after it is in the database.
EXPORTED_WITHIN: Final = timedelta(minutes=2)


class Fault(StrEnum):
    """What is wrong with a segment."""

    CHANGED = "veranderd"
    REMOVED = "verwijderd"
    INSERTED = "ingevoegd"
    FORGED = "vervalst"
    CUT = "afgeknipt"
    NOT_EXPORTED = "niet in het bestand"


class Found(NamedTuple):
    """A fault, the segment it is in (0: not sealed yet), and the words on it."""

    fault: Fault
    number: int
    words: str


@dataclass(slots=True)
class Outcome:
    """What the check went over and what it found."""

    seals: int = 0
    rows: int = 0
    waiting: int = 0
    found: list[Found] = field(default_factory=list)

    def add(self, fault: Fault, number: int, words: str) -> None:
        """Note a fault."""
        self.found.append(Found(fault, number, words))


def check(session: Session, key: bytes, exported: Mapping[int, set[str]], *, now: datetime) -> Outcome:
    """Compare every row with its seal, every seal with the one before, with the key and with the file."""
    outcome = Outcome()
    segments = _Segments(session, key)
    head, number, sealed_at = NOTHING_BEFORE, 0, None
    query = select(AuditSeal).order_by(AuditSeal.number).execution_options(yield_per=500)
    for seal in session.scalars(query):
        outcome.seals += 1
        if seal.number != number + 1:
            words = f"segmenten {number + 1} tot en met {seal.number - 1} ontbreken"
            outcome.add(Fault.CUT, seal.number, words)
        _check_chain(outcome, key, seal, head)
        _check_export(outcome, seal, exported, now)
        _no_such_seal(outcome, segments.before(seal.number))
        _check_rows(outcome, key, seal, segments.take(seal.number), sealed_at)
        head, number = seal.head, seal.number
        # A full seal left rows waiting that were there before it.
        sealed_at = seal.sealed_at if seal.rows < MOST_ROWS else sealed_at
    _no_such_seal(outcome, segments.before(None))
    _check_tail(outcome, number, exported)
    _check_waiting(session, outcome, sealed_at)
    return outcome


class _Segments:
    """The rows by segment, read once from the first to the last."""

    def __init__(self, session: Session, key: bytes) -> None:
        self._summaries = self._read(session, key)
        self._next = next(self._summaries, None)

    @staticmethod
    def _read(session: Session, key: bytes) -> Iterator[tuple[int, Summary]]:
        query = row_columns().where(Audit.seal.is_not(None)).order_by(Audit.seal, Audit.id)
        for number, rows in groupby(stored_rows(session, query), key=lambda row: int(row.seal)):
            yield number, summary(key, rows)

    def before(self, number: int | None) -> Iterator[tuple[int, Summary]]:
        """Give the segments up to a number, all that are left when it is None."""
        while self._next is not None and (number is None or self._next[0] < number):
            yield self._next
            self._next = next(self._summaries, None)

    def take(self, number: int) -> Summary | None:
        """Return the segment with this number, None when it has no rows."""
        if self._next is None or self._next[0] != number:
            return None
        found = self._next[1]
        self._next = next(self._summaries, None)
        return found


def _check_chain(outcome: Outcome, key: bytes, seal: AuditSeal, previous: str) -> None:
    if seal.head != head_of(key, seal):
        outcome.add(Fault.FORGED, seal.number, "de kop is niet met onze sleutel gemaakt")
    if seal.previous != previous:
        outcome.add(Fault.FORGED, seal.number, "het segment volgt niet op het vorige")
    if seal.dropped_at is not None and seal.dropped_mac != dropped_mac(key, seal):
        outcome.add(Fault.REMOVED, seal.number, "de rijen zijn niet door de dienst zelf opgeruimd")


def _check_export(outcome: Outcome, seal: AuditSeal, exported: Mapping[int, set[str]], now: datetime) -> None:
    heads = exported.get(seal.number, set())
    if heads - {seal.head}:
        outcome.add(Fault.FORGED, seal.number, "in het bestand met koppen staat een andere kop")
    if not heads and now - seal.sealed_at > EXPORTED_WITHIN:
        outcome.add(Fault.NOT_EXPORTED, seal.number, "de kop staat niet in het bestand met koppen")


def _check_rows(
    outcome: Outcome, key: bytes, seal: AuditSeal, found: Summary | None, before: datetime | None
) -> None:
    rows = found.rows if found else 0
    outcome.rows += rows
    wanted = 0 if seal.dropped_at is not None else seal.rows
    period = f"verzegeld op {seal.sealed_at:%Y-%m-%d %H:%M} UTC"
    if rows < wanted:
        outcome.add(Fault.REMOVED, seal.number, f"{rows} van {wanted} rijen zijn er nog, {period}")
    elif rows > wanted:
        outcome.add(Fault.INSERTED, seal.number, f"{rows} rijen in plaats van {wanted}, {period}")
    elif found and found.digest != seal.digest:
        outcome.add(Fault.CHANGED, seal.number, f"een van de {rows} rijen is veranderd, {period}")
    if found and before and found.first_at < before - LATE:
        words = f"een rij van {found.first_at:%Y-%m-%d %H:%M} UTC kwam er pas later bij, {period}"
        outcome.add(Fault.INSERTED, seal.number, words)


def _no_such_seal(outcome: Outcome, segments: Iterator[tuple[int, Summary]]) -> None:
    for number, found in segments:
        outcome.rows += found.rows
        outcome.add(Fault.CUT, number, f"{found.rows} rijen horen bij een zegel dat er niet is")


def _check_tail(outcome: Outcome, last: int, exported: Mapping[int, set[str]]) -> None:
    top = max(exported, default=0)
    if top > last:
        words = f"segmenten {last + 1} tot en met {top} staan in het bestand en niet in de database"
        outcome.add(Fault.CUT, top, words)


def _check_waiting(session: Session, outcome: Outcome, sealed_at: datetime | None) -> None:
    waiting = select(func.count(), func.min(Audit.at)).where(Audit.seal.is_(None))
    outcome.waiting, first_at = session.execute(waiting).one()
    if sealed_at and first_at and first_at < sealed_at - LATE:
        outcome.add(Fault.INSERTED, 0, f"een rij van {first_at:%Y-%m-%d %H:%M} UTC kwam er pas later bij")
