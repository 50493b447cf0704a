"""Areas: codes, editions, and what stays equal when outlines change."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from constructed_edition import (
    GIVES,
    MERGED,
    NEW_NAME,
    RENAMED,
    SPLIT,
    SPLIT_OFF,
    TAKES,
    areas,
    moved_strip,
    second_edition,
    square,
    squares,
)

from data.readers.bundled import bundled_edition
from geo.areas import Edition, Level, dissolve, empty_frame, gemeente_code, level_of, parent_code
from geo.errors import AreaError, CrsMismatch, OrphanCode
from geo.locator import Locator
from geo.successors import successors

Counts = dict[str, int]


@pytest.fixture(scope="module")
def first() -> Edition:
    return bundled_edition(gemeenten=["GM0622"])


@pytest.fixture(scope="module")
def second(first: Edition) -> Edition:
    return second_edition(first)


@pytest.fixture(scope="module")
def scattered(first: Edition) -> tuple[np.ndarray, np.ndarray]:
    """30,000 points over the box of Vlaardingen, none of them on an edge on purpose."""
    random = np.random.default_rng(2016)
    xmin, ymin, xmax, ymax = first.gemeenten.total_bounds
    return random.uniform(xmin, xmax, 30_000), random.uniform(ymin, ymax, 30_000)


def counts(edition: Edition, points: tuple[np.ndarray, np.ndarray]) -> Counts:
    """Points per buurt by the owner rule, and `""` for those outside."""
    locator = Locator(edition.codes(Level.BUURT), edition.buurten.geometry.to_numpy())
    owners = locator.locate(*points)
    found = {code: int((owners == row).sum()) for row, code in enumerate(locator.codes)}
    return found | {"": int((owners == -1).sum())}


@pytest.mark.parametrize(
    ("code", "parent"),
    [
        ("BU06220101", "WK062201"),
        ("WK062201", "GM0622"),
        ("GB062201", "GM0622"),
        ("GM0622", None),
        ("BU0363AD05", "WK0363AD"),
    ],
)
def test_the_code_of_an_area_tells_the_area_it_lies_in(code: str, parent: str | None) -> None:
    assert parent_code(code) == parent


@pytest.mark.parametrize(
    "code",
    ["", "BU0622010", "BU062201011", "bu06220101", "BUGM220101", "WK06220", "GM622", "XX0622", "BU0622 101"],
)
def test_a_code_outside_the_grammar_is_refused_by_name(code: str) -> None:
    with pytest.raises(AreaError, match=f"'{code}' is geen code"):
        level_of(code)


def test_every_buurt_of_the_bundled_towns_leads_by_code_to_its_gemeente() -> None:
    edition = bundled_edition()
    parents = edition.parents
    per_gemeente = [parents[parents[code]] for code in edition.codes(Level.BUURT)]
    assert {code: per_gemeente.count(code) for code in sorted(set(per_gemeente))} == {
        "GM0106": 109,
        "GM0556": 19,
        "GM0622": 40,
    }
    assert edition.ancestor("BU06220102", Level.GEMEENTE) == "GM0622"


def test_area_frames_have_the_agreed_columns_crs_and_order() -> None:
    frame = squares().buurten.iloc[::-1].reset_index(drop=True)
    again = areas(dict(zip(frame["code"], frame.geometry, strict=True)))
    assert list(again.columns) == ["code", "naam", "parent", "gemeente", "water", "geometry"]
    assert again.crs.to_epsg() == 28992
    assert list(again["code"]) == sorted(frame["code"])
    assert list(again.index) == [0, 1, 2, 3]


def test_a_square_of_a_hundred_metres_is_one_hectare_and_its_wijk_two() -> None:
    edition = squares()
    assert edition.area_ha(Level.BUURT)["BU99990101"] == 1.0
    assert edition.area_ha(Level.WIJK).to_dict() == {"WK999901": 2.0, "WK999902": 2.0}
    assert edition.area_m2(Level.GEMEENTE)["GM9999"] == 40_000.0


def test_a_wijk_is_the_union_of_its_buurten_and_water_only_when_all_are() -> None:
    outlines = {"BU99990101": square(0, 0), "BU99990102": square(1, 0), "BU99990301": square(5, 0)}
    wijken = dissolve(areas(outlines, water=["BU99990101", "BU99990301"]), {"WK999901": "Havens"})
    assert list(wijken["water"]) == [False, True]
    assert list(wijken["naam"]) == ["Havens", "WK999903"]
    assert wijken.geometry.iloc[0].equals(shapely.box(82_000, 436_000, 82_200, 436_100))


def test_the_union_of_no_buurten_is_an_empty_area_frame() -> None:
    nothing = dissolve(empty_frame(), {})
    assert nothing.empty
    assert nothing.crs.to_epsg() == 28992


def test_a_gemeente_taken_apart_and_merged_again_is_the_same_edition() -> None:
    whole = bundled_edition()
    one, two, three = (whole.for_gemeente(code) for code in ("GM0622", "GM0106", "GM0556"))
    again = one.merge(two).merge(three)
    assert again.codes(Level.BUURT) == whole.codes(Level.BUURT)
    assert again.area_m2(Level.WIJK).to_dict() == whole.area_m2(Level.WIJK).to_dict()
    assert list(again.buurten.index) == list(range(168))


def test_editions_of_two_years_or_with_one_gemeente_twice_do_not_merge() -> None:
    one = squares()
    later = Edition(2021, one.buurten, one.wijken, one.gemeenten)
    with pytest.raises(AreaError, match="2020 en 2021"):
        one.merge(later)
    with pytest.raises(AreaError, match="GM9999"):
        one.merge(squares())


def test_outlines_in_degrees_are_no_edition() -> None:
    frame = squares().buurten.to_crs(4326)
    with pytest.raises(CrsMismatch, match="EPSG:4326"):
        Edition(2020, frame, empty_frame(), empty_frame())


def test_a_frame_without_a_column_or_with_a_strange_code_is_no_edition() -> None:
    edition = squares()
    with pytest.raises(AreaError, match="parent"):
        Edition(2020, edition.buurten.drop(columns="parent"), edition.wijken, edition.gemeenten)
    with pytest.raises(AreaError, match="WK999901"):
        Edition(2020, edition.wijken, edition.wijken, edition.gemeenten)


def test_gebieden_and_unknown_gemeenten_are_not_in_an_edition() -> None:
    with pytest.raises(AreaError, match="niet bij een CBS-indeling"):
        squares().level(Level.GEBIED)
    with pytest.raises(OrphanCode, match="GM0001"):
        squares().for_gemeente("GM0001")
    with pytest.raises(OrphanCode, match="BU99990109"):
        squares().ancestor("BU99990109", Level.WIJK)


def test_bad_25_points_keep_their_sums_when_the_outlines_change(
    first: Edition, second: Edition, scattered: tuple[np.ndarray, np.ndarray]
) -> None:
    before, after = counts(first, scattered), counts(second, scattered)
    assert sum(before.values()) == sum(after.values()) == 30_000
    assert after[MERGED[0]] == before[MERGED[0]] + before[MERGED[1]] > 0
    assert after[SPLIT] + after[SPLIT_OFF] == before[SPLIT]
    assert min(after[SPLIT], after[SPLIT_OFF]) > 0
    assert after[NEW_NAME] == before[RENAMED] > 0
    changed = {*MERGED, SPLIT, SPLIT_OFF, GIVES, TAKES, RENAMED, NEW_NAME}
    assert {c: n for c, n in after.items() if c not in changed} == {
        c: n for c, n in before.items() if c not in changed
    }


def test_bad_25_a_moved_edge_moves_exactly_the_points_of_the_strip(
    first: Edition, second: Edition, scattered: tuple[np.ndarray, np.ndarray]
) -> None:
    outlines = dict(zip(first.buurten["code"], first.buurten.geometry, strict=True))
    strip = moved_strip(outlines[GIVES], outlines[TAKES])
    moved = int(shapely.intersects_xy(strip, *scattered).sum())
    before, after = counts(first, scattered), counts(second, scattered)
    assert moved > 0
    assert before[GIVES] - after[GIVES] == after[TAKES] - before[TAKES] == moved


def test_bad_25_outline_vertices_are_counted_once_in_either_edition(first: Edition, second: Edition) -> None:
    both = np.vstack([shapely.get_coordinates(e.buurten.geometry.to_numpy()) for e in (first, second)])
    points = both[:, 0].copy(), both[:, 1].copy()
    for edition in (first, second):
        found = counts(edition, points)
        assert found[""] == 0
        assert sum(found.values()) == len(both)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (MERGED[1], {MERGED[0]}),
        (SPLIT, {SPLIT, SPLIT_OFF}),
        (RENAMED, {NEW_NAME}),
        ("BU06220101", {"BU06220101"}),
        ("WK062204", {"WK062204"}),
    ],
)
def test_bad_25_an_old_code_names_its_successors(
    first: Edition, second: Edition, code: str, expected: set[str]
) -> None:
    found = successors(code, first, second)
    assert set(found) == expected
    assert sum(found.values()) == pytest.approx(1.0, abs=1e-6)


def test_ground_that_left_the_edition_has_no_successor(first: Edition) -> None:
    assert (
        successors("BU99990101", Edition.from_buurten(2020, areas({"BU99990101": square(900, 0)})), first)
        == {}
    )
    with pytest.raises(OrphanCode, match="BU99990101"):
        successors("BU99990101", first, first)


def test_a_constructed_edition_says_that_it_is_constructed(second: Edition) -> None:
    assert second.buurten["naam"].str.endswith("(geconstrueerd)").all()
    assert isinstance(second.buurten, gpd.GeoDataFrame)
    assert gemeente_code(NEW_NAME) == "GM0622"
