"""The workbench: the database with a memory of what was computed, good until the data change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.database import Database
from data.models import Audit
from data.readers.pdok import Locatieserver

Answer = TypeVar("Answer")


class Workbench:
    """Answers composed from the database; the same question on the same data is computed once."""

    def __init__(
        self, database: Database, *, capacity: int = 96, locatieserver: Locatieserver | None = None
    ) -> None:
        self.database = database
        self.locatieserver = locatieserver
        self._capacity = capacity
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._guard = threading.Lock()
        self._busy: dict[Hashable, threading.Lock] = {}

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Give a session that reads."""
        with self.database.read() as session:
            yield session

    def remember(self, session: Session, key: Hashable, compute: Callable[[], Answer]) -> Answer:
        """Return what `compute` gives, from memory when the data have not changed since.

        Two that ask the same at once wait for one computation. The least recently used answer goes first.
        """
        versioned = (data_version(session), key)
        with self._guard:
            turn = self._busy.setdefault(versioned, threading.Lock())
        with turn:
            with self._guard:
                if versioned in self._kept:
                    self._kept.move_to_end(versioned)
                    kept: Answer = self._kept[versioned]
                    return kept
            try:
                answer = compute()
                self._keep(versioned, answer)
            finally:
                with self._guard:
                    self._busy.pop(versioned, None)
        return answer

    def _keep(self, key: Hashable, answer: object) -> None:
        with self._guard:
            self._kept[key] = answer
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)


def data_version(session: Session) -> int:
    """Return a number that grows with every change of the data: each is in the audit, logins apart."""
    return session.scalar(select(func.max(Audit.id)).where(Audit.object_kind != "account")) or 0
