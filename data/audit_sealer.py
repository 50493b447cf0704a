"""The sealer: closes the audit of the last minute, exports its head, and drops what has had its time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from data import audit
from data.audit_chain import (
    MOST_ROWS,
    NOTHING_BEFORE,
    HeadFile,
    dropped_mac,
    head_of,
    row_columns,
    stored_rows,
    summary,
)
from data.audit_models import AuditSeal
from data.database import Database
from data.models import Audit
from data.repeating import Repeating

EVERY_S: Final = 60.0
MOST_SEALS: Final = 500
# A number nobody else locks: of two services on one PostgreSQL one seals at a time.
LOCK: Final = 0x57_42_41_55
ACTOR: Final = "dienst"


def seal_next(session: Session, key: bytes, *, now: datetime, after: int = 0) -> AuditSeal | None:
    """Seal rows that no seal holds yet, the oldest first; None when there are none.

    `after` is the last number that was exported: when the database lacks it (its tail was cut, or an older
    copy was put back), the numbers go on behind it and the gap stays to be seen. On PostgreSQL a row may
    become visible after rows with higher numbers: it has no seal yet, so it is in the next one.
    """
    _alone(session)
    last = session.scalars(select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1)).first()
    number = max(last.number if last else 0, after) + 1
    waiting = select(Audit.id).where(Audit.seal.is_(None)).order_by(Audit.id).limit(MOST_ROWS)
    closing = update(Audit).where(Audit.id.in_(waiting)).values(seal=number)
    session.execute(closing, execution_options={"synchronize_session": False})
    if not session.scalar(select(func.count()).where(Audit.seal == number)):
        return None
    rows = stored_rows(session, row_columns().where(Audit.seal == number).order_by(Audit.id))
    found = summary(key, rows)
    made = AuditSeal(
        number=number,
        sealed_at=now,
        previous=last.head if last else NOTHING_BEFORE,
        rows=found.rows,
        last_at=found.last_at,
        digest=found.digest,
    )
    made.head = head_of(key, made)
    session.add(made)
    session.flush()
    return made


def expired_before(now: datetime, months: int) -> datetime:
    """Return the start of the oldest month that is kept, in UTC."""
    count = now.astimezone(UTC).year * 12 + now.astimezone(UTC).month - 1 - months
    return datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)


def drop_expired(session: Session, key: bytes, *, before: datetime, now: datetime) -> int:
    """Drop the rows of seals that hold nothing of `before` or later, the seals stay; return how many rows.

    The last seal keeps its rows, so that SQLite gives no number out twice.
    """
    _alone(session)
    newest = select(func.max(AuditSeal.number)).scalar_subquery()
    query = select(AuditSeal).where(
        AuditSeal.dropped_at.is_(None), AuditSeal.last_at < before, AuditSeal.number < newest
    )
    seals = session.scalars(query.order_by(AuditSeal.number).limit(MOST_SEALS)).all()
    if not seals:
        return 0
    numbers = [seal.number for seal in seals]
    gone = delete(Audit).where(Audit.seal.in_(numbers))
    session.execute(gone, execution_options={"synchronize_session": False})
    for seal in seals:
        seal.dropped_at = now
        seal.dropped_mac = dropped_mac(key, seal)
    rows = sum(seal.rows for seal in seals)
    audit.record(
        session,
        actor=ACTOR,
        action="audit.opgeruimd",
        object_kind="audit",
        object_id=f"{numbers[0]}-{numbers[-1]}",
        detail={"segmenten": len(numbers), "rijen": rows},
        at=now,
    )
    return rows


def _alone(session: Session) -> None:
    """Wait until no other service on this database is sealing; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


class Sealer(Repeating):
    """Seals every minute; there is one. What waits at a stop is sealed at the next start."""

    def __init__(
        self, database: Database, key: Callable[[], bytes], heads: HeadFile, *, keep_months: int
    ) -> None:
        super().__init__("de audit verzegelen", every_s=EVERY_S)
        self._database = database
        self._key = key
        self._heads = heads
        self._keep_months = keep_months

    def step(self) -> None:
        """Seal what waits now."""
        self.look(datetime.now(UTC))

    def look(self, now: datetime) -> None:
        """Seal all that waits, export its heads, and drop what has had its time."""
        key = self._key()
        exported = self._heads.last()
        while not self.stopped():
            with self._database.write() as session:
                made = seal_next(session, key, now=now, after=exported)
            if made is None:
                break
        self._export(exported)
        before = expired_before(now, self._keep_months)
        dropped = True
        while dropped and not self.stopped():
            with self._database.write() as session:
                dropped = bool(drop_expired(session, key, before=before, now=now))

    def _export(self, exported: int) -> None:
        """Add the heads that the file lacks: also of a seal that a crash kept from it."""
        with self._database.read() as session:
            query = select(AuditSeal).where(AuditSeal.number > exported).order_by(AuditSeal.number)
            seals = session.scalars(query).all()
        if seals:
            self._heads.add(seals)
