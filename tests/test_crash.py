"""Crashes: a service that is killed at any write loses nothing it answered for, and keeps nothing twice.

`make test` kills at a sample of the points, `make faults` at a thousand.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest
from crashing import POSTS, Maker, Run, converse, key_of, makers, tracer
from intake_door import open_door, prepare, report, row_counts, send, settings_for
from sqlalchemy import select, text

from data.database import Database
from data.models import Melding

pytestmark = [pytest.mark.faults, pytest.mark.timeout(7200)]

# SQLite syncs by fsync or fdatasync, as it was built; an answer leaves by sendto.
CALLS = ("pwrite64", "fsync", "fdatasync", "ftruncate", "sendto")


class Size(NamedTuple):
    """At how many points to kill, in a run of how many meldingen."""

    points: int
    posts: int


SMALL, LARGE = Size(64, POSTS), Size(1000, 26)


class Point(NamedTuple):
    """Where to kill: at the `when`-th of these calls that one thread makes."""

    call: str
    when: int


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


@pytest.fixture(scope="module")
def maker() -> Iterator[Maker]:
    with makers() as made:
        yield made


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with two towns and no meldingen, to copy for each crash."""
    path = tmp_path_factory.mktemp("vol") / "x.db"
    prepare(f"sqlite:///{path}")
    return path


def crash(
    maker: Maker, filled: Path, folder: Path, *options: str, posts: int = POSTS, fault: str = ""
) -> Run:
    """Run a service on a fresh copy of the database until it is killed, or has done all."""
    folder.mkdir()
    shutil.copy(filled, folder / "x.db")
    pid, port = maker.make(folder, fault=fault)
    with tracer(pid, *options) as tracing:
        run = converse(pid, port, posts=posts)
        # SIGTERM lets it end by itself, and then it may still meet the point.
        tracing.wait(60)
    run.killed = run.killed or tracing.returncode == -signal.SIGKILL
    return run


def calls_of_a_run(maker: Maker, filled: Path, folder: Path, posts: int) -> dict[str, int]:
    """How often one thread makes each call in a run that nobody disturbs."""
    log = folder / "calls.log"
    options = ("-e", f"trace={','.join(CALLS)}", "-o", str(log))
    run = crash(maker, filled, folder / "geteld", *options, posts=posts)
    assert len(run.acknowledged) == posts
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


def sweep(
    maker: Maker, filled: Path, folder: Path, points: list[Point], *, posts: int = POSTS, fault: str = ""
) -> Tally:
    """Kill a service at each point, and compare what is there with what was promised."""
    tally = Tally()
    for number, point in enumerate(points):
        at = folder / f"punt-{number}"
        inject = f"inject={point.call}:signal=KILL:when={point.when}"
        options = ("-e", f"trace={point.call}", "-e", inject, "-o", os.devnull)
        run = crash(maker, filled, at, *options, posts=posts, fault=fault)
        tally.add(run, present_after(at))
        if not fault:
            assert retry_all(at, run) == Counter(run.attempted), point
        shutil.rmtree(at)
    return tally


@pytest.fixture
def size(request: pytest.FixtureRequest) -> Size:
    """Small beside other tests, large when only faults were asked for."""
    return LARGE if request.config.option.markexpr == "faults" else SMALL


def test_a_service_killed_at_any_write_keeps_all_it_answered_for(
    maker: Maker, filled: Path, tmp_path: Path, size: Size, capsys: pytest.CaptureFixture[str]
) -> None:
    started = time.monotonic()
    calls = calls_of_a_run(maker, filled, tmp_path, size.posts)
    points = spread(calls, size.points)
    tally = sweep(maker, filled, tmp_path, points, posts=size.posts)
    with capsys.disabled():
        print(f"\n{calls}\n{tally}, {time.monotonic() - started:.0f} s")
    # A point of the end may not be met in a run that is a little shorter than the one that was counted.
    assert tally.points == size.points
    assert tally.killed >= 0.9 * size.points
    assert (tally.lost, tally.duplicated, tally.unasked) == (0, 0, 0)
    assert tally.acknowledged > tally.points


def test_80_who_was_stored_and_not_answered_gets_the_same_melding_at_the_next_try(
    maker: Maker, filled: Path, tmp_path: Path
) -> None:
    shutil.copy(filled, tmp_path / "x.db")
    run = converse(*maker.make(tmp_path, fault="mute"))
    before = ids_in(tmp_path)
    assert run.killed
    assert set(before) - set(run.acknowledged) == {run.attempted[-1]}
    client = open_door(settings_for(f"sqlite:///{tmp_path / 'x.db'}", tmp_path))
    for words, name in before.items():
        answer = send(client, report(tekst=words), key_of(words))
        assert (answer.status_code, answer.json()["id"]) == (201, name)
        assert answer.headers["Idempotency-Replayed"] == "true"
    client.app.state.database.close()  # type: ignore[attr-defined]
    assert ids_in(tmp_path) == before


def ids_in(folder: Path) -> dict[str, str]:
    """The name of each stored melding by its text."""
    database = Database(f"sqlite:///{folder / 'x.db'}")
    with database.read() as session:
        found = {text or "": name for text, name in session.execute(select(Melding.text, Melding.public_id))}
    database.close()
    return found


def test_a_service_that_answers_before_it_stores_is_caught(
    maker: Maker, filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Each store has a thread of its own there, so that the count begins anew with every melding.
    points = [Point("pwrite64", 1 + 6 * number) for number in range(6)]
    tally = sweep(maker, filled, tmp_path, points, fault="hasty")
    with capsys.disabled():
        print(f"\ncontrol: {tally}")
    assert tally.lost > 0
