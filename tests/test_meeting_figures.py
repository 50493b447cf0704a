"""Cijfers of meetings: who came per inhabitant, and agreements done in time, per gebied and for the town."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from intake_door import database_of
from meeting_town import HOLY_NOORD, HOLY_ZUID, OWN, WESTWIJK, meeting_town
from report_town import held
from sqlalchemy import select

from data import meeting_reports
from data.meeting_models import Agreement, Meeting
from data.meldingen import Filters
from data.visibility import PUBLIC
from geo.areas import Level
from service.analysis.figures import level_values
from service.analysis.places import places
from service.analysis.workbench import Workbench, today

# Per gebied: how many agreements were done in time, late, lapsed, and are still to come.
DONE = {HOLY_ZUID: (9, 2, 1, 3), HOLY_NOORD: (4, 0, 0, 0)}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with meeting_town(tmp_path_factory.mktemp("cijfers")) as client:
        counted = [(HOLY_ZUID, 5, 30), (HOLY_ZUID, 40, 12), (HOLY_NOORD, 9, 6), (HOLY_NOORD, 400, 90)]
        # Of fewer than five nobody is told, whatever comes to be counted beside them.
        counted += [(HOLY_ZUID, 6, 4), (WESTWIJK, 6, 3)]
        for gebied, ago, people in counted:
            count(client, held(client, gebied=gebied, days_ago=ago), people)
        with database_of(client).write() as session:
            session.add_all(agreement(gebied, *one) for gebied, many in DONE.items() for one in ended(*many))
        yield client


def count(client: TestClient, public_id: str, people: int) -> None:
    with database_of(client).write() as session:
        meeting = session.scalars(select(Meeting).where(Meeting.public_id == public_id)).one()
        numbers = {"bewoner": people - 2, "ambtenaar": 2}
        meeting_reports.count(session, meeting, numbers, actor="wijk", now=datetime.now(UTC))


def ended(in_time: int, late: int, lapsed: int, coming: int) -> list[tuple[str, int, int | None]]:
    """State, days from now to its day, and days from now to when it ended."""
    found: list[tuple[str, int, int | None]] = [("nagekomen", -10, -10)] * in_time
    found += [("nagekomen", -10, -9)] * late + [("vervallen", -10, -20)] * lapsed
    return found + [("nagekomen", 10, -1)] * coming


def agreement(gebied: str, state: str, due: int, closed: int | None) -> Agreement:
    now = today()
    agreement.number += 1  # type: ignore[attr-defined]
    return Agreement(
        public_id=f"a{agreement.number}",  # type: ignore[attr-defined]
        municipality_code=OWN,
        gebied=gebied,
        text="Iets",
        owner="Iemand",
        due_on=now + timedelta(days=due),
        state=state,
        closed_on=None if closed is None else now + timedelta(days=closed),
        created_at=datetime.now(UTC),
        created_by="wijk",
    )


agreement.number = 0  # type: ignore[attr-defined]


def values(client: TestClient, name: str, level: Level) -> dict[str, dict[Hashable, Any]]:
    workbench: Workbench = client.app.state.workbench  # type: ignore[attr-defined]
    found = places(workbench, OWN)
    told = level_values(workbench, PUBLIC, found, Filters(OWN), indicator=name, level=level)
    return {str(row["code"]): row for row in told.rows.to_dict("records")}


def test_who_came_in_the_last_year_is_told_per_inhabitant_and_never_of_a_buurt(town: TestClient) -> None:
    by_gebied = values(town, "deelnemers_inw", Level.GEBIED)
    people = {code: row["n"] for code, row in by_gebied.items() if row["n"] == row["n"]}
    assert people == {HOLY_ZUID: 42, HOLY_NOORD: 6}
    row = by_gebied[HOLY_ZUID]
    assert row["value"] == pytest.approx(1000 * 42 / float(str(row["denominator"])))
    whole = values(town, "deelnemers_inw", Level.GEMEENTE)[OWN]
    assert whole["n"] == 48
    assert whole["status"] == "bekend"
    assert {row["status"] for row in values(town, "deelnemers_inw", Level.BUURT).values()} <= {
        "onbekend",
        "te_klein",
    }


def test_agreements_done_in_time_are_a_share_of_those_whose_day_was_there(town: TestClient) -> None:
    row = values(town, "afspraken", Level.GEBIED)[HOLY_ZUID]
    assert (row["value"], row["n"], row["denominator"]) == (75.0, 9, 12)
    # Fewer than ten say too little.
    few = values(town, "afspraken", Level.GEBIED)[HOLY_NOORD]
    assert few["denominator"] == 4
    assert few["status"] != "bekend"
    whole = values(town, "afspraken", Level.GEMEENTE)[OWN]
    assert (whole["n"], whole["denominator"]) == (13, 16)
