"""The audit: one row per act, written in the transaction of the act itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from data.models import Audit, core_table

_ADD: Final = insert(core_table(Audit)).inline()


def record(
    session: Session,
    *,
    actor: str,
    action: str,
    object_kind: str,
    object_id: str,
    detail: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Add what was done to the audit; `detail` holds counts and names of files, never contents."""
    session.execute(
        _ADD,
        {
            "at": at or datetime.now(UTC),
            "actor": actor,
            "action": action,
            "object_kind": object_kind,
            "object_id": object_id[:80],
            "detail": detail or {},
        },
    )
