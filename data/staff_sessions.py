"""Sessions of staff as their owner sees them, and ending them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data.models import StaffSession


def of_account(session: Session, account: str) -> Sequence[StaffSession]:
    """Return the sessions of an account, the one that was used last first."""
    query = select(StaffSession).where(StaffSession.account == account)
    return session.scalars(query.order_by(StaffSession.seen_at.desc())).all()


def end(session: Session, account: str, *, but: str | None = None) -> None:
    """End the sessions of an account, except the one with the token hash `but`."""
    session.execute(
        delete(StaffSession).where(StaffSession.account == account, StaffSession.token_hash != (but or ""))
    )
