"""Intake over HTTP: meldingen at a steady pace, limits on; what is stored is compared with what was answered.

`python -m bench.intake --seconds 60 --rate 100`. One in two brings a solved challenge, one in a hundred is
sent twice under the same key. The service runs in a process of its own, beside the sender.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

from altcha.v1 import Payload, solve_challenge
from sqlalchemy import select

from bench.sender import Answer, Message, Sender, percentile
from bench.tables import table
from data.bundled import load_bundled
from data.database import Database
from data.models import Melding
from service.challenge import Vorm, make_challenge

DOOR: Final = "/api/v1/meldingen"
# The middle of Assen, and how far around it meldingen lie, in degrees.
LON, LAT, AROUND = 6.5625, 52.9967, 0.02
GEMEENTE: Final = "GM0106"
PATIENCE_S: Final = 60.0


class Measured(NamedTuple):
    """What came of a run: how many answers of each status, the times in seconds, and what is stored."""

    statuses: Counter[int]
    seconds: list[float]
    lost: int
    duplicates: int
    public: int
    stored: int


def tables(shared: Path, *, turns: int = 1) -> Iterator[str]:
    """Give the table of a run of ten seconds; `python -m bench.intake` runs longer."""
    del shared, turns
    yield report(seconds=10, rate=100)


def report(*, seconds: int, rate: int) -> str:
    """Run and return the table of what was measured."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'wijkbeeld.db'}"
        _prepare(url)
        with serving(folder, url) as port:
            found = measure(folder, url, port, seconds=seconds, rate=rate)
    title = f"{rate} meldingen a second for {seconds} s, one in two with a solved challenge, limits on"
    return table(title, ["", "figure"], [list(row) for row in _rows(found)])


def measure(folder: Path, url: str, port: int, *, seconds: int, rate: int) -> Measured:
    """Send to a running service, and compare what it answered for with what it stored."""
    messages = _messages(folder / "var", seconds * rate, rate)
    sender = Sender("127.0.0.1", port)
    answers = asyncio.run(sender.send(messages))
    return _compared(url, messages, answers)


def _messages(var: Path, count: int, rate: int) -> list[Message]:
    """Make meldingen that come from as many addresses, spread over the town."""
    with ProcessPoolExecutor(2) as pool:
        solved = list(pool.map(_solved, [var] * (count // 2), chunksize=16))
    # Whoever sends within two seconds is taken for a machine.
    time.sleep(2.5)
    made = []
    for number in range(count):
        place = {"lon": LON + AROUND * (number % 41 - 20) / 20, "lat": LAT + AROUND * (number % 37 - 18) / 40}
        body = {"gemeente": GEMEENTE, "soort": "boom", "tekst": f"Melding {number}.", **place}
        headers = {
            "X-Forwarded-For": f"100.{64 + number // 65536}.{number // 256 % 256}.{number % 256}",
            "Idempotency-Key": f"bench-{number:012d}",
        }
        if number % 2:
            headers["Altcha"] = solved[number // 2]
        made.append(Message(number / rate, DOOR, body, headers))
        if number % 100 == 0:
            made.append(made[-1])
    return made


def _solved(var: Path) -> str:
    made = make_challenge(Vorm.API, var)
    found = solve_challenge(made["challenge"], made["salt"], made["algorithm"], made["maxNumber"])
    if found is None:
        raise ValueError("a challenge without a solution")
    return Payload(
        made["algorithm"], made["challenge"], found.number, made["salt"], made["signature"]
    ).to_base64()


def _compared(url: str, messages: list[Message], answers: list[Answer]) -> Measured:
    database = Database(url)
    with database.read() as session:
        rows = session.execute(select(Melding.text, Melding.intern)).all()
    database.close()
    present = Counter(text for text, _ in rows)
    promised = {messages[one.number].body["tekst"] for one in answers if one.status == 201}
    return Measured(
        statuses=Counter(one.status for one in answers),
        seconds=[one.seconds for one in answers],
        lost=len(promised - set(present)),
        duplicates=sum(count - 1 for count in present.values()),
        public=sum(not intern for _, intern in rows),
        stored=len(rows),
    )


def _rows(found: Measured) -> Iterator[tuple[str, str]]:
    for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)):
        yield f"{name} ms, from when it was due", f"{1000 * percentile(found.seconds, share):.1f}"
    for status, count in sorted(found.statuses.items()):
        yield f"answers {status or 'none'}", f"{count:,}"
    yield "stored", f"{found.stored:,}"
    yield "public at once, the budget of all", f"{found.public:,}"
    yield "lost", str(found.lost)
    yield "duplicates", str(found.duplicates)


def _prepare(url: str) -> None:
    database = Database(url)
    database.claim_writer()
    database.migrate()
    load_bundled(database)
    database.close()


@contextmanager
def serving(folder: Path, url: str, **settings: str) -> Iterator[int]:
    """Run the service on this database in a process of its own, with more settings, and give its port."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    own = {
        "DATABASE_URL": url,
        "PORT": str(port),
        "WIJKBEELD_VAR_FOLDER": str(folder / "var"),
        "WIJKBEELD_TRUSTED_PROXIES": json.dumps(["127.0.0.1"]),
    }
    command = [str(Path(sys.executable).with_name("wijkbeeld")), "serve"]
    running = subprocess.Popen(command, cwd=folder, env={**os.environ, **own, **settings})
    try:
        _await(port)
        yield port
    finally:
        running.terminate()
        running.wait(timeout=30)


def _await(port: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            with urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("the service did not start")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=100)
    asked = parser.parse_args()
    print(report(seconds=asked.seconds, rate=asked.rate))
