"""Gebieden: proposed unions of buurten, their dates, and the sums they are known to give."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import shapely
from constructed_edition import squares

from data.readers.bundled import (
    TOWNS,
    bundled_background,
    bundled_edition,
    bundled_figures,
    bundled_gebieden,
    read_gebieden_file,
)
from geo.areas import Edition, Level
from geo.errors import AreaError, DuplicateCode, ImportRefused, OrphanCode
from geo.gebieden import PlaceKind, Status, read_gebieden

DAY = date(2026, 6, 1)
TOWN = """
gemeente = "GM9999"
naam = "Proefstad"
indeling = 2020
status = "voorstel"
toelichting = "door de gemeente te bevestigen"
bron = "proef"
"""
NORTH = """
[[gebied]]
code = "GB999901"
naam = "Noord"
buurten = ["BU99990101", "BU99990201"]
geldig_vanaf = 2020-01-01
"""
SOUTH_FROM_2022 = """
[[gebied]]
code = "GB999902"
naam = "Zuid"
buurten = ["BU99990102"]
geldig_vanaf = 2022-01-01
"""
PLACE = """
[[bijzondere_plek]]
buurt = "BU99990202"
naam = "Haven"
soort = "haven"
reden = "Geen inwoners."
geldig_vanaf = 2020-01-01
geldig_tot = 2024-01-01
"""

# reference: sums of buurten per platform area, file of 2024, with the shares printed to one decimal.
PLATFORM_AREAS = [
    ("Holy-Zuid", 11_710, 30.2, 16.8, 2.2, 34, 40.3, 1.0, 0.6, 1.2),
    ("Holy-Noord", 13_280, 27.7, 15.7, 2.2, 49, 28.4, 1.1, 1.3, 0.7),
    ("Centrum", 6_465, 19.4, 12.2, 1.8, 47, 74.5, 0.4, 0.3, 0.3),
    ("Indische Buurt", 3_785, 18.6, 16.8, 2.3, 54, 46.8, 0.5, 0.9, 0.6),
    ("Vlaardinger Ambacht", 12_745, 18.2, 18.8, 2.3, 59, 32.2, 0.9, 0.7, 0.5),
    ("Vettenoordse Polder", 7_005, 16.6, 14.7, 1.9, 40, 64.0, 0.8, 0.8, 0.6),
    ("Westwijk", 12_825, 16.1, 16.6, 2.1, 43, 45.4, 0.8, 0.5, 0.5),
    ("Oostwijk", 7_565, 15.2, 15.7, 2.1, 59, 57.4, 0.4, 0.5, 0.5),
]


@pytest.fixture(scope="module")
def edition() -> Edition:
    return bundled_edition()


@pytest.fixture(scope="module")
def figures() -> pd.DataFrame:
    """One row per buurt, one column per figure of 2024; crimes as the mean of 2023-2025."""
    long = bundled_figures()
    crimes = long[(long["name"] == "misdrijven") & long["year"].between(2023, 2025)]
    wide = long[long["year"] == 2024].pivot(index="code", columns="name", values="value")
    return wide.assign(misdrijven=crimes.groupby("code")["value"].mean())


def share(rows: pd.DataFrame, column: str) -> float:
    """Percentage of the inhabitants of the buurten where the count is known: unknown is never 0."""
    known = rows[rows[column].notna()]
    return float(100 * known[column].sum() / known["inwoners"].sum())


def weighted(rows: pd.DataFrame, column: str, weight: str) -> float:
    known = rows[rows[column].notna() & rows[weight].notna()]
    return float((known[column] * known[weight]).sum() / known[weight].sum())


@pytest.mark.parametrize("row", PLATFORM_AREAS, ids=[row[0] for row in PLATFORM_AREAS])
def test_platform_areas_give_the_published_sums(row: Sequence[float | str], figures: pd.DataFrame) -> None:
    indeling = bundled_gebieden("GM0622")
    (gebied,) = [gebied for gebied in indeling.gebieden if gebied.naam == row[0]]
    rows = figures.loc[list(gebied.buurten)]
    inwoners = rows["inwoners"].sum()
    found = [
        inwoners,
        share(rows, "inwoners_65plus"),
        share(rows, "inwoners_0_15"),
        inwoners / rows["huishoudens"].sum(),
        weighted(rows, "koopwoningen_pct", "huishoudens"),
        1000 * rows["misdrijven"].sum() / inwoners,
        weighted(rows, "afstand_huisarts_km", "inwoners"),
        weighted(rows, "afstand_supermarkt_km", "inwoners"),
        weighted(rows, "afstand_school_km", "inwoners"),
    ]
    tolerances = [0, 0.051, 0.051, 0.051, 0.51, 0.051, 0.051, 0.051, 0.051]
    assert found == [pytest.approx(value, abs=t) for value, t in zip(row[1:], tolerances, strict=True)]


def test_taking_the_cbs_wijk_for_the_vettenoordse_polder_gives_another_answer(
    edition: Edition, figures: pd.DataFrame
) -> None:
    wijk = [code for code, parent in edition.parents.items() if parent == "WK062203"]
    rows = figures.loc[wijk]
    assert rows["inwoners"].sum() == pytest.approx(2_640, abs=5)
    assert 100 * rows["inwoners_65plus"].sum() / rows["inwoners"].sum() == pytest.approx(23.3, abs=0.1)
    assert "BU06220102" in bundled_gebieden("GM0622").buurten_of("GB062208")


@pytest.mark.parametrize(("gemeente", "count"), [("GM0622", 8), ("GM0556", 8), ("GM0106", 10)])
def test_every_bundled_gebied_is_a_proposal_to_be_confirmed(
    gemeente: str, count: int, edition: Edition
) -> None:
    indeling = bundled_gebieden(gemeente, edition=edition)
    assert len(indeling.on(DAY).gebieden) == count
    assert {gebied.status for gebied in indeling.gebieden} == {Status.VOORSTEL}
    assert indeling.note == "door de gemeente te bevestigen"
    assert indeling.year == edition.year


def test_port_and_park_buurten_of_vlaardingen_are_in_no_gebied(edition: Edition) -> None:
    buurten = set(edition.for_gemeente("GM0622").codes(Level.BUURT))
    owned = bundled_gebieden("GM0622").gebied_of_buurt(DAY)
    alone = {f"BU0622030{number}" for number in range(1, 6)} | {"BU06220801"}
    assert buurten - set(owned) == alone
    assert alone <= set(bundled_gebieden("GM0622").special_buurten(DAY))


@pytest.mark.parametrize("gemeente", ["GM0556", "GM0106"])
def test_cbs_wijken_as_gebieden_hold_the_buurten_of_those_wijken(gemeente: str, edition: Edition) -> None:
    part = edition.for_gemeente(gemeente)
    by_wijk = part.buurten.groupby("parent")["code"].agg(tuple).to_dict()
    found = {f"WK{gebied.code[2:]}": gebied.buurten for gebied in bundled_gebieden(gemeente).gebieden}
    assert found == by_wijk


def test_the_outline_of_a_gebied_is_the_ground_of_its_buurten(edition: Edition) -> None:
    frame = bundled_gebieden("GM0622").outlines(edition, DAY)
    area = edition.area_m2(Level.BUURT)
    expected = [area[list(gebied.buurten)].sum() for gebied in bundled_gebieden("GM0622").gebieden]
    assert list(frame.columns) == ["code", "naam", "parent", "gemeente", "water", "geometry"]
    assert frame.crs.to_epsg() == 28992
    assert list(frame.area) == pytest.approx(expected, rel=1e-9)
    assert set(frame["parent"]) == {"GM0622"}


def test_a_day_decides_which_gebieden_and_special_places_hold() -> None:
    indeling = read_gebieden(TOWN + NORTH + SOUTH_FROM_2022 + PLACE)
    assert [g.naam for g in indeling.on(date(2021, 12, 31)).gebieden] == ["Noord"]
    assert [g.naam for g in indeling.on(date(2022, 1, 1)).gebieden] == ["Noord", "Zuid"]
    assert list(indeling.special_buurten(date(2023, 12, 31))) == ["BU99990202"]
    assert indeling.special_buurten(date(2024, 1, 1)) == {}
    assert indeling.on(date(2019, 12, 31)).gebieden == ()


def test_a_gebied_may_take_a_buurt_over_on_the_day_that_another_ends() -> None:
    old = NORTH + "geldig_tot = 2022-01-01\n"
    new = SOUTH_FROM_2022.replace('"BU99990102"', '"BU99990102", "BU99990101"')
    indeling = read_gebieden(TOWN + old + new, edition=squares())
    assert indeling.gebied_of_buurt(date(2021, 12, 31))["BU99990101"] == "GB999901"
    assert indeling.gebied_of_buurt(date(2022, 1, 1))["BU99990101"] == "GB999902"


def test_one_code_in_two_periods_needs_a_day_before_it_is_one_gebied() -> None:
    later = NORTH.replace("2020-01-01", "2022-01-01").replace('"BU99990101", ', "")
    indeling = read_gebieden(TOWN + NORTH + "geldig_tot = 2022-01-01\n" + later)
    with pytest.raises(AreaError, match="2 perioden"):
        indeling.buurten_of("GB999901")
    assert indeling.on(DAY).buurten_of("GB999901") == ("BU99990201",)
    with pytest.raises(OrphanCode, match="GB999909"):
        indeling.gebied("GB999909")


def test_a_special_place_can_be_a_point_in_rd() -> None:
    text = TOWN + PLACE.replace('buurt = "BU99990202"', "punt = [82000, 436000.5]")
    (place,) = read_gebieden(text).places
    assert place.point == (82_000.0, 436_000.5)
    assert (place.buurt, place.kind) == (None, PlaceKind.HAVEN)


def test_a_town_without_gebieden_gives_an_empty_frame() -> None:
    indeling = read_gebieden(TOWN)
    assert indeling.outlines(squares(), DAY).empty


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (TOWN + NORTH + NORTH, DuplicateCode, "gebied GB999901 is er twee keer op 2020-01-01"),
        (
            TOWN + NORTH + SOUTH_FROM_2022.replace("BU99990102", "BU99990101"),
            DuplicateCode,
            "BU99990101 hoort bij Noord en bij Zuid op 2022-01-01",
        ),
        (TOWN + NORTH.replace("0201", "0101"), DuplicateCode, "BU99990101 staat er meer dan een keer in"),
        (TOWN + NORTH.replace("BU99990101", "BU99990199"), OrphanCode, r"BU99990199 \(Noord\)"),
        (TOWN + PLACE.replace("BU99990202", "BU99990299"), OrphanCode, r"BU99990299 \(Haven\)"),
        (
            TOWN + NORTH.replace("BU99990101", "BU9999010"),
            AreaError,
            "'BU9999010' is geen code van een buurt",
        ),
        (
            TOWN + NORTH.replace("BU99990101", "BU88880101"),
            AreaError,
            "BU88880101 ligt in GM8888, niet in GM9999",
        ),
        (TOWN + NORTH.replace("GB999901", "Noord"), AreaError, "'Noord' is geen code van een gebied"),
        (TOWN + NORTH.replace("GB999901", "GB888801"), AreaError, "GB888801 ligt in GM8888"),
        (TOWN + NORTH + "geldig_tot = 2020-01-01\n", AreaError, "geldig_tot 2020-01-01 is niet na"),
        (TOWN + NORTH.replace("2020-01-01", '"1 jan"'), AreaError, "geldig_vanaf hoort een datum te zijn"),
        (
            TOWN + NORTH.replace("2020-01-01", "2020-01-01T00:00:00"),
            AreaError,
            "geldig_vanaf hoort een datum",
        ),
        (TOWN + NORTH.replace("naam", "nam"), AreaError, r"gebied 1 \(GB999901\): onbekend: nam"),
        (TOWN + NORTH.replace('naam = "Noord"', ""), AreaError, "ontbreekt: naam"),
        (TOWN + NORTH.replace('"Noord"', '" "'), AreaError, "naam hoort een tekst te zijn"),
        (TOWN + NORTH.replace('["BU99990101", "BU99990201"]', "[]"), AreaError, "minstens een code"),
        (TOWN.replace("voorstel", "misschien"), AreaError, "status 'misschien' bestaat niet; wel: voorstel"),
        (TOWN.replace("2020", '"2020"'), AreaError, "indeling hoort een jaar te zijn"),
        (TOWN.replace("GM9999", "9999"), AreaError, "'9999' is geen code van een gemeente"),
        (TOWN + "gebied = 3\n", AreaError, r"elk onder \[\[gebied\]\]"),
        (TOWN + PLACE.replace('"haven"', '"eiland"'), AreaError, "soort 'eiland' bestaat niet"),
        (TOWN + PLACE + "punt = [1, 2]\n", AreaError, "precies een van de twee"),
        (TOWN + PLACE.replace('buurt = "BU99990202"', "punt = [4.3, 51.9]"), AreaError, "niet in Nederland"),
        (TOWN + PLACE.replace('buurt = "BU99990202"', 'punt = ["a", 1]'), AreaError, r"punt hoort \[x, y\]"),
        ("gemeente = ", AreaError, "geen geldige TOML"),
        ("", AreaError, "ontbreekt: bron, gemeente"),
    ],
)
def test_a_list_that_contradicts_itself_is_refused_with_entry_and_value(
    text: str, error: type[AreaError], message: str
) -> None:
    with pytest.raises(error, match=message):
        read_gebieden(text, edition=squares(), name="proef.toml")


def test_a_file_of_gebieden_is_read_and_a_missing_or_mangled_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "proef.toml"
    path.write_text(TOWN + NORTH, encoding="utf-8")
    assert read_gebieden_file(path, edition=squares()).naam == "Proefstad"
    with pytest.raises(ImportRefused, match=r"weg\.toml"):
        read_gebieden_file(tmp_path / "weg.toml")
    path.write_bytes(TOWN.replace("Proefstad", "Wést").encode("cp1252"))
    with pytest.raises(ImportRefused, match="kan niet gelezen worden"):
        read_gebieden_file(path)


def test_the_background_covers_the_bundled_towns(edition: Edition) -> None:
    land, railways = bundled_background("land_omgeving"), bundled_background("spoorwegen")
    ground = shapely.union_all(land.geometry.to_numpy())
    for code in TOWNS:
        town = edition.for_gemeente(code).gemeenten.geometry.iloc[0]
        assert shapely.intersection(town, ground).area > 0.95 * town.area
    assert land.crs.to_epsg() == railways.crs.to_epsg() == 28992
