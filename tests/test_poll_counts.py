"""Cijfers from the poll: numbers of people of the last closed round, from five, and never more than that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from indicator_town import figure_frame, members
from intake_door import database_of
from letter_door import ASSEN, WIJK, running
from poll_door import on_day

from geo.area_figures import AreaFigures
from geo.areas import Level
from geo.evidence import Evidence
from geo.indicator_values import indicator_values
from geo.poll_counts import PollCounts, Polled
from geo.registry import indicator
from geo.vocabulary import vocabulary

NAMES = ("wil_helpen", "wens_activiteit", "hulp_organiseren")
ROUND = "Wijkbeeld, peiling van 1 april 2025 tot en met 30 juni 2025"


def counts(**of_areas: float | None) -> Evidence:
    rows = [{"code": code, "source": ROUND, **dict.fromkeys(Polled, n)} for code, n in of_areas.items()]
    return Evidence(AreaFigures(figure_frame([])), polls=PollCounts(pd.DataFrame(rows)))


def test_a_number_is_of_the_area_itself_and_nothing_is_added_up() -> None:
    evidence = counts(WK1=7, WK2=None)
    wijken = members(Level.WIJK, WK1=["BU1", "BU2"], WK2=["BU3"], WK3=["BU4"])
    rows = indicator_values(indicator("wens_activiteit"), evidence=evidence, members=wijken).set_index("code")
    assert rows["status"].to_dict() == {"WK1": "bekend", "WK2": "te_klein", "WK3": "onbekend"}
    assert rows.loc[["WK1"], ["value", "n", "source"]].to_numpy().tolist() == [[7, 7, ROUND]]
    assert bool(rows.loc[["WK2", "WK3"], ["value", "n"]].isna().all(axis=None))
    around = members(Level.GEBIED, GB1=["BU1", "BU2", "BU3"])
    assert indicator_values(indicator("wens_activiteit"), evidence=evidence, members=around)["n"].isna().all()


@pytest.mark.parametrize("level", [Level.BUURT, Level.GEMEENTE])
def test_a_buurt_or_a_gemeente_has_no_number(level: Level) -> None:
    rows = indicator_values(indicator("wil_helpen"), evidence=counts(X=50), members=members(level, X=["X"]))
    assert rows["status"].to_list() == ["niet_op_dit_niveau"]
    assert bool(rows["n"].isna().all())


def test_without_a_closed_round_nothing_was_delivered() -> None:
    nobody = Evidence(AreaFigures(figure_frame([])))
    rows = indicator_values(indicator("wil_helpen"), evidence=nobody, members=members(Level.WIJK, X=["X"]))
    assert rows["status"].to_list() == ["niet_geleverd"]


def test_a_number_of_people_is_no_part_of_a_formula() -> None:
    assert not {name for name in vocabulary() if name.startswith(NAMES)}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with running(tmp_path_factory.mktemp("peilcijfers")) as client:
        with database_of(client).write() as session:
            on_day(session, date(2025, 5, 2), 8, wants_activity=True)
            on_day(session, date(2025, 5, 3), 3, wants_to_help=True)
            # Of a round that is not over.
            on_day(session, date(2030, 1, 1), 100, wants_to_help=True)
        yield client


def test_everybody_gets_the_last_round_alone(client: TestClient) -> None:
    found = {}
    for name in NAMES:
        asked = f"/api/v1/cijfers/{name}/waarden?gemeente={ASSEN}&niveau=wijk"
        found[name] = client.get(asked).json()["waarden"][WIJK]
    assert found["wens_activiteit"]["waarde"] == 8
    assert found["wens_activiteit"]["bron"] == ROUND
    for name in ("wil_helpen", "hulp_organiseren"):
        assert (found[name]["waarde"], found[name]["status"]) == (None, "te_klein")
        assert 3 not in found[name].values()


def test_a_definition_says_who_answered(client: TestClient) -> None:
    page = client.get("/cijfers/hulp_organiseren").text
    assert "Het zijn mensen die de peiling invulden" in page
    assert "nooit als deel van het gebied" in page
    assert "Ook wie bij een idee om hulp vroeg, telt mee." in page
