"""Whether the service is well: for machines that watch it."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from sqlalchemy import text

from service import mail_worker
from service.dependencies import DatabaseDep, SettingsDep

router = APIRouter()


@router.get("/health")
def health(database: DatabaseDep, settings: SettingsDep) -> dict[str, object]:
    """Return `ok` when the database answers, with what makes it less safe than promised."""
    with database.read() as session:
        session.execute(text("SELECT 1"))
    return {
        "status": "ok",
        "database": database.url.get_backend_name(),
        "waarschuwingen": database.warnings(),
        "mail": mail_worker.warnings(database, settings, datetime.now(UTC)),
    }
