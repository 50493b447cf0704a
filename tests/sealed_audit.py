"""An audit with seals, for tests: a database with the tables of the audit alone, and the file of heads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from data import audit
from data.audit_chain import HeadFile
from data.audit_check import Fault, Outcome, check
from data.audit_models import AuditSeal
from data.audit_sealer import Sealer
from data.database import Database
from data.models import Audit, Table

KEY = b"k" * 32
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SEGMENTS, ROWS_EACH = 4, 3


@dataclass
class Kept:
    """A database with an audit, and the file that its heads go to."""

    database: Database
    heads: HeadFile

    def act(self, number: int, at: datetime) -> None:
        """Do something that is in the audit."""
        with self.database.write() as session:
            record(session, number, at)

    def seal(self, now: datetime, *, months: int = 24) -> None:
        """Let the sealer look once."""
        Sealer(self.database, lambda: KEY, self.heads, keep_months=months).look(now)

    def check(self, now: datetime = NOW + timedelta(hours=1)) -> Outcome:
        """Check what is there now."""
        with self.database.read() as session:
            return check(session, KEY, self.heads.read(), now=now)

    def faults(self) -> set[tuple[Fault, int]]:
        """Return what the check finds, and where."""
        return {(found.fault, found.number) for found in self.check().found}


def record(session: Session, number: int, at: datetime) -> None:
    detail = {"van": "open", "naar": "klaar", "aantal": number, "deel": 0.1, "naam": "Gaasterlân"}
    audit.record(
        session,
        actor="wim",
        action="proef",
        object_kind="melding",
        object_id=str(number),
        detail=detail,
        at=at,
    )


def with_tables(url: str) -> Database:
    """Open a database with the tables of the audit alone: all of them would cost most of the time."""
    database = Database(url)
    tables = [Table.metadata.tables[model.__tablename__] for model in (Audit, AuditSeal)]
    Table.metadata.create_all(database.writer, tables=tables)
    return database
