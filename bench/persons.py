"""Persons: how soon the privacy officer knows what there is of a name or an address, in a full town.

A town of 200,000 meldingen of which 60,000 came with a name and an address for mail, each of which follows
its own melding: more than the terms let stay. Names are put together from parts, and nobody shares one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import insert, select

from bench.sender import percentile
from bench.tables import table
from bench.turns import timed_s
from bench.workbench import GEMEENTE, SIZE, filled
from data import persons
from data.database import Database
from data.following_models import Follower
from data.intake_models import Contact, Intake
from data.models import Melding
from data.persons import TooMany
from data.rights import Grant, Role
from data.visibility import Viewer

REPORTERS: Final = 60_000
HEADS: Final = ("what", "times", "p50 s", "max s")
OFFICER: Final = Viewer("bench", (Grant(Role.PRIVACY_OFFICER, GEMEENTE),))
NOW: Final = datetime(2026, 7, 1, tzinfo=UTC)
GIVEN: Final = (
    "Jan",
    "Zoë",
    "Fatma",
    "René",
    "Anna",
    "Bram",
    "Noor",
    "Piet",
    "Sem",
    "Aïcha",
    "Lotte",
    "Daan",
)
FRONT: Final = ("Berk", "Linde", "Wester", "Ooster", "Molen", "Veen", "Zand", "Rozen", "Kerk", "Meer")
BACK: Final = ("hof", "man", "stra", "veld", "dijk", "huis", "horst", "kamp", "beek", "laan", "bos", "meijer")
ASKED: Final = {
    "address of one reporter": "bewoner40000@post.example",
    "address of nobody": "niemand@post.example",
    "name of one reporter": "Berkhof Zandbeek Noor",
    "name of nobody": "Kanariepiet",
    "name of thousands": "Jan",
}


def tables(shared: Path, *, turns: int = 5) -> Iterator[str]:
    """The table of searches."""
    del shared
    with tempfile.TemporaryDirectory() as name:
        database = Database(filled(Path(name)))
        add_reporters(database)
        rows = [_row(what, times) for what, times in measured(database, turns).items()]
        database.close()
    yield table(f"Finding a person among {REPORTERS:,} reporters, {SIZE:,} meldingen", HEADS, rows)


def measured(database: Database, turns: int) -> dict[str, list[float]]:
    """The times of each search in seconds; AssertionError when one finds another number than it should."""
    found = {what: len(_search(database, typed)) for what, typed in ASKED.items()}
    # Of the name of thousands nothing comes: the officer is told that there are too many.
    assert list(found.values()) == [1, 0, 1, 0, 0], found
    return {what: [timed_s(_asked(database, typed)) for _ in range(turns)] for what, typed in ASKED.items()}


def _asked(database: Database, typed: str) -> Callable[[], object]:
    return lambda: _search(database, typed)


def _search(database: Database, typed: str) -> list[persons.Hit]:
    with database.read() as session, suppress(TooMany):
        return persons.search(session, OFFICER, typed)
    return []


def add_reporters(database: Database) -> None:
    """Give so many meldingen a reporter with a name and an address, who follows it."""
    with database.write() as session:
        ids = session.scalars(select(Melding.id).order_by(Melding.id).limit(REPORTERS)).all()
        session.execute(insert(Intake), [_intake(number, one) for number, one in enumerate(ids)])
        session.execute(insert(Contact), [_contact(number, one) for number, one in enumerate(ids)])
        session.execute(insert(Follower), [_follower(number, one) for number, one in enumerate(ids)])


def _intake(number: int, melding: int) -> dict[str, object]:
    key = f"{number:064x}"
    return {
        "melding_id": melding,
        "reference": f"{number:09d}",
        "key_hash": key,
        "fingerprint": key,
        "answers": {},
    }


def _contact(number: int, melding: int) -> dict[str, object]:
    may = {"may_contact": True, "may_publish_text": False}
    who = {"naam": _name(number), "email": _address(number), "created_at": NOW}
    return {"melding_id": melding, **who, **may}


def _follower(number: int, melding: int) -> dict[str, object]:
    asked = {"reporter": True, "asked_at": NOW, "confirmed_at": NOW, "asks": 1}
    return {"public_id": f"volger{number:016d}", "melding_id": melding, "email": _address(number), **asked}


def _address(number: int) -> str:
    return f"bewoner{number}@post.example"


def _name(number: int) -> str:
    """One of 172,800 names: a given name and two family names."""
    left, given = divmod(number * 48_611 % 172_800, len(GIVEN))
    words = []
    for _ in range(2):
        left, back = divmod(left, len(BACK))
        left, front = divmod(left, len(FRONT))
        words.append(FRONT[front] + BACK[back])
    return " ".join((GIVEN[given], *words))


def _row(name: str, times: list[float]) -> list[str]:
    return [name, str(len(times)), f"{percentile(times, 0.5):.2f}", f"{max(times):.2f}"]
