"""Indicator values on real figures and meldingen, against published tables and conserved totals."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data.categories import category_edition
from data.melding_words import find_category
from data.readers.kerncijfers import read_figures
from geo.answers import Evidence
from geo.area_figures import AreaFigures
from geo.areas import Level
from geo.event_counts import count_meldingen
from geo.exposure import Observation, Period
from geo.indicator_values import all_values, indicator_values
from geo.indicators import Indicator, Part
from geo.measures import Average, Figure
from geo.membership import Membership
from geo.registry import INDICATORS, indicator

# Real figures: Vlaardingen by platform area


GEBIEDEN = {
    "Centrum": ["BU06220103", "BU06220104"],
    "Vettenoordse Polder": ["BU06220102", "BU06220306", "BU06220307"],
    "Indische Buurt": ["BU06220101"],
}
CBS_WIJKEN = {
    "Westwijk": "WK062202",
    "Oostwijk": "WK062204",
    "Vlaardinger Ambacht": "WK062205",
    "Holy-Zuid": "WK062206",
    "Holy-Noord": "WK062207",
}
# 65+ %, 0-14 %, household size, WOZ, koop %, crimes per 1,000, huisarts, supermarkt and school km.
PUBLISHED: dict[str, tuple[float | None, ...]] = {
    "Holy-Zuid": (30.2, 16.8, 2.2, None, 34, 40.3, 1.0, 0.6, 1.2),
    "Holy-Noord": (27.7, 15.7, 2.2, 334, 49, 28.4, 1.1, 1.3, 0.7),
    "Centrum": (19.4, 12.2, 1.8, 254, 47, 74.5, 0.4, 0.3, 0.3),
    "Indische Buurt": (18.6, 16.8, 2.3, 310, 54, 46.8, 0.5, 0.9, 0.6),
    "Vlaardinger Ambacht": (18.2, 18.8, 2.3, 334, 59, 32.2, 0.9, 0.7, 0.5),
    "Vettenoordse Polder": (16.6, 14.7, 1.9, 217, 40, 64.0, 0.8, 0.8, 0.6),
    "Westwijk": (16.1, 16.6, 2.1, 248, 43, 45.4, 0.8, 0.5, 0.5),
    "Oostwijk": (15.2, 15.7, 2.1, 310, 59, 57.4, 0.4, 0.5, 0.5),
    "GM0622": (20.8, 16.3, 2.1, 290, 47, 46.9, 0.8, 0.8, 0.7),
}
PARTS = (
    ("aandeel_65", 0.05),
    ("aandeel_kind", 0.05),
    ("hh_grootte", 0.05),
    ("woz", 0.5),
    ("koop", 0.5),
    ("misdrijven_inw", 0.05),
    ("huisarts", 0.05),
    ("supermarkt", 0.05),
    ("school", 0.05),
)


@pytest.fixture(scope="module")
def figures(shared: Path) -> AreaFigures:
    files = [shared / f"data/figures/kerncijfers_2024_{level}.csv" for level in ("buurt", "wijk", "gemeente")]
    return AreaFigures(pd.concat([read_figures(path) for path in files], ignore_index=True))


@pytest.fixture(scope="module")
def buurten(shared: Path) -> pd.DataFrame:
    return pd.read_csv(shared / "data/figures/kerncijfers_2024_buurt.csv")


def levels_of(buurten: pd.DataFrame, gemeente: str) -> dict[Level, dict[str, list[str]]]:
    own = buurten[buurten["gm_code"] == gemeente]
    return {
        Level.BUURT: {code: [code] for code in own["bu_code"]},
        Level.WIJK: {str(wijk): list(rows) for wijk, rows in own.groupby("wk_code")["bu_code"]},
        Level.GEMEENTE: {gemeente: list(own["bu_code"])},
    }


@pytest.fixture(scope="module")
def vlaardingen(buurten: pd.DataFrame) -> dict[Level, dict[str, list[str]]]:
    levels = levels_of(buurten, "GM0622")
    unions = {name: levels[Level.WIJK][wijk] for name, wijk in CBS_WIJKEN.items()}
    return levels | {Level.GEBIED: GEBIEDEN | unions}


def of_level(
    figures: AreaFigures, areas: Mapping[Level, Mapping[str, Sequence[str]]], level: Level
) -> pd.DataFrame:
    """Values of the indicators that need figures alone, by code and part."""
    definitions = [one for one in INDICATORS if one.number in (13, 14) or one.number >= 35]
    memberships = [Membership.of(level, areas[level])]
    found = all_values(definitions, evidence=Evidence(figures), memberships=memberships)
    return found.set_index(["code", "part"]).sort_index()


def one_of(found: pd.DataFrame, code: str, part: str) -> dict[Hashable, Any]:
    """The row of this area and part."""
    rows = found.reset_index()
    return rows[(rows["code"] == code) & (rows["part"] == part)].iloc[0].to_dict()


@pytest.mark.shared
@pytest.mark.parametrize("gebied", PUBLISHED)
def test_the_published_table_by_platform_area_comes_out(
    gebied: str, figures: AreaFigures, vlaardingen: dict[Level, dict[str, list[str]]]
) -> None:
    level = Level.GEMEENTE if gebied == "GM0622" else Level.GEBIED
    found = of_level(figures, vlaardingen, level).loc[gebied]["value"]
    for (part, half_unit), published in zip(PARTS, PUBLISHED[gebied], strict=True):
        if published is not None:
            assert abs(found[part] - published) <= half_unit + 1e-9, part


@pytest.mark.shared
def test_the_woz_of_holy_zuid_is_missing_for_the_gebied_and_published_for_the_wijk(
    figures: AreaFigures, vlaardingen: dict[Level, dict[str, list[str]]]
) -> None:
    # Vaart Zuid and Statenbuurt, 1,835 of 5,390 households, have no WOZ; CBS gives 310 for the wijk.
    assert one_of(of_level(figures, vlaardingen, Level.GEBIED), "Holy-Zuid", "woz")["status"] == "onbekend"
    assert one_of(of_level(figures, vlaardingen, Level.WIJK), "WK062206", "woz")["value"] == 310


@pytest.mark.shared
@pytest.mark.parametrize(("minus", "tolerance"), [(None, 0.05), ("inwoners_0_15", 0.15)])
def test_perceived_health_can_be_weighted_by_inhabitants_with_or_without_children(
    minus: str | None,
    tolerance: float,
    figures: AreaFigures,
    vlaardingen: dict[Level, dict[str, list[str]]],
) -> None:
    # A definition is data: this one is made here. The published table weighs by all inhabitants.
    people = Figure("inwoners", minus=minus)
    base = indicator("aandeel_65")
    health = Indicator(
        17,
        "gezondheid",
        "Ervaren gezondheid",
        base.dimensie,
        "+",
        (Part("gezondheid", "Ervaren gezondheid", "%", Average(Figure("gezondheid_goed"), people)),),
        base.minimum,
        base.source,
    )
    within = Membership.of(Level.GEBIED, vlaardingen[Level.GEBIED])
    found = indicator_values(health, evidence=Evidence(figures), members=within).set_index("code")["value"]
    names = ["Holy-Noord", "Vettenoordse Polder", "Oostwijk", "Westwijk"]
    np.testing.assert_allclose(found[names], [68.7, 63.8, 72.4, 65.2], atol=tolerance)


@pytest.mark.shared
@pytest.mark.parametrize("gemeente", ["GM0106", "GM0556", "GM0606", "GM0622"])
def test_crimes_of_buurten_wijken_and_gemeente_are_the_same_number(
    gemeente: str, figures: AreaFigures, buurten: pd.DataFrame
) -> None:
    areas = levels_of(buurten, gemeente)
    totals = [
        of_level(figures, areas, level).xs("misdrijven_ha", level="part")["n"].sum()
        for level in (Level.BUURT, Level.WIJK, Level.GEMEENTE)
    ]
    assert totals[0] == totals[1] == totals[2] > 3000


@pytest.mark.shared
def test_the_nearly_empty_broekpolder_has_crimes_but_no_rate(
    figures: AreaFigures, vlaardingen: dict[Level, dict[str, list[str]]]
) -> None:
    row = one_of(of_level(figures, vlaardingen, Level.BUURT), "BU06220801", "misdrijven_inw")
    assert (row["n"], row["denominator"], row["status"]) == (321, 15, "te_klein")
    assert np.isnan(row["value"])


@pytest.mark.shared
def test_a_port_without_known_inhabitants_is_unknown_not_0(
    figures: AreaFigures, buurten: pd.DataFrame, vlaardingen: dict[Level, dict[str, list[str]]]
) -> None:
    columns = [f"misdrijven_{year}" for year in (2023, 2024, 2025)]
    crimes = buurten.set_index("bu_code").loc["BU06220304", columns].sum()
    row = one_of(of_level(figures, vlaardingen, Level.BUURT), "BU06220304", "misdrijven_inw")
    assert (row["n"], row["status"]) == (crimes, "onbekend")
    assert np.isnan(row["value"])


# Real meldingen: Assen


@pytest.fixture(scope="module")
def assen(shared: Path) -> pd.DataFrame:
    """The real meldingen, each put in a buurt drawn at random: places are tested elsewhere."""
    rows = pd.read_csv(shared / "data/meldingen/assen_2026.csv", dtype={"opgelost_op": "str"})
    edition = category_edition("assen-2026")
    names = zip(rows["hoofdcategorie"], rows["subcategorie"], strict=True)
    soorten = [find_category(edition, levels) for levels in names]
    codes = [
        *levels_of(pd.read_csv(shared / "data/figures/kerncijfers_2024_buurt.csv"), "GM0106")[Level.BUURT]
    ]
    drawn = np.random.default_rng(1).choice(codes, len(rows))
    return pd.DataFrame(
        {
            "buurt": drawn,
            "incident_id": None,
            "category": [soort.slug for soort in soorten],
            "main_group": [soort.main_group.value for soort in soorten],
            "created_at": pd.to_datetime(rows["aangemaakt_op"], utc=True, format="ISO8601"),
            "closed_at": pd.to_datetime(rows["opgelost_op"] + "T12:00:00+02:00", utc=True),
            "example": False,
        }
    )


def evidence_of(rows: pd.DataFrame, figures: AreaFigures) -> Evidence:
    edition = category_edition("assen-2026")
    seen = Period.of_days(date(2026, 5, 18), date(2026, 8, 8))
    watched = Observation("Assen", seen, edition.crosswalk, edition.not_supplied)
    year = Period.of_days(date(2026, 1, 1), date(2026, 12, 31))
    return Evidence(figures, count_meldingen(rows, period=year, observation=watched))


@pytest.mark.shared
def test_counts_of_every_indicator_are_the_same_at_every_level(
    assen: pd.DataFrame, figures: AreaFigures, buurten: pd.DataFrame
) -> None:
    areas = levels_of(buurten, "GM0106")
    rates = [one for one in INDICATORS if one.number <= 11]
    within = [Membership.of(level, areas[level]) for level in areas]
    found = all_values(rates, evidence=evidence_of(assen, figures), memberships=within)
    totals = found.groupby(["indicator", "level"])["n"].sum().unstack()
    since = assen[assen["created_at"] >= pd.Timestamp("2026-05-18T00:00+02:00")]
    assert (totals.nunique(axis=1) == 1).all()
    assert totals.loc["meldingen_inw", "gemeente"] == len(since)
    assert totals.loc["licht_ha", "gemeente"] == (since["category"] == "straatverlichting").sum()


@pytest.mark.shared
def test_assen_was_watched_for_83_days_and_its_noise_was_not_supplied(
    assen: pd.DataFrame, figures: AreaFigures, buurten: pd.DataFrame
) -> None:
    whole = levels_of(buurten, "GM0106")[Level.GEMEENTE]
    evidence = evidence_of(assen, figures)
    town = indicator_values(
        indicator("meldingen_inw"), evidence=evidence, members=Membership.of(Level.GEMEENTE, whole)
    ).iloc[0]
    assert town["exposure_years"] == pytest.approx(83 / 365.25)
    assert town["value"] == pytest.approx(town["n"] / 69701 * 1000 / town["exposure_years"])
    noise = indicator_values(
        indicator("overlast_inw"), evidence=evidence, members=Membership.of(Level.GEBIED, whole)
    ).iloc[0]
    assert noise["status"] == "niet_geleverd"


@pytest.mark.shared
def test_meldingen_from_before_the_observation_are_left_out_of_what_is_still_open(
    assen: pd.DataFrame, figures: AreaFigures, buurten: pd.DataFrame
) -> None:
    whole = Membership.of(Level.GEMEENTE, levels_of(buurten, "GM0106")[Level.GEMEENTE])
    share = indicator_values(indicator("open_30"), evidence=evidence_of(assen, figures), members=whole)
    since = assen[assen["created_at"] >= pd.Timestamp("2026-05-18T00:00+02:00")]
    old = since[since["created_at"] < pd.Timestamp("2026-07-10T00:00+02:00")]
    assert share.loc[0, "value"] == pytest.approx(100 * old["closed_at"].isna().mean())
    assert share.loc[0, "denominator"] == len(old)
    # The control: with what was still open on the first day the service would look slower than it is.
    every = assen[assen["created_at"] < pd.Timestamp("2026-07-10T00:00+02:00")]
    assert every["closed_at"].isna().mean() > old["closed_at"].isna().mean()
