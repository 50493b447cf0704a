"""A town that sends on, in tests: its meldingen, one look of the worker, and what became of each."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from intake_door import open_door, prepare, report, send
from open311_stand_in import TownSystem
from sqlalchemy import select
from stored_town import TOWN

from data import handling
from data.database import Database
from data.forwarder import Forwarder
from data.forwarding import Destination
from data.models import Melding, StatusChange
from data.open311_client import Open311Client
from service.settings import Settings

NOW = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)
CONTACT = {
    "naam": "Kanarie",
    "email": "kanarie@voorbeeld.example",
    "telefoon": "06 12345678",
    "magVragen": True,
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with tables and towns, made once; each test has a copy."""
    path = tmp_path_factory.mktemp("leeg") / "wijkbeeld.db"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture
def settings(prepared: Path, tmp_path: Path) -> Settings:
    copied = shutil.copy(prepared, tmp_path)
    return Settings(database_url=f"sqlite:///{copied}", var_folder=tmp_path / "var")


@pytest.fixture
def client(settings: Settings) -> TestClient:
    return open_door(settings)


@pytest.fixture
def database(client: TestClient) -> Iterator[Database]:
    found: Database = client.app.state.database  # type: ignore[attr-defined]
    yield found
    found.close()


def to(system: TownSystem, *, timeout_s: float = 5.0, **options: Any) -> Destination:
    """A destination at the stand-in, with a key and a jurisdiction."""
    speaks = Open311Client(
        system.base_url, api_key="geheim", jurisdiction="stad.nl", timeout_s=timeout_s, most_bytes=100_000
    )
    system.callers.append(speaks)
    return Destination(TOWN, client=speaks, codes={"boom": "GRN-1", "*": "OVERIG"}, **options)


def made(client: TestClient, database: Database, *, accepted: bool = True, **changes: Any) -> str:
    """The id of a melding that came in by the door, and was looked at by somebody."""
    stored = send(client, report(contact=CONTACT, **changes), f"{len(changes)}-{time.monotonic_ns():0>20}")
    public_id = str(stored.json()["id"])
    if accepted:
        with database.write() as session:
            handling.release(
                session, by_id(session, public_id), actor="proef", text=False, photos=frozenset()
            )
    return public_id


def by_id(session: Any, public_id: str) -> Melding:
    found: Melding = session.scalars(select(Melding).where(Melding.public_id == public_id)).one()
    return found


def run(database: Database, *given: Destination, at: datetime = NOW) -> None:
    """One look of the worker, at a chosen moment."""
    Forwarder(database, given).look(at)


def history(database: Database, public_id: str) -> list[tuple[str, str | None]]:
    """Each step after the first, with what residents read of it."""
    with database.read() as session:
        rows = session.execute(
            select(StatusChange.to_status, StatusChange.public_note)
            .join(Melding, Melding.id == StatusChange.melding_id)
            .where(Melding.public_id == public_id)
            .order_by(StatusChange.id)
        )
        return [(status, note) for status, note in rows][1:]
