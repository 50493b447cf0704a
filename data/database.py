"""The database: one reader side and one writer side, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import fcntl
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final, TextIO, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from data.together import Together
from geo.errors import WijkbeeldError

try:
    from pysqlite3 import dbapi2 as sqlite_module
except ImportError:  # pysqlite3 has wheels for Linux only; elsewhere the one-writer rule carries the safety
    import sqlite3 as sqlite_module

T = TypeVar("T")
__all__ = ["Database", "Turn", "WriterBusy", "WriterStopped", "alembic_config", "sqlite_module"]

# Who waits longer is told to come back: else all who come after wait too.
WAIT_S = 5
# After so many pages the log is written back. Often: a short wait for some writes, and no long one.
PAGES_OF_LOG: Final = 500
# An import touches the same index pages over and over: 32 MiB of log before it is written back.
PAGES_OF_LOG_FOR_MANY: Final = 8_000
PRAGMAS = (
    f"busy_timeout={WAIT_S * 1000}",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "secure_delete=ON",
    "cell_size_check=ON",
    f"wal_autocheckpoint={PAGES_OF_LOG}",
)
# SQLite 3.7.0-3.51.2 can lose rows when two connections write and checkpoint at once (WAL-reset fault).
SAFE_SQLITE = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
MIGRATIONS = Path(__file__).parent / "migrations"


# What SQLite says when the disk failed under it, or gave back what was not written: IOERR and CORRUPT.
DISK_FAULTS = (10, 11)


class WriterBusy(WijkbeeldError):
    """Another process holds the writing side of this SQLite file."""


class WriterStopped(WijkbeeldError):
    """The disk failed and the file did not pass its check since: it is read, and not written."""


class Turn:
    """A lock that is handed over in the order of asking, so that a long series of writes cannot keep it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    def __enter__(self) -> None:
        """Wait for the turn."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            ready = threading.Lock()
            ready.acquire()
            self._waiting.append(ready)
        ready.acquire()

    def __exit__(self, *_error: object) -> None:
        """Give the turn to who waits longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class Database:
    """Readers beside one writer.

    On SQLite all writes of the process pass one connection, one at a time, each begun with BEGIN IMMEDIATE; a
    lock file beside the database keeps a second process from writing. PostgreSQL orders its writers itself.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._turn = Turn()
        self._together = Together(self.write)
        self._lock_file: TextIO | None = None
        self._doubted = False
        if self.is_sqlite:
            Path(self.path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.writer = _sqlite_engine(str(self.url), begin="BEGIN IMMEDIATE", query_only=False)
            self.reader = _sqlite_engine(str(self.url), begin="BEGIN", query_only=True)
        else:
            self.writer = create_engine(
                self.url, pool_size=10, max_overflow=10, pool_timeout=WAIT_S, pool_pre_ping=True
            )
            # Without it every statement of a reader would see a state of its own.
            self.reader = self.writer.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @property
    def path(self) -> str:
        """The file of a SQLite database; one in memory is refused, since it has no second connection."""
        if not self.url.database or self.url.database == ":memory:":
            raise ValueError("een SQLite-database heeft een bestand nodig: sqlite:///pad")
        return self.url.database

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one consistent state and changes nothing."""
        with Session(self.reader) as session:
            yield session

    @contextmanager
    def write(self, *, beside: Path | None = None) -> Iterator[Session]:
        """Give a session whose changes are durable when the block ends, and gone when it fails.

        On SQLite the tables of the SQLite file `beside` are at hand as `staging`.
        """
        with self._one_at_a_time(), self._trusted_writer() as connection:
            attached = beside if self.is_sqlite else None
            with _attached(connection, attached, "staging"), Session(connection) as session, session.begin():
                yield session

    def write_together(self, work: Callable[[Session], T]) -> T:
        """Return what `work` gives, its changes durable; who writes at the same moment shares one sync.

        What `work` raises undoes its own changes alone. PostgreSQL shares its syncs by itself.
        """
        if self.is_sqlite:
            return self._together.run(work)
        with self.write() as session:
            return work(session)

    @contextmanager
    def write_beside(self, path: Path, *, name: str) -> Iterator[Any]:
        """Give SQLite's own connection in one transaction, with another SQLite file attached under `name`.

        Rows then go from that file to the tables inside SQLite. Durable at the end, gone when it fails.
        References are not looked up row by row: the caller knows that what its rows point to is there.
        """
        with self._turn, self._trusted_writer() as connection, _attached(connection, path, name):
            driver: Any = connection.connection.driver_connection
            with _without_lookups(driver), _transaction(driver):
                yield driver

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        with self._turn:
            yield

    @contextmanager
    def _trusted_writer(self) -> Iterator[Connection]:
        """Give the writing connection; after a fault of the disk a new one, once the file passed its check.

        What a failed sync left in memory and on disk may differ, so nothing is built on it: PostgreSQL
        restarts for the same reason, and does so itself.
        """
        if self._doubted:
            self._check_file()
        try:
            with self.writer.connect() as connection:
                yield connection
        except (DBAPIError, sqlite_module.Error) as error:
            if self.is_sqlite and _is_disk_fault(error):
                self._doubted = True
                self.writer.dispose()
            raise

    def _check_file(self) -> None:
        with self.writer.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if found != "ok":
            self.writer.dispose()
            raise WriterStopped(f"{self.path} is beschadigd: {found}")
        self._doubted = False

    def claim_writer(self) -> None:
        """Take the writing side for this process until it ends; WriterBusy when another process has it."""
        if not self.is_sqlite or self._lock_file is not None:
            return
        handle = Path(f"{self.path}.lock").open("a", encoding="utf-8")  # noqa: SIM115 (held until close)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            raise WriterBusy(f"een ander proces schrijft al in {self.path}") from None
        self._lock_file = handle

    def migrate(self) -> None:
        """Bring the tables to the newest shape."""
        with self.writer.connect() as connection:
            command.upgrade(alembic_config(connection), "head")

    def scrub(self, *, whole: bool = True) -> bool:
        """Leave nothing of what was removed in the files of SQLite; False when a reader kept the log.

        Zeroing removed rows is not enough: pages that were split hold copies. So the whole file is copied,
        while who writes waits; without `whole` its log alone is emptied. PostgreSQL's own vacuum clears its
        pages in time.
        """
        if not self.is_sqlite:
            return True
        with self._turn, self._trusted_writer() as connection:
            driver: Any = connection.connection.driver_connection
            if whole:
                driver.execute("VACUUM")
            busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def warnings(self) -> list[str]:
        """Return what makes this database less safe than promised, in Dutch; empty when all is well."""
        if self.is_sqlite:
            return _sqlite_warnings(sqlite_module)
        with self.reader.connect() as connection:
            return _postgres_warnings(connection)

    def close(self) -> None:
        """Close all connections and let another process write."""
        self.writer.dispose()
        self.reader.dispose()
        if self._lock_file is not None:
            self._lock_file.close()
            self._lock_file = None


def _is_disk_fault(error: Exception) -> bool:
    original = error.orig if isinstance(error, DBAPIError) else error
    return getattr(original, "sqlite_errorcode", 0) & 0xFF in DISK_FAULTS


@contextmanager
def _attached(connection: Connection, path: Path | None, name: str) -> Iterator[None]:
    if path is None:
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute(f"ATTACH DATABASE ? AS {name}", (str(path),))
    driver.execute(f"PRAGMA wal_autocheckpoint={PAGES_OF_LOG_FOR_MANY}")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA wal_autocheckpoint={PAGES_OF_LOG}")
        driver.execute(f"DETACH DATABASE {name}")


@contextmanager
def _without_lookups(driver: Any) -> Iterator[None]:
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


@contextmanager
def _transaction(driver: Any) -> Iterator[None]:
    driver.execute("BEGIN IMMEDIATE")
    try:
        yield
        driver.execute("COMMIT")
    finally:
        # A commit that failed (a full disk) leaves the transaction open, or SQLite ended it by itself.
        if driver.in_transaction:
            driver.execute("ROLLBACK")


def alembic_config(connection: Connection) -> Config:
    """Return Alembic's configuration for an open connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _sqlite_engine(url: str, *, begin: str, query_only: bool) -> Engine:
    # One connection for each thread that answers: readers of a file wait for nobody.
    options = {"pool_size": 40, "max_overflow": 20} if query_only else {"pool_size": 1, "max_overflow": 0}
    engine = create_engine(url, module=sqlite_module, **options)

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: object) -> None:
        # The driver must not open transactions of its own: SQLAlchemy's begin event does.
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        # The writer touches leaves all over the indexes: keep them at hand (64 MiB).
        connection.execute("PRAGMA query_only=ON" if query_only else "PRAGMA cache_size=-65536")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _sqlite_warnings(module: ModuleType) -> list[str]:
    version = tuple(int(part) for part in module.sqlite_version.split("."))
    if version >= SAFE_SQLITE[0] or any(
        version[:2] == safe[:2] and version >= safe for safe in SAFE_SQLITE[1:]
    ):
        return []
    return [
        f"SQLite {module.sqlite_version} kan bij gelijktijdig schrijven rijen verliezen; "
        "houd het bij één proces of installeer pysqlite3"
    ]


def _postgres_warnings(connection: Connection) -> list[str]:
    wanted = {
        "fsync": {"on"},
        "full_page_writes": {"on"},
        "synchronous_commit": {"on", "remote_write", "remote_apply"},
        "data_sync_retry": {"off"},
    }
    found = {name: connection.scalar(text(f"SHOW {name}")) for name in wanted}
    return [
        f"PostgreSQL: {name} staat op {value}; verwacht {' of '.join(sorted(wanted[name]))}"
        for name, value in found.items()
        if value not in wanted[name]
    ]
