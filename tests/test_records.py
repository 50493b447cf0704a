"""Cijfers from records: shares by hand, organisations that count once, and a difference from the gemeente."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from indicator_town import STAD, A, B, figure_frame, members

from geo.area_figures import AreaFigures
from geo.areas import Level
from geo.evidence import Evidence
from geo.indicator_values import indicator_values
from geo.membership import Membership
from geo.registry import indicator
from geo.tallies import Active, Tallied, Tally

NOTHING = AreaFigures(figure_frame([(A, "inwoners", 2024, 1000.0)]))
TOWN = members(Level.GEMEENTE, GM0001=list(STAD))


def rows_of(name: str, evidence: Evidence, within: Membership | None = None) -> pd.DataFrame:
    found = indicator_values(indicator(name), evidence=evidence, members=within or members())
    return found.set_index(["part", "code"])


def tallied(*rows: tuple[str, int, int], what: Tallied = Tallied.BINNEN_TERMIJN) -> Evidence:
    frame = pd.DataFrame(rows, columns=["code", "over", "under"])
    return Evidence(NOTHING, tallies={what: Tally(frame, "Wijkbeeld")})


def test_a_share_is_its_count_over_what_could_be_and_adds_up_to_the_town() -> None:
    evidence = tallied((A, 30, 40), (B, 10, 60))
    row = rows_of("binnen_termijn", evidence).loc["binnen_termijn"].loc[A]
    assert (row["value"], row["n"], row["denominator"], row["status"]) == (75.0, 30, 40, "bekend")
    assert rows_of("binnen_termijn", evidence, TOWN)["value"].to_list() == [40.0]


def test_below_thirty_a_share_is_too_small_and_without_any_it_is_not_known() -> None:
    found = rows_of("binnen_termijn", tallied((A, 29, 29)))["status"].to_list()
    assert found == ["te_klein", "te_klein", "te_klein"]
    assert set(rows_of("binnen_termijn", Evidence(NOTHING))["status"]) == {"niet_geleverd"}


def test_contentment_is_of_the_gemeente_alone_with_the_response_beside_it() -> None:
    yes = Tally(pd.DataFrame([("GM0001", 30, 40)], columns=["code", "over", "under"]), "Wijkbeeld")
    asked = Tally(pd.DataFrame([("GM0001", 40, 160)], columns=["code", "over", "under"]), "Wijkbeeld")
    evidence = Evidence(NOTHING, tallies={Tallied.TEVREDEN: yes, Tallied.ANTWOORD: asked})
    assert rows_of("tevreden", evidence, TOWN)["value"].to_list() == [75.0, 25.0]
    assert set(rows_of("tevreden", evidence)["status"]) == {"niet_op_dit_niveau"}


def test_an_organisation_of_two_buurten_counts_once_in_the_town() -> None:
    rows = pd.DataFrame([(1, A), (1, B), (2, A), (3, "GM0001")], columns=["who", "code"])
    evidence = Evidence(NOTHING, organisations=Active(rows, "Wijkbeeld"))
    assert rows_of("organisaties", evidence)["value"].to_list() == [2, 1, 0]
    assert rows_of("organisaties", evidence, TOWN)["value"].to_list() == [3]
    assert set(rows_of("organisaties", Evidence(NOTHING))["status"]) == {"niet_geleverd"}


def health_figures() -> AreaFigures:
    rows = [
        (A, 2024, 60.0, 1000.0, 200.0),
        (B, 2024, 80.0, 600.0, 200.0),
        ("GM0001", 2024, 66.0, 1600.0, 400.0),
    ]
    named = [
        (code, name, year, value)
        for code, year, *values in rows
        for name, value in zip(("gezondheid_goed", "inwoners", "inwoners_0_15"), values, strict=True)
    ]
    return AreaFigures(figure_frame(named))


def test_health_is_the_difference_from_the_gemeente_weighted_by_who_was_asked() -> None:
    evidence = Evidence(health_figures())
    found = rows_of("gezondheid", evidence, members(Level.BUURT, **{A: [A], B: [B]}))
    assert found["value"].to_list() == pytest.approx([-6.0, 14.0])
    gebied = rows_of("gezondheid", evidence, members(Level.GEBIED, west=[A, B]))
    # (60 x 800 + 80 x 400) / 1200 - 66; the gemeente itself has no difference from itself.
    assert gebied["value"].to_list() == pytest.approx([2 / 3])
    assert "modelschatting" in gebied["source"].iloc[0]
    assert set(rows_of("gezondheid", evidence, TOWN)["status"]) == {"niet_op_dit_niveau"}


def test_without_the_figure_of_the_gemeente_there_is_no_difference() -> None:
    lone = AreaFigures(figure_frame([(A, "gezondheid_goed", 2024, 60.0), (A, "inwoners", 2024, 900.0)]))
    found = rows_of("gezondheid", Evidence(lone), members(Level.BUURT, **{A: [A]}))
    assert (found["status"].to_list(), np.isnan(found["value"]).all()) == (["onbekend"], True)
