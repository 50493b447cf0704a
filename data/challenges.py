"""Challenges that were solved: each counts once, for whoever stores something with it first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from sqlalchemy import Executable, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from data.challenge_models import SpentChallenge
from data.database import Database
from data.models import core_table
from data.repeating import Repeating

# Nobody has shown to have taken any trouble, so a person looks first.
UNCHECKED: Final = "zonder controle"
SPENT: Final = "controle al gebruikt"
# So much later than its end nobody's clock takes a challenge for a fresh one.
KEPT_AFTER: Final = timedelta(hours=1)
EVERY_S: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class Proof:
    """A solved challenge: the digest that names it, and until when it is taken."""

    digest: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """What is known of who sends something: why a person looks first, and the proof that nobody has to."""

    quarantine: str | None = None
    proof: Proof | None = None

    def settle(self, session: Session) -> str | None:
        """Return why a person looks first, None when nothing is suspicious; the proof is spent.

        Call it once, in the transaction that stores what was sent: when that fails, the proof counts again.
        """
        if self.proof is not None and not spend(session, self.proof):
            return self.quarantine or SPENT
        return self.quarantine


def spend(session: Session, proof: Proof) -> bool:
    """Count a proof and return True; False when it counted before. Of two at once one counts."""
    statement = _spending(session.get_bind().dialect.name)
    values = {"digest": proof.digest, "expires_at": proof.expires_at}
    return session.execute(statement, values).scalar() is not None


@cache
def _spending(dialect: str) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    table = core_table(SpentChallenge)
    return insert(table).on_conflict_do_nothing().returning(table.c.digest)


def forget_expired(session: Session, *, now: datetime | None = None) -> int:
    """Drop what was spent of challenges that are no longer taken; return how many."""
    before = (now or datetime.now(UTC)) - KEPT_AFTER
    gone = session.scalars(
        delete(SpentChallenge).where(SpentChallenge.expires_at < before).returning(SpentChallenge.digest)
    )
    return len(gone.all())


class ChallengeKeeper(Repeating):
    """Drops what is no longer taken every hour."""

    def __init__(self, database: Database) -> None:
        super().__init__("uitdagingen opruimen", every_s=EVERY_S)
        self._database = database

    def step(self) -> None:
        """Drop what is over now."""
        with self._database.write() as session:
            forget_expired(session)
