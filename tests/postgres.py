"""A throw-away PostgreSQL with PostGIS for one test session: its own folder and socket, gone afterwards."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from fresh import database_at
from psycopg import sql

INSTALL = "installeer PostgreSQL met PostGIS: apt-get install postgresql postgresql-15-postgis-3"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    # What a killed process wrote stays in the memory of the system, and nobody wants it after a power cut.
    "fsync": "off",
    "full_page_writes": "off",
}


class MissingProgram(Exception):
    """A program that the tests need is not installed; the message says which package brings it."""


class Cluster:
    """A running server; `fresh` makes databases that hold PostGIS and nothing else, or our tables too."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)
        self._with_tables = False

    def url(self, name: str) -> str:
        """The SQLAlchemy URL of a database in this cluster."""
        return f"postgresql+psycopg://wijkbeeld@/{name}?host={self.folder}"

    def connect(self, name: str) -> psycopg.Connection[tuple[object, ...]]:
        """An autocommitting connection, for work between tests."""
        return psycopg.connect(f"host={self.folder} user=wijkbeeld dbname={name}", autocommit=True)

    def prepare(self) -> None:
        """Make the template that every fresh database is copied from."""
        self._copy("template1", "sjabloon")
        with self.connect("sjabloon") as connection:
            connection.execute("CREATE EXTENSION postgis")

    @contextmanager
    def fresh(self, *, tables: bool = False) -> Iterator[str]:
        """The URL of a database with PostGIS and no rows, dropped afterwards whoever is still connected.

        With `tables` it has those of the newest migration: a copy takes a tenth of the time of them all.
        """
        name = f"proef_{next(self._numbers)}"
        if tables and not self._with_tables:
            self._copy("sjabloon", "tabellen")
            database_at(self.url("tabellen")).close()
            self._with_tables = True
        self._copy("tabellen" if tables else "sjabloon", name)
        try:
            yield self.url(name)
        finally:
            with self.connect("postgres") as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _copy(self, template: str, name: str) -> None:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with self.connect("postgres") as connection:
            connection.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """A prepared cluster in a temporary folder, stopped and removed at the end."""
    programs, owner = find_programs(), server_account()
    folder = Path(tempfile.mkdtemp(prefix="wijkbeeld-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, owner)
        with _server(programs, folder, owner):
            cluster = Cluster(folder)
            cluster.prepare()
            yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_programs() -> Path:
    """The folder with initdb and postgres of the newest version that has PostGIS; MissingProgram without."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    for initdb in reversed(versions):
        if Path(f"/usr/share/postgresql/{initdb.parts[4]}/extension/postgis.control").is_file():
            return initdb.parent
    raise MissingProgram(INSTALL)


def server_account() -> str:
    """The account that the server runs as: PostgreSQL refuses root, so root lends it another."""
    if os.geteuid() != 0:
        return getpass.getuser()
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def _server(programs: Path, folder: Path, owner: str) -> Iterator[None]:
    user = owner if os.geteuid() == 0 else None
    store = folder / "data"
    initdb = [str(programs / "initdb"), "-D", str(store), "-U", "wijkbeeld", "-A", "trust", "-E", "UTF8"]
    subprocess.run(
        [*initdb, "--locale=C.UTF-8", "--no-sync"], user=user, cwd="/", check=True, stdout=subprocess.DEVNULL
    )
    options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    log = (folder / "log").open("wb")
    command = [str(programs / "postgres"), "-D", str(store), "-k", str(folder), *options]
    server = subprocess.Popen(command, user=user, cwd="/", stdout=log, stderr=log)
    try:
        _wait_until_ready(server, folder)
        yield
    finally:
        server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown: it does not wait for clients
        server.wait(30)
        log.close()


def _wait_until_ready(server: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        try:
            psycopg.connect(f"host={folder} user=wijkbeeld dbname=postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")
