"""Imports of meldingen: how fast, in how much memory, and how the service answers meanwhile.

The real service runs as a process of its own on a fresh SQLite file; the import goes to it through the job
folder, as the command does it. Three clients meanwhile ask for `/health`, for a page of meldingen, and store
single meldingen; their times are those that a visitor would see.
"""

from __future__ import annotations

import csv
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np

from bench.import_service import GEMEENTE, SOURCE, store_one
from bench.tables import table
from data.areas import store_edition
from data.category_store import store_bundled
from data.database import Database
from data.import_ledger import MeldingenOrder
from data.jobs import Spool
from data.readers.bundled import bundled_edition
from data.sources import SourceCard, SourceKind, register_source
from service.jobs import MELDINGEN

SIZES: Final = (100_000, 1_000_000)
PAUSE_S: Final = 0.05
STARTED_S: Final = 120.0
VISIBLE: Final = 500
KINDS: Final = (
    ("Afval", "Dumping"),
    ("Afval", "Container"),
    ("Openbaar groen en water", "Snoeien"),
    ("Wegen, verkeer en straatmeubilair", "Straatverlichting"),
    ("Overlast Dier", "Hond"),
)
HEADS: Final = (
    "file", "rows", "s", "rows/s", "read s", "store s", "peak MB reader", "peak MB service",
)  # fmt: skip
WAITS: Final = ("meanwhile", "requests", "p50 ms", "p99 ms", "max ms")


def tables(shared: Path, *, turns: int = 1) -> Iterator[str]:
    """The tables of imports; `turns` is not used, since one import of a million rows is long enough."""
    yield from _real(shared)
    for size in SIZES:
        yield from _generated(size)


def run() -> None:
    """Print the tables."""
    for text in tables(Path(os.environ.get("WIJKBEELD_SHARED", "../shared"))):
        print(text, flush=True)


def write_meldingen(path: Path, size: int) -> None:
    """A table of invented meldingen in and around Assen, in the columns of a public map."""
    random = np.random.default_rng(1)
    lon, lat = random.uniform(6.48, 6.62, size), random.uniform(52.96, 53.04, size)
    minutes = np.sort(random.integers(0, 6 * 365 * 24 * 60, size))
    kinds = random.integers(0, len(KINDS), size)
    start = datetime(2020, 1, 1, tzinfo=UTC)
    with path.open("w", newline="", encoding="utf-8") as text:
        writer = csv.writer(text)
        writer.writerow(
            ["id", "aangemaakt_op", "hoofdcategorie", "subcategorie", "adres", "lon", "lat", "opgelost_op"]
        )
        for k in range(size):
            moment = start + timedelta(minutes=int(minutes[k]))
            closed = (moment + timedelta(days=9)).date().isoformat() if k % 3 else ""
            place = (f"Straat {k % 2000}", f"{lon[k]:.9f}", f"{lat[k]:.9f}")
            writer.writerow([f"{k:016x}", moment.isoformat(), *KINDS[kinds[k]], *place, closed])


def _real(shared: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, _service(Path(folder)) as (spool, _client, process):
        path = shared / "data/meldingen/assen_2026.csv"
        row, report = _measured(spool, process, path)
        found = f"{report['accepted']} accepted, {report['outside']} buiten gebied"
        yield table(f"The real meldingen of Assen, through the service ({found})", HEADS, [row])


def _generated(size: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "meldingen.csv"
        write_meldingen(path, size)
        with _service(Path(folder)) as (spool, client, process), _clients(client) as waits:
            row, _ = _measured(spool, process, path)
    rows = [(name, *_quantiles(seconds)) for name, seconds in waits.items()]
    yield table(f"{size:,} generated meldingen, through the service", HEADS, [row])
    yield table(f"Answers during the import of {size:,} rows", WAITS, rows)


def _measured(spool: Spool, process: subprocess.Popen[bytes], path: Path) -> tuple[list[str], dict[str, Any]]:
    order = MeldingenOrder(path=str(path.absolute()), gemeente=GEMEENTE, source="gemeten")
    begun = time.monotonic()
    report = spool.wait(spool.submit(MELDINGEN, asdict(order)))
    seconds = time.monotonic() - begun
    row = [
        path.name,
        f"{report['read']:,}",
        f"{seconds:.1f}",
        f"{report['read'] / seconds:,.0f}",
        f"{report['seconds']:.1f}",
        f"{seconds - report['seconds']:.1f}",
        f"{report['peak_mb']:.0f}",
        f"{_peak_mb(process.pid):.0f}",
    ]
    return row, report


@contextmanager
def _service(folder: Path) -> Iterator[tuple[Spool, httpx.Client, subprocess.Popen[bytes]]]:
    """A running service on a fresh database with outlines, soorten and some visible meldingen."""
    url = f"sqlite:///{folder / 'w.db'}"
    _prepare(url)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "WIJKBEELD_DATABASE_URL": url, "WIJKBEELD_VAR_FOLDER": str(folder / "var")}
    command = [sys.executable, "-m", "bench.import_service", str(port)]
    process = subprocess.Popen(command, env=environment)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        try:
            _await(client)
            yield Spool(folder / "var" / "jobs"), client, process
        finally:
            process.terminate()
            process.wait()


def _prepare(url: str) -> None:
    database = Database(url)
    database.migrate()
    with database.write() as session:
        store_edition(session, bundled_edition())
        store_bundled(session)
        card = SourceCard(
            slug=SOURCE, kind=SourceKind.MELDINGEN, naam="Losse meldingen", municipality_code=GEMEENTE
        )
        register_source(session, card)
    for _ in range(VISIBLE):
        store_one(database)
    database.close()


def _await(client: httpx.Client) -> None:
    """Wait until the service answers and has had its first question about meldingen."""
    deadline = time.monotonic() + STARTED_S
    while time.monotonic() < deadline:
        try:
            client.get("/health").raise_for_status()
            client.get("/api/v1/meldingen", params={"gemeente": GEMEENTE}).raise_for_status()
            return
        except httpx.TransportError:
            time.sleep(0.2)
    raise TimeoutError("the service did not start")


@contextmanager
def _clients(client: httpx.Client) -> Iterator[dict[str, list[float]]]:
    """Three clients that ask in turn from threads of their own; gives their times in seconds."""
    stop = threading.Event()
    calls: dict[str, Callable[[httpx.Client], httpx.Response]] = {
        "GET /health": lambda one: one.get("/health"),
        "GET /api/v1/meldingen": lambda one: one.get("/api/v1/meldingen", params={"gemeente": GEMEENTE}),
        "POST one melding": lambda one: one.post("/bench/melding"),
    }
    waits: dict[str, list[float]] = {name: [] for name in calls}

    def ask(name: str) -> None:
        with httpx.Client(base_url=client.base_url, timeout=60) as own:
            while not stop.wait(PAUSE_S):
                begun = time.monotonic()
                calls[name](own).raise_for_status()
                waits[name].append(time.monotonic() - begun)

    threads = [threading.Thread(target=ask, args=(name,)) for name in calls]
    for thread in threads:
        thread.start()
    try:
        yield waits
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _quantiles(seconds: list[float]) -> tuple[str, str, str, str]:
    p50, p99 = np.quantile(seconds, [0.5, 0.99]) * 1000
    return f"{len(seconds):,}", f"{p50:.0f}", f"{p99:.0f}", f"{max(seconds) * 1000:.0f}"


def _peak_mb(pid: int) -> float:
    """The most memory that a running process had in use."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    run()
