"""Themes: how soon the advice for all gebieden of a town of 200,000 meldingen is there, and the board.

The advice is asked of a fresh workbench each turn, so nothing of it is remembered; what it is worked out from
(the meldingen of the town) is read anew too, and told apart. The board is asked over HTTP, by who has logged
in, after the first one who looks has had it worked out.
"""

from __future__ import annotations

import http.cookiejar
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from bench.intake import serving
from bench.sender import percentile
from bench.tables import table
from bench.turns import timed_s
from bench.workbench import GEMEENTE, SIZE, filled
from data.database import Database
from data.meldingen import Filters
from data.rights import ALL_ROLES
from data.visibility import Viewer
from service.analysis import figures, places
from service.analysis.theme_advice import town_advice
from service.analysis.workbench import Workbench

HEADS: Final = ("what", "times", "p50 s", "max s")
VISITS: Final = 30
NAME, PASSWORD = "bench", "een lang wachtwoord"
STAFF: Final = Viewer("bench", ALL_ROLES)


def tables(shared: Path, *, turns: int = 5) -> Iterator[str]:
    """The table of the advice and of the board."""
    del shared
    with tempfile.TemporaryDirectory() as name:
        url = filled(Path(name))
        rows = [_row(what, times) for what, times in _advised(url, turns).items()]
        with serving(Path(name), url, **_login()) as port:
            rows.append(_row("board over HTTP", _visited(f"http://127.0.0.1:{port}")))
    yield table(f"Advice for all gebieden of a town of {SIZE:,} meldingen, with its 1,000 draws", HEADS, rows)


def _advised(url: str, turns: int) -> dict[str, list[float]]:
    database = Database(url)
    whole, alone = [], []
    for _ in range(turns):
        workbench = Workbench(database)
        found = places.places(workbench, GEMEENTE)
        whole.append(timed_s(lambda: town_advice(workbench, STAFF, found)))  # noqa: B023 (called at once)
        read = Workbench(database)
        found = places.places(read, GEMEENTE)
        with read.session() as session:
            figures.evidence(read, session, STAFF, found, Filters(GEMEENTE))
        alone.append(timed_s(lambda: town_advice(read, STAFF, found)))  # noqa: B023 (called at once)
    database.close()
    return {"advice, meldingen read too": whole, "advice": alone}


def _visited(base: str) -> list[float]:
    opener = build_opener(HTTPCookieProcessor(http.cookiejar.CookieJar()))
    _log_in(opener, base)
    times = []
    for _ in range(VISITS + 1):
        begun = time.perf_counter()
        with opener.open(f"{base}/themas?gemeente={GEMEENTE}") as answer:
            assert "Plaats 1" in answer.read().decode()
        times.append(time.perf_counter() - begun)
    return times[1:]


def _login() -> dict[str, str]:
    """Settings with an account whose password is cheap to check: that is not what is measured."""
    hasher = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    return {"WIJKBEELD_STAFF": json.dumps({NAME: hasher.hash(PASSWORD)}), "WIJKBEELD_DEMO": "true"}


def _log_in(opener: OpenerDirector, base: str) -> None:
    sent = urlencode({"naam": NAME, "wachtwoord": PASSWORD}).encode()
    with opener.open(f"{base}/inloggen", sent) as answer:
        assert answer.status == 200


def _row(name: str, times: list[float]) -> list[str]:
    return [name, str(len(times)), f"{percentile(times, 0.5):.2f}", f"{max(times):.2f}"]
