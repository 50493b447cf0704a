"""Disk faults: a full disk and failing syncs refuse meldingen, keep reading, and pass by themselves.

`make test` lets a few syncs fail, `make faults` every one of a run.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from crashing import LONG, SMALL_DISK, Maker, key_of, makers, tracer
from intake_door import DOOR, prepare, report
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError
from stored_town import TOWN

from data.database import Database, WriterStopped
from data.models import AreaEdition, Melding

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]
RECOVERY_S = 10.0


@dataclass
class Visitor:
    """Somebody who sends meldingen to a service on a port, and remembers what it answered."""

    port: int
    stored: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def send(self) -> bool:
        """Send the next melding; whether it was stored. A refusal is a 503 that says when to try again."""
        words = f"proef {len(self.stored) + len(self.refused)}. {LONG}".strip()
        headers = {"Content-Type": "application/json", "Idempotency-Key": key_of(words)}
        answer, _ = self._ask("POST", DOOR, json.dumps(report(tekst=words)), headers)
        assert answer.status in (201, 503), answer.status
        if answer.status == 503:
            assert answer.headers["Retry-After"]
        (self.stored if answer.status == 201 else self.refused).append(words)
        return answer.status == 201

    def seconds_until_stored(self) -> float:
        """How long it takes until a melding is stored again."""
        begun = time.monotonic()
        while not self.send():
            assert time.monotonic() - begun < RECOVERY_S
            time.sleep(0.1)
        return time.monotonic() - begun

    def can_read(self) -> bool:
        answer, body = self._ask("GET", f"{DOOR}?gemeente={TOWN}")
        return answer.status == 200 and b"FeatureCollection" in body

    def _ask(
        self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content


def texts_in(path: Path) -> list[str]:
    """The texts of all meldingen, read after the service has ended; the database is sound."""
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    found = [text for (text,) in connection.execute("SELECT text FROM melding")]
    connection.close()
    return found


def end(pid: int) -> None:
    """Let a service end, and wait until it has."""
    os.kill(pid, signal.SIGTERM)
    while Path(f"/proc/{pid}").exists():
        time.sleep(0.05)


@pytest.fixture(scope="module")
def maker() -> Iterator[Maker]:
    with makers() as made:
        yield made


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with two towns and no meldingen, to copy for each fault."""
    path = tmp_path_factory.mktemp("vol") / "x.db"
    prepare(f"sqlite:///{path}")
    return path


def test_a_full_disk_refuses_reads_on_and_takes_in_again_when_there_is_room(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    prepare(f"sqlite:///{tmp_path / 'x.db'}")
    with makers(small_disk=disk) as maker:
        pid, port = first_service(maker, tmp_path / "x.db", disk)
        visitor = Visitor(port)
        assert all(visitor.send() for _ in range(3))
        filling = maker.path(disk) / "vulling"
        fill(filling)
        answers = [visitor.send() for _ in range(12)]
        assert not all(answers)
        assert visitor.can_read()
        filling.unlink()
        assert visitor.seconds_until_stored() <= RECOVERY_S
        end(pid)
        shutil.copy(maker.path(disk) / "x.db", tmp_path / "after.db")
    assert sorted(texts_in(tmp_path / "after.db")) == sorted(visitor.stored)


def first_service(maker: Maker, database: Path, folder: Path) -> tuple[int, int]:
    """A service on a copy of the database in a folder that the maker sees, once it answers."""
    while not maker.path(folder).is_dir() or maker.path(folder).samefile(folder):
        time.sleep(0.05)
    shutil.copy(database, maker.path(folder) / "x.db")
    pid, port = maker.make(folder)
    socket.create_connection(("127.0.0.1", port)).close()
    return pid, port


def fill(path: Path) -> None:
    """Write until there is no room."""
    with path.open("wb", buffering=0) as file:
        try:
            while file.tell() < 2 * SMALL_DISK:
                file.write(bytes(4096))
        except OSError:
            return
    raise AssertionError("this disk has no end")


def test_a_sync_that_fails_refuses_its_melding_and_the_next_one_is_stored(
    maker: Maker, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(f"sqlite:///{tmp_path / 'x.db'}")
    moments = range(1, 25) if request.config.option.markexpr == "faults" else (2, 5, 9)
    refused = 0
    for moment in moments:
        folder = tmp_path / str(moment)
        folder.mkdir()
        shutil.copy(tmp_path / "x.db", folder / "x.db")
        pid, port = maker.make(folder)
        inject = f"inject=fsync,fdatasync:error=EIO:when={moment}"
        with tracer(pid, "-e", "trace=fsync,fdatasync", "-e", inject, "-o", os.devnull):
            socket.create_connection(("127.0.0.1", port)).close()
            visitor = Visitor(port)
            for _ in range(8):
                visitor.send() or visitor.seconds_until_stored()
                assert visitor.can_read()
            end(pid)
        assert sorted(texts_in(folder / "x.db")) == sorted(visitor.stored), moment
        refused += len(visitor.refused)
    with capsys.disabled():
        print(f"\nfailing syncs: {len(moments)}, meldingen refused: {refused}")
    assert refused >= 1


FAULTS = {
    "rij 78: alleen lezen": "pwrite64:error=EROFS:when=1..2",
    "rij 78: vol": "pwrite64:error=ENOSPC:when=1..2",
    "rij 78: over het toegestane": "pwrite64:error=EDQUOT:when=1..2",
    "rij 78: EIO bij het schrijven": "pwrite64:error=EIO:when=1..2",
    "rij 78: geen bestanden meer vrij": "openat:error=EMFILE:when=1..4",
    "rij 78: trage schijf": "fsync,fdatasync:delay_exit=5s:when=2",
    "rij 78: geheugen op": "pwrite64:signal=KILL:when=9",
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_of_the_machine_loses_nothing_that_was_answered_for(
    maker: Maker, filled: Path, tmp_path: Path, fault: str
) -> None:
    shutil.copy(filled, tmp_path / "x.db")
    pid, port = maker.make(tmp_path)
    socket.create_connection(("127.0.0.1", port)).close()
    visitor = Visitor(port)
    assert visitor.send()
    killed = False
    with tracer(pid, "-e", f"trace={fault.partition(':')[0]}", "-e", f"inject={fault}", "-o", os.devnull):
        try:
            for _ in range(6):
                visitor.send() or visitor.seconds_until_stored()
                assert visitor.can_read()
        except (OSError, http.client.HTTPException):
            killed = True
        if not killed:
            end(pid)
    assert killed == ("KILL" in fault)
    # A service that runs opens no file to store a melding.
    assert ("pwrite64:error" in fault) == bool(visitor.refused)
    present = texts_in(tmp_path / "x.db")
    assert set(visitor.stored) <= set(present)
    # Who was killed may have stored the last one and not have said so.
    assert len(present) - len(visitor.stored) <= killed
    assert len(present) == len(set(present))


def test_a_file_that_does_not_pass_its_check_after_a_fault_is_read_and_not_written(tmp_path: Path) -> None:
    prepare(f"sqlite:///{tmp_path / 'x.db'}")
    with sqlite3.connect(tmp_path / "x.db") as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'melding'").fetchone()
    connection.close()
    with (tmp_path / "x.db").open("rb+") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(DatabaseError), database.write() as session:
        session.execute(select(Melding))
    with pytest.raises(WriterStopped, match="beschadigd"), database.write():
        pass
    with database.read() as session:
        assert session.get(AreaEdition, 2016) is not None
    database.close()
