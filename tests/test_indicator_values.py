"""Indicator values against hand calculation, conserved totals and the rules for a gebied."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from indicator_town import (
    HALF_YEAR,
    PORT,
    SEEN,
    STAD,
    A,
    B,
    figure_frame,
    meldingen,
    members,
    town_figures,
    values,
)
from scipy import stats

from data.categories import category_edition
from geo.answers import Evidence
from geo.area_figures import AreaFigures
from geo.areas import Level
from geo.errors import DuplicateCode, FigureError
from geo.event_counts import count_initiatieven, count_meldingen
from geo.exposure import Observation, Period
from geo.indicator_values import COLUMNS, all_values, indicator_values
from geo.main_groups import Crosswalk, MainGroup
from geo.measures import Figure
from geo.membership import Membership
from geo.registry import INDICATORS, INWONERS, indicator

# Rates of meldingen


def test_a_rate_is_incidents_per_thousand_per_observed_year() -> None:
    # 182.625 days are half a year: 3 incidents on 1,000 inhabitants are 6 per 1,000 per year.
    row = values("meldingen_inw", meldingen((A, "boom", None), (A, "boom", None), (A, "paal", None))).loc[A]
    assert (row["value"], row["n"], row["denominator"], row["exposure_years"]) == (6.0, 3, 1000, 0.5)
    assert row["lower"] == pytest.approx(stats.chi2.ppf(0.025, 6) / 2 * 2)
    assert (row["year"], row["source"]) == (2024, "proefstad; CBS Kerncijfers wijken en buurten 2024")


def test_duplicates_count_once_where_and_as_what_they_were_first_reported() -> None:
    rows = meldingen((B, "boom", "i1"), (A, "dumping", "i1"), (A, "dumping", "i1"), (A, "boom", None))
    rows.loc[1, "created_at"] = pd.Timestamp("2026-02-01T10:00Z")
    assert values("meldingen_inw", rows)["n"].to_list() == [2, 0, 0]
    assert values("dumping_hh", rows)["n"].to_list() == [1, 0, 0]


def test_an_incident_first_reported_before_the_observation_counts_nowhere() -> None:
    rows = meldingen((A, "boom", "i1"), (A, "boom", "i1"))
    rows.loc[0, "created_at"] = pd.Timestamp("2025-12-31T23:59Z")
    assert values("meldingen_inw", rows)["n"].sum() == 0


def test_without_known_inhabitants_there_is_no_rate_but_the_count_stays_and_adds_up() -> None:
    rows = meldingen((PORT, "boom", None), (A, "boom", None))
    port = values("meldingen_inw", rows).loc[PORT]
    assert (port["status"], port["n"]) == ("onbekend", 1)
    assert np.isnan(port["value"])
    town = members(Level.GEMEENTE, GM0001=list(STAD))
    assert values("meldingen_inw", rows, within=town)["n"].to_list() == [2]


def test_a_secret_number_of_inhabitants_is_said_to_be_secret() -> None:
    found = values("meldingen_inw", meldingen(), figures=town_figures(inwoners="geheim"))
    assert found["status"].to_list() == ["bekend", "bekend", "geheim"]


def test_below_the_minimum_the_value_is_hidden_and_the_counts_are_kept() -> None:
    found = values("meldingen_ha", meldingen(*[(A, "boom", None)] * 5, *[(B, "boom", None)] * 4))
    assert found["status"].to_list() == ["bekend", "te_klein", "te_klein"]
    assert found["n"].to_list() == [5, 4, 0]
    assert found.loc[A, "value"] == 1.0
    assert found.loc[[B, PORT], ["value", "lower", "upper"]].isna().all(axis=None)


def test_a_soort_that_the_source_leaves_out_is_not_supplied_instead_of_0() -> None:
    crosswalk = Crosswalk("proef", {"speelvoorziening": MainGroup.STRAAT, "boom": MainGroup.GROEN})
    watched = Observation("proefstad", HALF_YEAR, crosswalk, frozenset({"speelvoorziening"}))
    found = values("spelen_kind", meldingen((A, "boom", None)), observation=watched)
    assert set(found["status"]) == {"niet_geleverd"}
    assert found[["value", "n"]].isna().all(axis=None)


def test_a_soort_that_is_supplied_but_never_reported_counts_0() -> None:
    crosswalk = Crosswalk("proef", {"hond": MainGroup.DIEREN})
    found = values("dieren_inw", meldingen(), observation=Observation("proefstad", HALF_YEAR, crosswalk))
    assert list(found.loc[A, ["value", "n", "status"]]) == [0.0, 0.0, "bekend"]


@pytest.mark.parametrize(
    ("name", "asked"),
    [("meldingen_inw", "overlast"), ("meldingen_inw", "vaarwater"), ("dumping_hh", "verkeer")],
    ids=["soorten that Assen leaves out", "soorten that its tree lacks", "soorten of another cijfer"],
)
def test_of_asked_soorten_that_the_source_does_not_deliver_nothing_is_known_instead_of_0(
    name: str, asked: str
) -> None:
    """Control: asked for waste, nothing reported is 0."""
    assen = category_edition("assen-2026")
    watched = Observation("Assen", HALF_YEAR, assen.crosswalk, assen.not_supplied)
    found = values(name, meldingen(), observation=watched, asked=[asked])
    assert set(found["status"]) == {"niet_geleverd"}
    assert found[["value", "n"]].isna().all(axis=None)
    waste = values(name, meldingen(), observation=watched, asked=["afval"])
    assert list(waste.loc[A, ["n", "note"]]) == [0, ""]


def test_when_part_of_an_indicator_is_not_supplied_that_is_said() -> None:
    assen = category_edition("assen-2026")
    watched = Observation("Assen", HALF_YEAR, assen.crosswalk, assen.not_supplied)
    found = values(
        "verkeer_ha", meldingen(*[(A, "onveilige-verkeerssituatie", None)] * 5), observation=watched
    )
    assert list(found.loc[A, ["status", "note"]]) == ["bekend", "niet geleverd: parkeren"]


def test_outside_the_observation_nothing_was_supplied() -> None:
    before = Observation(
        "proefstad", Period(datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
    )
    found = values("meldingen_inw", meldingen((A, "boom", None)), observation=before)
    assert set(found["status"]) == {"niet_geleverd"}
    assert set(values("meldingen_inw", None)["status"]) == {"niet_geleverd"}


def test_a_gebied_that_is_a_wijk_has_its_published_figures_where_one_of_its_buurten_has_none() -> None:
    """Control: not knowing of the wijk, nine tenths of the inhabitants are too few for a figure."""
    parts = [(A, "inwoners", 2024, 400.0), (A, "opp_land_ha", 2024, 4.0), (B, "opp_land_ha", 2024, 6.0)]
    figures = AreaFigures(figure_frame([*parts, ("WK000101", "inwoners", 2024, 1000.0)]))
    rows = meldingen(*[(A, "boom", None)] * 5)
    asked = {"west": [A, B]}
    same = Membership.of(Level.GEBIED, asked, wijken={"WK000101": [B, A], "WK000102": [PORT]})
    other = Membership.of(Level.GEBIED, asked, wijken={"WK000101": [A, B, PORT]})
    found = values("meldingen_inw", rows, within=same, figures=figures).loc["west"]
    assert (found["status"], found["n"], found["denominator"]) == ("bekend", 5, 1000)
    assert values("meldingen_inw", rows, within=other, figures=figures).loc["west", "status"] == "onbekend"


def test_a_share_of_such_a_gebied_is_that_of_the_wijk_in_both_its_parts() -> None:
    old = Figure("k_65eo")
    rows = [(A, old.name, 2024, 100.0), (A, "inwoners", 2024, 500.0), (B, "inwoners", 2024, 400.0)]
    rows += [("WK000101", old.name, 2024, 250.0), ("WK000101", "inwoners", 2024, 902.0)]
    figures = AreaFigures(figure_frame(rows))
    same = Membership.of(Level.GEBIED, {"west": [A, B]}, wijken={"WK000101": [A, B]})
    top, base = figures.quotient(old, INWONERS, same)
    assert (top.value.tolist(), base.value.tolist()) == ([250.0], [902.0])


def test_a_gebied_of_which_every_buurt_is_known_is_their_sum() -> None:
    rows = [
        (A, "inwoners", 2024, 400.0),
        (B, "inwoners", 2024, 605.0),
        ("WK000101", "inwoners", 2024, 1000.0),
    ]
    figures = AreaFigures(figure_frame(rows))
    same = Membership.of(Level.GEBIED, {"west": [A, B]}, wijken={"WK000101": [A, B]})
    found = values("meldingen_inw", meldingen(), within=same, figures=figures)
    assert found["denominator"].to_list() == [1005]


def test_nuisance_is_for_a_gebied_only_and_needs_ten_reporters() -> None:
    rows = meldingen(*[(A, "geluid", None)] * 12).assign(main_group="overlast")
    large = AreaFigures(figure_frame([(A, "inwoners", 2024, 6000.0), (A, "opp_land_ha", 2024, 10.0)]))
    gebied = members(Level.GEBIED, west=[A])
    assert set(values("overlast_inw", rows)["status"]) == {"niet_op_dit_niveau"}
    assert values("overlast_inw", rows)["n"].isna().all()
    unknown = values("overlast_inw", rows, within=gebied, figures=large).loc["west"]
    assert (unknown["status"], unknown["note"]) == ("onbekend", "het aantal melders is niet bekend")
    nine = rows.assign(reporter=[f"m{i % 9}" for i in range(12)])
    assert values("overlast_inw", nine, within=gebied, figures=large).loc["west", "status"] == "te_klein"
    ten = rows.assign(reporter=[f"m{i % 10}" for i in range(12)])
    assert values("overlast_inw", ten, within=gebied, figures=large).loc["west", "value"] == pytest.approx(
        4.0
    )


def test_example_meldingen_are_marked_in_every_row() -> None:
    rows = meldingen((A, "boom", None)).assign(example=True)
    assert values("meldingen_inw", rows)["example"].all()
    assert not values("meldingen_inw", rows.assign(example=False))["example"].any()


def test_initiatieven_count_by_their_start_per_thousand_per_year() -> None:
    begun = [pd.Timestamp("2026-03-01T00:00Z"), pd.Timestamp("2025-03-01T00:00Z"), pd.NaT]
    rows = pd.DataFrame({"buurt": [A, A, A], "started_at": begun, "example": False})
    counts = count_initiatieven(rows, period=HALF_YEAR, observation=SEEN)
    evidence = Evidence(town_figures(), initiatieven=counts)
    found = indicator_values(indicator("initiatieven_inw"), evidence=evidence, members=members())
    assert list(found.loc[0, ["n", "value", "status"]]) == [1.0, 2.0, "bekend"]


@pytest.mark.parametrize("column", ["category", "created_at"])
def test_meldingen_without_a_soort_or_time_are_refused(column: str) -> None:
    rows = meldingen((A, "boom", None))
    with pytest.raises(FigureError, match=f"1 rijen hebben geen {column}"):
        count_meldingen(rows.assign(**{column: None}), period=HALF_YEAR, observation=SEEN)
    with pytest.raises(FigureError, match=f"missen de kolommen {column}"):
        count_meldingen(rows.drop(columns=column), period=HALF_YEAR, observation=SEEN)


def test_a_gebied_that_names_a_buurt_twice_is_refused() -> None:
    with pytest.raises(DuplicateCode, match="west noemt een buurt twee keer"):
        members(Level.GEBIED, west=[A, A])


# Durations


def durations_of(days: Sequence[int | None], *, ages: int = 40) -> pd.DataFrame:
    """Meldingen made `ages` days before the observation ends, closed after so many days or still open."""
    made = pd.Timestamp(HALF_YEAR.end) - pd.Timedelta(ages, "D")
    rows = meldingen(*[(A, "boom", None)] * len(days)).assign(created_at=made)
    closed = [pd.NaT if day is None else made + pd.Timedelta(day, "D") for day in days]
    return rows.assign(closed_at=pd.Series(closed, dtype="datetime64[us, UTC]"))


def test_the_median_counts_open_meldingen_as_not_yet_done() -> None:
    rows = durations_of([1] * 10 + [5] * 10 + [None] * 20)
    row = values("duur_mediaan", rows).loc[A]
    assert (row["value"], row["n"], row["denominator"], row["status"]) == (5, 20, 40, "bekend")
    assert values("duur_mediaan", durations_of([1] * 10 + [None] * 20)).loc[A, "status"] == "onbekend"
    assert values("duur_mediaan", durations_of([1] * 29)).loc[A, "status"] == "te_klein"


def test_days_are_calendar_days_in_amsterdam() -> None:
    # 22:30 UTC in June is half past midnight in Amsterdam: closed the same day.
    rows = durations_of([0] * 30).assign(
        created_at=pd.Timestamp("2026-06-01T22:30Z"), closed_at=pd.Timestamp("2026-06-02T21:00Z")
    )
    assert values("duur_mediaan", rows).loc[A, "value"] == 0


def test_a_melding_closed_before_it_was_made_has_no_duration_and_is_said() -> None:
    rows = durations_of([2] * 30 + [-3])
    row = values("duur_mediaan", rows).loc[A]
    assert (row["denominator"], row["note"][:12]) == (30, "1 meldingen ")


def test_still_open_is_a_share_of_the_meldingen_of_thirty_days_and_older() -> None:
    old, young = durations_of([3] * 30 + [None] * 10, ages=30), durations_of([None] * 50, ages=29)
    row = values("open_30", pd.concat([old, young], ignore_index=True)).loc[A]
    assert (row["value"], row["n"], row["denominator"]) == (25.0, 10, 40)


def test_what_was_closed_after_the_observation_was_still_open_then() -> None:
    assert values("open_30", durations_of([39] * 15 + [41] * 15)).loc[A, "value"] == 50.0


# Adding up to a gebied


def kinds_of_gebied(missing: float) -> pd.DataFrame:
    """Two buurten of which the second, with a share `missing` of all, has no figures but its size."""
    known = 1000 * (1 - missing)
    rows: list[tuple[str, str, int, float | None]] = []
    for code, size in ((A, known), (B, 1000 * missing)):
        rows += [(code, name, 2024, size) for name in ("inwoners", "huishoudens", "opp_land_ha")]
    rows += [(A, name, 2024, 90.0) for name in ("inwoners_65plus", "woz_waarde_x1000", "afstand_huisarts_km")]
    rows += [(B, name, 2024, None) for name in ("inwoners_65plus", "woz_waarde_x1000", "afstand_huisarts_km")]
    return figure_frame(rows)


@pytest.mark.parametrize(
    ("name", "part", "value"),
    [("aandeel_65", "aandeel_65", 10.0), ("woning", "woz", 90.0), ("afstand_dagelijks", "huisarts", 90.0)],
)
def test_a_gebied_has_a_value_unless_more_than_a_tenth_of_its_weight_is_missing(
    name: str, part: str, value: float
) -> None:
    gebied = members(Level.GEBIED, west=[A, B])
    enough = values(name, None, within=gebied, figures=AreaFigures(kinds_of_gebied(0.10)))
    assert enough.set_index("part")["value"][part] == pytest.approx(value)
    missing = values(name, None, within=gebied, figures=AreaFigures(kinds_of_gebied(0.11)))
    assert set(missing["status"]) == {"onbekend"}


def test_averages_of_a_gebied_are_weighted_and_called_an_approximation_for_dwellings() -> None:
    rows: list[tuple[str, str, int, float | None]] = [
        *((code, "huishoudens", 2024, n) for code, n in ((A, 300.0), (B, 100.0))),
        *((code, "inwoners", 2024, n) for code, n in ((A, 100.0), (B, 300.0))),
        *(
            (code, name, 2024, v)
            for name in ("woz_waarde_x1000", "afstand_huisarts_km")
            for code, v in ((A, 2.0), (B, 6.0))
        ),
    ]
    gebied, figures = members(Level.GEBIED, west=[A, B]), AreaFigures(figure_frame(rows))
    woz = values("woning", None, within=gebied, figures=figures).query("part == 'woz'").iloc[0]
    assert woz["value"] == 3.0
    assert woz["source"].endswith("gewogen naar huishoudens van buurten (benadering)")
    near = (
        values("afstand_dagelijks", None, within=gebied, figures=figures).query("part == 'huisarts'").iloc[0]
    )
    assert near["value"] == 5.0
    assert near["source"].endswith("gewogen naar inwoners van buurten")


def test_a_weight_may_be_one_figure_less_another() -> None:
    # 100 - 60 = 40 people of 15 and older at 70, 60 - 0 = 60 at 80: together 76.
    rows: list[tuple[str, str, int, float | None]] = [
        *((code, "inwoners", 2024, n) for code, n in ((A, 100.0), (B, 60.0))),
        *((code, "inwoners_0_15", 2024, n) for code, n in ((A, 60.0), (B, 0.0))),
        *((code, "gezondheid_goed", 2024, n) for code, n in ((A, 70.0), (B, 80.0))),
    ]
    gebied = members(Level.GEBIED, west=[A, B])
    adults = Figure("inwoners", minus="inwoners_0_15")
    found = AreaFigures(figure_frame(rows)).average(Figure("gezondheid_goed"), adults, gebied)
    assert found.value.tolist() == [76.0]


def test_a_gemeente_keeps_its_own_figure_and_a_gebied_of_the_same_buurten_adds_up() -> None:
    rows: list[tuple[str, str, int, float | None]] = [
        *((code, "inwoners", 2024, 500.0) for code in (A, B)),
        *((code, "inwoners_65plus", 2024, 100.0) for code in (A, B)),
        ("GM0001", "inwoners", 2024, 1003.0),
        ("GM0001", "inwoners_65plus", 2024, 203.0),
    ]
    figures = AreaFigures(figure_frame(rows))
    town = values("aandeel_65", None, within=members(Level.GEMEENTE, GM0001=[A, B]), figures=figures)
    gebied = values("aandeel_65", None, within=members(Level.GEBIED, GM0001=[A, B]), figures=figures)
    assert town["value"].to_list() == pytest.approx([100 * 203 / 1003])
    assert town["source"].to_list() == ["CBS Kerncijfers wijken en buurten 2024"]
    assert gebied["value"].to_list() == [20.0]
    assert gebied["source"].to_list() == ["CBS Kerncijfers wijken en buurten 2024, opgeteld uit buurten"]


def test_figures_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(FigureError, match=f"inwoners van 2024 staat er twee keer voor {A}"):
        AreaFigures(figure_frame([(A, "inwoners", 2024, 5.0), (A, "inwoners", 2024, 6.0)]))
    with pytest.raises(FigureError, match="missen de kolommen status"):
        AreaFigures(figure_frame([]).drop(columns="status"))


# Shape and invariance


def test_the_frame_has_one_row_per_area_and_part_with_all_columns() -> None:
    found = all_values([indicator("woning")], evidence=Evidence(town_figures()), memberships=[members()])
    assert found.dtypes.astype("str").to_dict() == COLUMNS
    assert list(found["part"]) == ["koop"] * 3 + ["eengezins"] * 3 + ["woz"] * 3
    assert found.index.to_list() == list(range(9))
    assert all_values([], evidence=Evidence(town_figures()), memberships=[]).empty


@settings(deadline=None, max_examples=15)
@given(st.permutations(list(range(40))))
def test_the_order_of_rows_changes_nothing(order: list[int]) -> None:
    kinds = ["boom", "dumping", "straatverlichting"]
    rows = meldingen(*[(list(STAD)[i % 3], kinds[i % 3 - i % 2], f"i{i % 7}") for i in range(40)])
    evidence = [
        Evidence(town_figures(), count_meldingen(frame, period=HALF_YEAR, observation=SEEN))
        for frame in (rows, rows.iloc[order])
    ]
    first, second = (all_values(INDICATORS, evidence=one, memberships=[members()]) for one in evidence)
    pd.testing.assert_frame_equal(first, second)


def test_no_meldingen_at_all_give_zeros_where_the_source_was_watched() -> None:
    counts = count_meldingen(meldingen(), period=HALF_YEAR, observation=SEEN)
    found = all_values(INDICATORS, evidence=Evidence(town_figures(), counts), memberships=[members()])
    rates = found[found["indicator"] == "meldingen_inw"].set_index("code")
    assert rates.loc[A, "value"] == 0.0
    assert found["indicator"].nunique() == len(INDICATORS)


def test_a_rate_uses_the_latest_year_of_its_figure() -> None:
    rows = [(A, "inwoners", 2015, 10.0), (A, "inwoners", 2024, 1000.0)]
    assert AreaFigures(figure_frame(rows)).years(INWONERS) == (2024,)
    found = values("meldingen_inw", meldingen((A, "boom", None)), figures=AreaFigures(figure_frame(rows)))
    assert list(found.loc[A, ["denominator", "year"]]) == [1000.0, 2024]


def test_a_period_of_days_starts_and_ends_at_midnight_in_amsterdam() -> None:
    summer = Period.of_days(date(2026, 3, 1), date(2026, 3, 31))
    assert summer.start == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert summer.end == datetime(2026, 3, 31, 22, tzinfo=UTC)
    with pytest.raises(FigureError, match="eindigt op 2026-02-28"):
        Period.of_days(date(2026, 3, 1), date(2026, 2, 28))
