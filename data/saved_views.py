"""Saved views: what an account wants to see again, kept under its own name and seen by nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import audit
from data.text_masking import without_bsn
from data.view_models import SavedView
from geo.errors import WijkbeeldError

LONGEST_NAME: Final = 80
LONGEST_QUERY: Final = 4_000
MOST: Final = 100


class WrongView(WijkbeeldError):
    """A view that cannot be kept; the message says why."""


def views(session: Session, account: str, gemeente: str) -> Sequence[SavedView]:
    """Return the views that an account kept of a gemeente, by name."""
    query = select(SavedView).where(SavedView.account == account, SavedView.municipality_code == gemeente)
    return session.scalars(query.order_by(SavedView.naam)).all()


def view(session: Session, account: str, number: int) -> SavedView | None:
    """Return one view of an account, None when it has none of this number."""
    found = session.get(SavedView, number)
    return found if found is not None and found.account == account else None


def save(session: Session, account: str, gemeente: str, naam: str, query: str) -> SavedView:
    """Keep a view. Raises WrongView without a name, for a name that is taken, or when there are too many."""
    known = views(session, account, gemeente)
    if len(known) >= MOST:
        raise WrongView(f"u kunt tot {MOST} weergaven bewaren; haal er eerst een weg")
    if len(query) > LONGEST_QUERY:
        raise WrongView("deze weergave is te lang om te bewaren; kies minder gebieden")
    row = SavedView(municipality_code=gemeente, account=account, naam=_free_name(naam, known), query=query)
    session.add(row)
    session.flush()
    _note(session, "weergave.bewaard", row)
    return row


def rename(session: Session, row: SavedView, naam: str) -> None:
    """Give a view another name. Raises WrongView as `save` does."""
    others = [one for one in views(session, row.account, row.municipality_code) if one.id != row.id]
    row.naam = _free_name(naam, others)
    _note(session, "weergave.hernoemd", row)


def remove(session: Session, row: SavedView) -> None:
    """Take a view away."""
    _note(session, "weergave.weggehaald", row)
    session.delete(row)


def _free_name(naam: str, known: Sequence[SavedView]) -> str:
    clean = without_bsn(naam.strip())
    if not clean:
        raise WrongView("geef de weergave een naam")
    if len(clean) > LONGEST_NAME:
        raise WrongView(f"een naam is tot {LONGEST_NAME} tekens")
    if any(one.naam == clean for one in known):
        raise WrongView("u hebt al een weergave met deze naam")
    return clean


def _note(session: Session, action: str, row: SavedView) -> None:
    # Of the account, since no figure changes by it.
    audit.record(
        session,
        actor=row.account,
        action=action,
        object_kind="account",
        object_id=row.account,
        detail={"gemeente": row.municipality_code, "weergave": str(row.id)},
    )
