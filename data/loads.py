"""Loads: one row for each reference file that was taken in whole, with the hash that tells it from others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.choices import ImportState
from data.models import Import, Source


def is_loaded(session: Session, slug: str, file_hash: str) -> bool:
    """Whether the source with this slug has taken in a file with this hash."""
    query = (
        select(Import.id)
        .join(Source, Source.id == Import.source_id)
        .where(Source.slug == slug, Import.file_hash == file_hash, Import.state == ImportState.VISIBLE)
    )
    return session.scalar(query.limit(1)) is not None


def record_load(
    session: Session, *, source_id: int, file_name: str, file_hash: str, rows: int, report: dict[str, Any]
) -> int:
    """Keep that a file was loaded in this transaction; returns the id of the load."""
    now = datetime.now(UTC)
    row = Import(
        source_id=source_id,
        file_name=file_name[:255],
        file_hash=file_hash,
        state=ImportState.VISIBLE,
        applied_rows=rows,
        started_at=now,
        visible_at=now,
        report=report,
    )
    session.add(row)
    session.flush()
    return row.id
