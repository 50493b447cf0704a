"""Crashes: a service that is killed at any write loses nothing it answered for, and keeps nothing twice.

`make test` kills at a sample of the points, `make faults` at a thousand.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest
from intake_door import DOOR, open_door, prepare, report, row_counts, send, settings_for
from sqlalchemy import select, text

from data.database import Database
from data.models import Melding

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]

# SQLite syncs by fsync or fdatasync, as it was built; an answer leaves by sendto.
CALLS = ("pwrite64", "fsync", "fdatasync", "ftruncate", "sendto")
POSTS = 12
LONG = "Er ligt een tak op de stoep. " * 130


class Point(NamedTuple):
    """Where to kill: at the `when`-th of these calls that one thread makes."""

    call: str
    when: int


@dataclass
class Run:
    """What one service was asked, what it answered for, and whether it was killed."""

    attempted: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    killed: bool = False


@dataclass
class Tally:
    """The sums over all runs."""

    points: int = 0
    killed: int = 0
    attempted: int = 0
    acknowledged: int = 0
    lost: int = 0
    duplicated: int = 0
    unasked: int = 0

    def add(self, run: Run, present: Counter[str]) -> None:
        self.points += 1
        self.killed += run.killed
        self.attempted += len(run.attempted)
        self.acknowledged += len(run.acknowledged)
        self.lost += len(set(run.acknowledged) - set(present))
        self.duplicated += sum(count - 1 for count in present.values())
        self.unasked += len(set(present) - set(run.attempted))


class Maker:
    """Makes services to kill; see `crash_service`."""

    def __init__(self, running: subprocess.Popen[str]) -> None:
        self._running = running

    def make(self, folder: Path, *, hasty: bool) -> tuple[int, int]:
        """A service that waits for a first connection: its process and its port."""
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        order = {"url": f"sqlite:///{folder / 'x.db'}", "folder": str(folder), "hasty": hasty}
        self._running.stdin.write(json.dumps(order) + "\n")
        self._running.stdin.flush()
        made = json.loads(self._running.stdout.readline())
        return made["pid"], made["port"]


@pytest.fixture(scope="module")
def maker() -> Iterator[Maker]:
    here = Path(__file__).parent
    environment = os.environ | {"PYTHONPATH": f"{here.parent}:{here}"}
    command = [sys.executable, str(here / "crash_service.py")]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        yield Maker(running)
        assert running.stdin is not None
        running.stdin.close()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with two towns and no meldingen, to copy for each crash."""
    path = tmp_path_factory.mktemp("vol") / "x.db"
    prepare(f"sqlite:///{path}")
    return path


@contextmanager
def tracer(pid: int, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Strace on all threads of a process, from now until the process ends."""
    program = shutil.which("strace")
    if program is None:
        pytest.fail("installeer strace: apt-get install strace", pytrace=False)
    command = [program, "-f", "-p", str(pid), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracing:
        assert tracing.stderr is not None
        first = tracing.stderr.readline()
        assert "attached" in first, first
        yield tracing
        tracing.stderr.read()


def converse(pid: int, port: int) -> Run:
    """Let the service start, send it meldingen one by one, and end it if it still lives."""
    run = Run()
    socket.create_connection(("127.0.0.1", port)).close()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        for number in range(POSTS):
            words = f"proef {number}. {LONG}".strip()
            run.attempted.append(words)
            headers = {"Content-Type": "application/json", "Idempotency-Key": key_of(words)}
            connection.request("POST", DOOR, json.dumps(report(tekst=words)), headers)
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 201, body
            run.acknowledged.append(words)
        os.kill(pid, signal.SIGTERM)
    except (OSError, http.client.HTTPException):
        run.killed = True
    finally:
        connection.close()
    return run


def key_of(words: str) -> str:
    return f"sleutel-van-{words[:8].replace(' ', '-')}-melding"


def crash(maker: Maker, filled: Path, folder: Path, *options: str, hasty: bool = False) -> Run:
    """Run a service on a fresh copy of the database until it is killed, or has done all."""
    folder.mkdir()
    shutil.copy(filled, folder / "x.db")
    pid, port = maker.make(folder, hasty=hasty)
    with tracer(pid, *options) as tracing:
        run = converse(pid, port)
        # SIGTERM lets it end by itself, and then it may still meet the point.
        tracing.wait(60)
    run.killed = run.killed or tracing.returncode == -signal.SIGKILL
    return run


def calls_of_a_run(maker: Maker, filled: Path, folder: Path) -> dict[str, int]:
    """How often one thread makes each call in a run that nobody disturbs."""
    log = folder / "calls.log"
    run = crash(maker, filled, folder / "geteld", "-e", f"trace={','.join(CALLS)}", "-o", str(log))
    assert len(run.acknowledged) == POSTS
    found = Counter(re.findall(r"^(\d+) +(\w+)\(", log.read_text(errors="replace"), re.MULTILINE))
    return {call: max((n for (_, name), n in found.items() if name == call), default=0) for call in CALLS}


def spread(calls: dict[str, int], wanted: int) -> list[Point]:
    """Points over the whole run: every call has its share, the writes have most."""
    points: list[Point] = []
    shares = {"ftruncate": 0.05, "sendto": 0.2, "fdatasync": 0.2, "fsync": 0.2, "pwrite64": 1.0}
    for call, share in shares.items():
        room = wanted - len(points)
        count = min(calls[call], room if share == 1.0 else max(1, int(wanted * share)))
        points += [Point(call, 1 + number * calls[call] // count) for number in range(count)]
    return points


def present_after(folder: Path) -> Counter[str]:
    """The texts that are stored, by how often; the file is sound, and each melding whole."""
    database = Database(f"sqlite:///{folder / 'x.db'}")
    with database.read() as session:
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        assert not session.execute(text("PRAGMA foreign_key_check")).all()
        present = Counter(words or "" for words in session.scalars(select(Melding.text)))
    counts = row_counts(database)
    database.close()
    assert {counts[name] for name in ("melding", "intake", "melding_area", "status_change")} == {
        present.total()
    }
    return present


def retry_all(folder: Path, run: Run) -> Counter[str]:
    """What is stored when every sender has tried again at a service that runs on what the crash left."""
    client = open_door(settings_for(f"sqlite:///{folder / 'x.db'}", folder))
    for words in run.attempted:
        answer = send(client, report(tekst=words), key_of(words))
        assert answer.status_code == 201, answer.text
        if words in run.acknowledged:
            assert answer.headers["Idempotency-Replayed"] == "true"
    client.app.state.database.close()  # type: ignore[attr-defined]
    return present_after(folder)


def sweep(maker: Maker, filled: Path, folder: Path, points: list[Point], *, hasty: bool = False) -> Tally:
    """Kill a service at each point, and compare what is there with what was promised."""
    tally = Tally()
    for number, point in enumerate(points):
        at = folder / f"punt-{number}"
        inject = f"inject={point.call}:signal=KILL:when={point.when}"
        run = crash(
            maker, filled, at, "-e", f"trace={point.call}", "-e", inject, "-o", os.devnull, hasty=hasty
        )
        tally.add(run, present_after(at))
        if not hasty:
            assert retry_all(at, run) == Counter(run.attempted), point
        shutil.rmtree(at)
    return tally


@pytest.fixture
def wanted(request: pytest.FixtureRequest) -> int:
    """How many points: few beside other tests, many when only faults were asked for."""
    return 1000 if request.config.option.markexpr == "faults" else 64


def test_a_service_killed_at_any_write_keeps_all_it_answered_for(
    maker: Maker, filled: Path, tmp_path: Path, wanted: int, capsys: pytest.CaptureFixture[str]
) -> None:
    started = time.monotonic()
    calls = calls_of_a_run(maker, filled, tmp_path)
    points = spread(calls, wanted)
    tally = sweep(maker, filled, tmp_path, points)
    with capsys.disabled():
        print(f"\n{calls}\n{tally}, {time.monotonic() - started:.0f} s")
    assert tally.killed >= 60
    assert (tally.lost, tally.duplicated, tally.unasked) == (0, 0, 0)
    assert tally.acknowledged > tally.points


def test_a_service_that_answers_before_it_stores_is_caught(
    maker: Maker, filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Each store has a thread of its own there, so that the count begins anew with every melding.
    points = [Point("pwrite64", 1 + 6 * number) for number in range(6)]
    tally = sweep(maker, filled, tmp_path, points, hasty=True)
    with capsys.disabled():
        print(f"\ncontrol: {tally}")
    assert tally.lost > 0
