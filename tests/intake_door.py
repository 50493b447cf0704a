"""The door for meldingen in tests: two towns beside each other, what is sent, and what was stored of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from fastapi.testclient import TestClient
from fresh import database_at
from httpx2 import Response
from sqlalchemy import func, select
from stored_town import TOWN, square, town

from data.areas import store_edition
from data.database import Database
from data.models import Table
from geo.areas import Edition, area_frame
from service.app import create_app
from service.settings import Settings

DOOR = "/api/v1/meldingen"
BESIDE = "GM0556"
# In the first square of the town, at (80 505, 436 511) in RD; and in the one square of the town beside it.
LON, LAT = 4.3045, 51.9121
LON_BESIDE = 4.3345


def two_towns() -> Edition:
    """The town of four squares, and one square of another town to the east."""
    beside = area_frame(
        code=["BU05560001"],
        naam=["Haven"],
        parent=["WK055600"],
        gemeente=[BESIDE],
        geometry=[square(2, 0)],
    )
    buurten = pd.concat([beside, town().buurten], ignore_index=True).sort_values("code", ignore_index=True)
    return Edition.from_buurten(2016, buurten, gemeente_names={TOWN: "Vlaardingen", BESIDE: "Maassluis"})


def prepare(url: str) -> None:
    """Bring the tables and the two towns into an empty database."""
    database = database_at(url)
    with database.write() as session:
        store_edition(session, two_towns())
    database.close()


def settings_for(url: str, folder: Path) -> Settings:
    return Settings(database_url=url, var_folder=folder / "var", base_url="https://wijk.example/")


def open_door(settings: Settings) -> TestClient:
    """A service on these settings; without a `with` it starts no background work."""
    return TestClient(create_app(settings), raise_server_exceptions=False)


def database_of(client: TestClient) -> Database:
    """The database of a service."""
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    return database


def report(**changes: Any) -> dict[str, Any]:
    """A good melding, with changes."""
    plain = {"gemeente": TOWN, "soort": "boom", "tekst": "Er ligt een tak.", "lon": LON, "lat": LAT}
    return plain | changes


def send(client: TestClient, body: dict[str, Any], key: str) -> Response:
    answer: Response = client.post(DOOR, json=body, headers={"Idempotency-Key": key})
    return answer


def row_counts(database: Database) -> dict[str, int]:
    """How many rows each table holds."""
    with database.read() as session:
        tables = Table.metadata.sorted_tables
        return {one.name: session.scalar(select(func.count()).select_from(one)) or 0 for one in tables}
