"""A service that really runs: in a process of its own, on a free port, with bundled and example data."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

from cheap_passwords import hashed
from fresh import database_at

from data.bundled import load_bundled
from data.database import Database
from data.examples import load_examples

ACCOUNT, PASSWORD = "proef", "een lang wachtwoord"
UNTIL = date(2026, 7, 1)
# Assen gets none: its pages show what a town without meldingen looks like.
WITH_EXAMPLES = ("GM0556", "GM0622")
PATIENCE_S = 120


class Served(NamedTuple):
    """Where the service answers, and its database."""

    url: str
    database_url: str


def loaded_database(folder: Path) -> str:
    """The URL of a SQLite database with the bundled data, and example records of two of the three towns."""
    return f"sqlite:///{shutil.copy(_with_examples(), folder / 'wijkbeeld.db')}"


def bundled_database(folder: Path) -> str:
    """The URL of a SQLite database with the bundled data alone."""
    return f"sqlite:///{shutil.copy(_bundled(), folder / 'wijkbeeld.db')}"


# Loaded once for all modules of a run, and copied: loading takes ten times as long.
@cache
def _bundled() -> Path:
    return _filled("gebundeld.db", load_bundled)


@cache
def _with_examples() -> Path:
    return _filled(
        "voorbeelden.db",
        lambda database: load_examples(database, until=UNTIL, gemeenten=WITH_EXAMPLES),
        _bundled,
    )


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="wijkbeeld-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _filled(name: str, fill: Callable[[Database], object], begin: Callable[[], Path] | None = None) -> Path:
    """A database file that `fill` filled, after those of `begin`."""
    path = _folder() / name
    if begin is not None:
        shutil.copy(begin(), path)
    database = database_at(f"sqlite:///{path}")
    database.claim_writer()
    fill(database)
    database.close()
    return path


class Forked:
    """A service of `forked_service`."""

    def __init__(self, folder: Path, environment: dict[str, str], log: Path) -> None:
        maker = _maker()
        assert maker.stdin is not None
        assert maker.stdout is not None
        order = {"folder": str(folder), "environment": environment, "log": str(log)}
        maker.stdin.write(json.dumps(order) + "\n")
        maker.stdin.flush()
        self._pid = int(maker.stdout.readline())

    def runs(self) -> bool:
        """Whether it has not ended; its maker waits for nobody, so that none stays as a zombie."""
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            return False
        return True

    def end(self) -> None:
        """End it, and wait until it has."""
        last = time.monotonic() + 30
        if self.runs():
            os.kill(self._pid, signal.SIGTERM)
        while self.runs():
            assert time.monotonic() < last, "the service does not end"
            time.sleep(0.05)


class Commanded:
    """A service that its command starts, from nothing."""

    def __init__(self, folder: Path, environment: dict[str, str], log: Path) -> None:
        command = [str(Path(sys.executable).with_name("wijkbeeld")), "serve"]
        with log.open("wb") as file:
            self._running = subprocess.Popen(command, cwd=folder, env=environment, stdout=file, stderr=file)

    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._running.poll() is None

    def end(self) -> None:
        """End it, and wait until it has."""
        self._running.terminate()
        self._running.wait(timeout=30)


@cache
def _maker() -> subprocess.Popen[str]:
    """What forks services for all modules of a run; it ends with the run."""
    here = Path(__file__).parent
    environment = os.environ | {"PYTHONPATH": f"{here.parent}:{here}"}
    command = [sys.executable, str(here / "forked_service.py")]
    maker = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    atexit.register(maker.kill)
    return maker


@contextmanager
def served(
    database_url: str, folder: Path, *, start: type[Forked | Commanded] = Forked, **settings: str
) -> Iterator[Served]:
    """The service on this database, with more settings from the environment; it ends with the block."""
    port = _free_port()
    url, log = f"http://127.0.0.1:{port}", folder / "dienst.log"
    running = start(folder, _environment(database_url, port) | settings, log)
    try:
        _wait(url, running, log)
        yield Served(url, database_url)
    finally:
        running.end()


def _environment(database_url: str, port: int) -> dict[str, str]:
    gemeenten = {
        "GM0622": {
            "telefoon": "010 000 0000",
            "meldpunt_url": "https://meldpunt.example/",
            "wijkcoordinator_email": "wijk@gemeente.example",
        }
    }
    own = {
        "DATABASE_URL": database_url,
        "PORT": str(port),
        "WIJKBEELD_STAFF": json.dumps({ACCOUNT: hashed(PASSWORD)}),
        "WIJKBEELD_GEMEENTEN": json.dumps(gemeenten),
        "WIJKBEELD_DEMO": "true",
    }
    return {name: value for name, value in os.environ.items() if not name.startswith("WIJKBEELD_")} | own


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def _wait(url: str, running: Forked | Commanded, log: Path) -> None:
    """Wait until the service answers; an error with its last words when it ends or takes too long."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and running.runs():
        try:
            with urlopen(f"{url}/health", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"the service did not start: {log.read_text(errors='replace')[-2000:]}")
