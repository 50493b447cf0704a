"""The workbench: the database with a memory of what was computed, good until the data change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Engine, func, select
from sqlalchemy.orm import Session

from data.database import Database
from data.models import AreaEdition, Audit
from data.readers.pdok import Locatieserver
from geo.exposure import AMSTERDAM
from service.analysis.weight import weight

Answer = TypeVar("Answer")
# On PostgreSQL a number in the audit may become true after a higher one: so far back that is noticed.
LATE: Final = 1_000
MOST_BYTES: Final = 256 * 2**20


class Kept(NamedTuple):
    """An answer and about how many bytes it takes."""

    answer: Any
    size: int


class About(StrEnum):
    """What an answer is worked out from, and so what makes it old."""

    OUTLINES = "grenzen alleen"
    REFERENCE = "grenzen, cijfers en adressen"
    RECORDS = "ook meldingen en initiatieven"


# Per database and kind of answer: up to where the audit was looked at, and the newest change then.
_LOOKED: Final[WeakKeyDictionary[Engine, dict[About, tuple[int, int]]]] = WeakKeyDictionary()
_EDITION: Final = AreaEdition.__table__.c
_EDITIONS: Final = select(_EDITION.year, _EDITION.loaded_at).order_by(_EDITION.year)
# Acts that change no data: somebody logged in or could not, lacked a right, looked, or took data along.
NO_CHANGE: Final = ("account", "audit", "export", "oidc", "persoon", "recht")
# Acts that change no outline, figure or address.
RECORD_KINDS: Final = (
    "aanmelding",
    "abonnement",
    "afspraak",
    "bijeenkomst",
    "evaluatie",
    "hulp",
    "hulpaanbod",
    "idee",
    "initiatief",
    "jaarplan",
    "kennismaking",
    "keuze",
    "mail",
    "melding",
    "organisatie",
    "partner",
    "peiling",
    "publicatie",
    "signaal",
    "thema",
    "verzoek",
    "volger",
    "vorm",
    "vraag",
)


class DataVersion(NamedTuple):
    """The newest change of the data, and how many of the last numbers up to it are changes."""

    newest: int
    recent: int


class Workbench:
    """Answers composed from the database; the same question on the same data is computed once.

    At most `capacity` answers of at most `most_bytes` together are kept, and always the newest one.
    """

    def __init__(
        self,
        database: Database,
        *,
        capacity: int = 1_000,
        most_bytes: int = MOST_BYTES,
        locatieserver: Locatieserver | None = None,
    ) -> None:
        self.database = database
        self.locatieserver = locatieserver
        self._capacity = capacity
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._bytes = 0
        self._guard = threading.Lock()
        self._busy: dict[Hashable, threading.Lock] = {}
        self._open = threading.local()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Give a session that reads; who asks inside one gets that same one.

        An answer is composed of answers. With a connection for each, those who wait for an answer could keep
        the connection that the one who works it out still needs; and it is all of one state of the data.
        """
        held: Session | None = getattr(self._open, "session", None)
        if held is not None:
            yield held
            return
        with self.database.read() as session:
            self._open.session = session
            try:
                yield session
            finally:
                self._open.session = None

    def remember(
        self,
        session: Session,
        key: Hashable,
        compute: Callable[[], Answer],
        *,
        about: About = About.RECORDS,
    ) -> Answer:
        """Return what `compute` gives, from memory when the data it is about have not changed since.

        What is about records is worked out anew each day: a source that is watched until today was watched
        a day longer. Two that ask the same at once wait for one computation. The least recently used answer
        goes first.
        """
        day = today() if about is About.RECORDS else None
        versioned = (data_version(session, about=about), day, key)
        with self._guard:
            turn = self._busy.setdefault(versioned, threading.Lock())
        with turn:
            with self._guard:
                if versioned in self._kept:
                    self._kept.move_to_end(versioned)
                    kept: Answer = self._kept[versioned].answer
                    return kept
            try:
                answer = compute()
                self._keep(versioned, answer)
            finally:
                with self._guard:
                    self._busy.pop(versioned, None)
        return answer

    @property
    def bytes_kept(self) -> int:
        """About how many bytes all kept answers take."""
        return self._bytes

    def _keep(self, key: Hashable, answer: object) -> None:
        kept = Kept(answer, weight(answer))
        with self._guard:
            self._kept[key] = kept
            self._bytes += kept.size
            while len(self._kept) > 1 and self._is_full():
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= oldest.size

    def _is_full(self) -> bool:
        return len(self._kept) > self._capacity or self._bytes > self._most_bytes


def data_version(session: Session, *, about: About = About.RECORDS) -> Hashable:
    """Return what differs after every change of the data: each is in the audit, logins apart.

    A session sees one state, so it is asked once for each session.
    """
    known: dict[About, Hashable] = session.info.setdefault("versions", {})
    if about not in known:
        known[about] = _outlines(session) if about is About.OUTLINES else _data_version(session, about)
    return known[about]


def _outlines(session: Session) -> Hashable:
    """Return when each edition last changed: one query, since every melding that comes in asks for it."""
    return tuple(tuple(row) for row in session.execute(_EDITIONS))


def _data_version(session: Session, about: About) -> DataVersion:
    ignored = NO_CHANGE if about is About.RECORDS else (*NO_CHANGE, *RECORD_KINDS)
    changes = Audit.object_kind.not_in(ignored)
    newest = _newest(session, about, changes)
    late = Audit.id.between(newest - LATE + 1, newest)
    recent = select(func.count()).select_from(Audit).where(changes, late)
    return DataVersion(newest, session.scalar(recent) or 0)


def _newest(session: Session, about: About, changes: ColumnElement[bool]) -> int:
    """Return the number of the newest change, looking only at what came since the last look.

    The audit holds a row for each melding: reading all of it for every answer would cost more every day.
    """
    looked = _LOOKED.setdefault(session.connection().engine, {})
    last, newest = looked.get(about, (0, 0))
    top = session.scalar(select(func.max(Audit.id))) or 0
    if top < last:
        # A state from before the last look.
        last, newest = 0, 0
    since = select(func.max(Audit.id)).where(changes, Audit.id > last - LATE)
    newest = max(newest, session.scalar(since) or 0)
    if top >= looked.get(about, (0, 0))[0]:
        looked[about] = (top, newest)
    return newest


def today() -> date:
    """Return the day that it is in Amsterdam, whatever the time zone of this machine."""
    return datetime.now(AMSTERDAM).date()
