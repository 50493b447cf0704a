"""Power loss: what the service answered for is there after the power went, whatever was not synced.

`make test` tries 300 moments, `make faults` 10,000.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from crashing import POSTS, Maker, converse, makers, tracer
from intake_door import prepare
from power_loss import TRACING, Call, Disk, read_calls

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]
ANSWER = b"HTTP/1.1 201"
PHOTOS = 6


@pytest.fixture(scope="module")
def maker() -> Iterator[Maker]:
    with makers() as made:
        yield made


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory, since thousands of disks are made in it."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


@pytest.fixture
def wanted(request: pytest.FixtureRequest) -> int:
    return 10_000 if request.config.option.markexpr == "faults" else 300


class Recording:
    """What a program did to a folder: its files at the start, and its calls."""

    def __init__(self, root: Path, start: dict[Path, bytes], calls: list[Call], answer: bytes) -> None:
        self.root, self.start, self.calls = root, start, calls
        self.answers = [
            call.begun
            for call in calls
            if call.name in ("sendto", "write") and call.texts and call.texts[0].startswith(answer)
        ]

    def lose_power(self, seed: int, target: Path) -> int:
        """Put what is left at a moment into the target; returns how many answers had left before it."""
        random = Random(seed)
        moment = random.randint(self.calls[0].begun, self.calls[-1].begun + 1)
        disk = Disk.of(self.root, self.start)
        for call in self.calls:
            if call.begun < moment:
                disk.apply(call, until=moment)
        for path, content in disk.after_loss(random):
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (target / path).write_bytes(content)
        return sum(one < moment for one in self.answers)


def files_of(root: Path) -> dict[Path, bytes]:
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def recorded_service(maker: Maker, folder: Path, *, fault: str = "") -> tuple[Recording, list[str]]:
    """A service that takes in meldingen, and the texts in the order in which they were sent."""
    folder.mkdir()
    prepare(f"sqlite:///{folder / 'x.db'}")
    start = files_of(folder)
    log = folder.with_suffix(".strace")
    pid, port = maker.make(folder, fault=fault)
    with tracer(pid, *TRACING, "-o", str(log)) as tracing:
        run = converse(pid, port)
        tracing.wait(60)
    assert len(run.acknowledged) == POSTS
    recording = Recording(folder, start, read_calls(log), ANSWER)
    assert len(recording.answers) == POSTS
    return recording, run.attempted


def stored_texts(folder: Path) -> list[str]:
    """The texts that are stored; the database is sound."""
    connection = sqlite3.connect(folder / "x.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    texts = [text for (text,) in connection.execute("SELECT text FROM melding ORDER BY id")]
    connection.close()
    return texts


def lost_meldingen(recording: Recording, attempted: list[str], memory: Path, seeds: int) -> dict[str, int]:
    """How many meldingen were answered for, lost, and there without having been sent, over all seeds."""
    total = {"answered": 0, "lost": 0, "unasked": 0, "twice": 0}
    for seed in range(seeds):
        target = memory / str(seed)
        answered = recording.lose_power(seed, target)
        present = stored_texts(target)
        total["answered"] += answered
        total["lost"] += len(set(attempted[:answered]) - set(present))
        total["unasked"] += len(set(present) - set(attempted))
        total["twice"] += len(present) - len(set(present))
        shutil.rmtree(target)
    return total


def test_no_melding_that_was_answered_for_is_lost_with_the_power(
    maker: Maker, tmp_path: Path, memory: Path, wanted: int, capsys: pytest.CaptureFixture[str]
) -> None:
    recording, attempted = recorded_service(maker, tmp_path / "service")
    total = lost_meldingen(recording, attempted, memory, wanted)
    with capsys.disabled():
        print(f"\npower loss: {len(recording.calls)} calls, {wanted} seeds, {total}")
    assert total["answered"] > wanted
    assert (total["lost"], total["unasked"], total["twice"]) == (0, 0, 0)


def test_a_service_that_does_not_wait_for_the_disk_is_caught(
    maker: Maker, tmp_path: Path, memory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording, attempted = recorded_service(maker, tmp_path / "service", fault="lazy")
    total = lost_meldingen(recording, attempted, memory, 60)
    with capsys.disabled():
        print(f"\ncontrol, synchronous=NORMAL: {total}")
    assert total["lost"] > 0


def recorded_photos(folder: Path, *, fault: str = "") -> Recording:
    """A program that stores meldingen with a photo each, and says `201` after each."""
    folder.mkdir()
    prepare(f"sqlite:///{folder / 'x.db'}")
    start = files_of(folder)
    log = folder.with_suffix(".strace")
    here = Path(__file__).parent
    command = ["strace", "-f", *TRACING, "-o", str(log), sys.executable, str(here / "keep_photos.py")]
    environment = os.environ | {"PYTHONPATH": f"{here.parent}:{here}"}
    subprocess.run([*command, str(folder), str(PHOTOS), fault], env=environment, check=True, timeout=300)
    recording = Recording(folder, start, read_calls(log), b"201")
    assert len(recording.answers) == PHOTOS
    return recording


def missing_photos(recording: Recording, memory: Path, seeds: int) -> tuple[int, int]:
    """How many rows had no whole file, and how many rows were lost after their answer, over all seeds."""
    missing = lost = 0
    for seed in range(seeds):
        target = memory / str(seed)
        answered = recording.lose_power(seed, target)
        connection = sqlite3.connect(target / "x.db")
        digests = [digest for (digest,) in connection.execute("SELECT digest FROM photo")]
        connection.close()
        lost += max(0, answered - len(digests))
        missing += sum(not (target / "fotos" / f"{digest}.jpg").is_file() for digest in digests)
        shutil.rmtree(target)
    return missing, lost


def test_no_row_of_a_photo_stands_without_its_file_after_the_power_went(
    tmp_path: Path, memory: Path, wanted: int
) -> None:
    assert missing_photos(recorded_photos(tmp_path / "photos"), memory, wanted) == (0, 0)


def test_a_store_that_does_not_sync_its_folder_is_caught(tmp_path: Path, memory: Path) -> None:
    missing, _ = missing_photos(recorded_photos(tmp_path / "photos", fault="folder"), memory, 100)
    assert missing > 0
