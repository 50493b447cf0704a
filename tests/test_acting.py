"""Acting: a role for some areas is for what lies within them as a whole, and for nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fresh import database_at
from sqlalchemy.orm import Session

from data.acting import acts_in
from data.gebied_models import Gebied, GebiedBuurt
from data.models import AreaEdition
from data.municipalities import store_municipalities
from data.rights import EVERYWHERE, Grant, Right, Role
from data.visibility import PUBLIC, Viewer

TOWN, BESIDE = "GM0622", "GM0556"
# Both halves lie within the whole, and what sticks out does not; of the last one no buurt is known.
GEBIEDEN = {
    "whole": ("BU1", "BU2", "BU3"),
    "west": ("BU1",),
    "east": ("BU2", "BU3"),
    "out": ("BU3", "BU4"),
    "empty": (),
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    path: Path = tmp_path_factory.mktemp("handelen") / "x.db"
    database = database_at(f"sqlite:///{path}")
    with database.write() as session:
        store_municipalities(session, [(TOWN, "Vlaardingen"), (BESIDE, "Maassluis")])
        session.add(AreaEdition(year=2024, loaded_at=datetime.now(UTC)))
        session.flush()
        for code, buurten in GEBIEDEN.items():
            row = Gebied(
                code=code,
                naam=code,
                municipality_code=TOWN,
                edition=2024,
                valid_from=date(2024, 1, 1),
                status="voorstel",
                origin="proef",
            )
            session.add(row)
            session.flush()
            session.add_all(GebiedBuurt(gebied_id=row.id, buurt=one) for one in buurten)
    with database.read() as session:
        yield session
    database.close()


def coordinator(*gebieden: str, gemeente: str = TOWN) -> Viewer:
    return Viewer("wijk", (Grant(Role.WIJKCOORDINATOR, gemeente, gebieden),))


@pytest.mark.parametrize(
    ("viewer", "areas"),
    [
        (coordinator(), {"whole", "west", "east", "out", "empty"}),
        (coordinator(gemeente=EVERYWHERE), {"whole", "west", "east", "out", "empty"}),
        (coordinator("whole"), {"whole", "west", "east"}),
        (coordinator("west"), {"west"}),
        (coordinator("west", "east"), {"whole", "west", "east"}),
        (coordinator("empty"), {"empty"}),
        (coordinator(gemeente=BESIDE), set()),
        (coordinator("whole", gemeente=BESIDE), set()),
        (Viewer("advies", (Grant(Role.BELEIDSADVISEUR, TOWN),)), set()),
        (PUBLIC, set()),
    ],
)
def test_a_role_is_for_what_lies_within_its_areas(session: Session, viewer: Viewer, areas: set[str]) -> None:
    assert {one for one in GEBIEDEN if acts_in(session, viewer, Right.MEETINGS, TOWN, one)} == areas
