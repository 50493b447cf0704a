"""Together: the work of several writers in one transaction, durable by one sync of the disk.

A sync takes longer than storing a melding, and writers of SQLite wait for each other. So who waits is taken
along by the next that writes, each in a savepoint of its own. Nobody waits for company to come.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

T = TypeVar("T")
# Who comes next waits for so many at most.
MOST_AT_ONCE: Final = 64


@dataclass(eq=False, slots=True)
class _Job:
    """The work of one writer, and what came of it; who is woken before it is done leads the next."""

    work: Callable[[Session], Any]
    woken: threading.Event = field(default_factory=threading.Event)
    done: bool = False
    result: Any = None
    error: BaseException | None = None


class Together:
    """Brings the work of many threads into transactions of `write`, one transaction at a time."""

    def __init__(self, write: Callable[[], AbstractContextManager[Session]]) -> None:
        self._write = write
        self._guard = threading.Lock()
        self._waiting: deque[_Job] = deque()
        self._led = False

    def run(self, work: Callable[[Session], T]) -> T:
        """Return what `work` returns, once it is durable; what it raises undoes its own part alone.

        A fault of the database is everybody's: all in that transaction get it, and nothing of it is stored.
        """
        job = _Job(work)
        with self._guard:
            self._waiting.append(job)
            leads, self._led = not self._led, True
        if not leads:
            job.woken.wait()
        if not job.done:
            self._lead()
        if job.error is not None:
            raise job.error
        result: T = job.result
        return result

    def _lead(self) -> None:
        """Do what waits, and make the next that waits the leader."""
        with self._guard:
            batch = [self._waiting.popleft() for _ in range(min(MOST_AT_ONCE, len(self._waiting)))]
        try:
            with self._write() as session:
                for job in batch:
                    _do(session, job)
        except BaseException as error:  # each raises it in its own thread
            for job in batch:
                job.error = error
        with self._guard:
            self._led = bool(self._waiting)
            following = [self._waiting[0]] if self._waiting else []
        for job in batch:
            job.done = True
        for job in (*following, *batch):
            job.woken.set()


def _do(session: Session, job: _Job) -> None:
    """Do the work of one; an error is its own when the savepoint undid it, else it ends the transaction."""
    try:
        with session.begin_nested():
            job.result = job.work(session)
    except IntegrityError as error:
        job.error = error
    except DBAPIError:
        # After a full disk SQLite may have ended the transaction by itself: what follows would stand alone.
        raise
    except Exception as error:
        job.error = error
