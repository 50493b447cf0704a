"""The chain of the audit: what a seal is computed from, and the file outside the database that keeps heads.

Every value is an HMAC-SHA-256 with a key that is not in the database: who can change rows can't make a
chain that fits them.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from data.audit_models import AuditSeal
from data.models import Audit

NOTHING_BEFORE: Final = "0" * 64
FILE: Final = "audit-koppen.jsonl"
AT_ONCE: Final = 1_000
# So many rows in a seal: the writing side of SQLite is taken for a moment only.
MOST_ROWS: Final = 500
# A line takes about 170 bytes; the end of the file is enough to find the last whole one.
END_BYTES: Final = 4_096


class Summary(NamedTuple):
    """The rows of one segment: how many, their digest, the moment of the earliest and of the latest."""

    rows: int
    digest: str
    first_at: datetime
    last_at: datetime


class Head(NamedTuple):
    """A line of the file of heads."""

    number: int
    head: str


def stored_rows(session: Session, query: Select[Any]) -> Iterable[Row[Any]]:
    """Return the rows of a query a piece at a time, so that years of audit need not fit in memory."""
    return session.execute(query.execution_options(yield_per=AT_ONCE))


def row_columns() -> Select[Any]:
    """Return the query for all that a seal covers of each row."""
    return select(
        Audit.seal,
        Audit.id,
        Audit.at,
        Audit.actor,
        Audit.action,
        Audit.object_kind,
        Audit.object_id,
        Audit.detail,
    )


def summary(key: bytes, rows: Iterable[Row[Any]]) -> Summary:
    """Return what a segment seals of its rows, which come in the order of their numbers; one at least."""
    digest = hmac.new(key, b"rijen", "sha256")
    moments: list[datetime] = []
    count = 0
    for row in rows:
        # A JSON text holds no line end of its own, so no two lists of rows give the same bytes.
        digest.update(b"\n" + _canonical([row.id, row.at, *row[3:]]))
        moments = [min([row.at, *moments[:1]]), max([row.at, *moments[1:]])]
        count += 1
    return Summary(count, digest.hexdigest(), moments[0], moments[1])


def head_of(key: bytes, seal: AuditSeal) -> str:
    """Return the head that belongs to a seal, whatever stands in it."""
    return _mac(
        key, "kop", [seal.number, seal.previous, seal.sealed_at, seal.rows, seal.last_at, seal.digest]
    )


def dropped_mac(key: bytes, seal: AuditSeal) -> str:
    """Return what shows that the service itself dropped the rows of a seal."""
    return _mac(key, "opgeruimd", [seal.number, seal.head, seal.dropped_at])


def _mac(key: bytes, kind: str, values: Sequence[Any]) -> str:
    return hmac.new(key, kind.encode() + b"\n" + _canonical(values), "sha256").hexdigest()


def _canonical(values: Sequence[Any]) -> bytes:
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode("ascii")


class HeadFile:
    """The heads of all seals, one a line, only ever added to; a copy elsewhere shows a cut tail."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def last(self) -> int:
        """Return the number of the last seal in the file, 0 when there is none."""
        if not self.path.exists():
            return 0
        with self.path.open("rb") as file:
            file.seek(max(0, self.path.stat().st_size - END_BYTES))
            return max((head.number for head in map(_read_line, file) if head), default=0)

    def read(self) -> dict[int, set[str]]:
        """Return all heads by number; a line that can't be read counts as not there."""
        found: dict[int, set[str]] = {}
        if self.path.exists():
            with self.path.open("rb") as file:
                for head in filter(None, map(_read_line, file)):
                    found.setdefault(head.number, set()).add(head.head)
        return found

    def add(self, seals: Sequence[AuditSeal]) -> None:
        """Put seals at the end, durably, after whatever stands there; OSError when the disk refuses."""
        lines = [
            {"nummer": seal.number, "op": seal.sealed_at.isoformat(), "rijen": seal.rows, "kop": seal.head}
            for seal in seals
        ]
        text = "".join(json.dumps(line) + "\n" for line in lines).encode("ascii")
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "a+b", buffering=0) as file:
            file.write(_after_half_a_line(file) + text)
            os.fsync(file.fileno())


def _after_half_a_line(file: Any) -> bytes:
    """Return the line end that a line needs which a crash or a full disk cut off."""
    size = file.seek(0, os.SEEK_END)
    if not size:
        return b""
    file.seek(size - 1)
    return b"" if file.read(1) == b"\n" else b"\n"


def _read_line(line: bytes) -> Head | None:
    try:
        found = json.loads(line)
        return Head(int(found["nummer"]), str(found["kop"]))
    except (ValueError, KeyError, TypeError):
        return None
