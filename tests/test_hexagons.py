"""Hexagons: points fall in the hexagon that holds them, and totals are kept when they are spread."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from libpysal.weights import Rook

from data.readers.bundled import bundled_edition
from geo.errors import AreaError
from geo.hexagons import cells, covering, frame

METRES = st.floats(-300_000, 700_000, allow_nan=False)
GROUND = shapely.box(80_000, 435_000, 82_000, 436_500)


@given(METRES, METRES, st.floats(100, 500))
def test_the_middle_of_a_points_hexagon_is_nearer_than_any_other(x: float, y: float, size_m: float) -> None:
    q, r = cells(np.array([x]), np.array([y]), size_m=size_m)
    steps = [(0, 0), (1, 0), (0, 1), (1, -1), (-1, 0), (0, -1), (-1, 1)]
    away = [
        np.hypot(size_m * (q[0] + i + (r[0] + j) / 2) - x, size_m * (r[0] + j) * np.sqrt(3) / 2 - y)
        for i, j in steps
    ]
    assert away[0] <= min(away) + 1e-6


def test_a_hexagon_is_as_wide_as_its_size_and_has_the_area_of_the_formula() -> None:
    outline = covering(GROUND, size_m=250).outlines()[0]
    xmin, _, xmax, _ = shapely.bounds(outline)
    assert xmax - xmin == pytest.approx(250)
    assert shapely.area(outline) == pytest.approx(np.sqrt(3) / 2 * 250**2)


def test_hexagons_cover_the_ground_without_overlap() -> None:
    found = covering(GROUND, size_m=250)
    whole = shapely.union_all(found.outlines())
    assert shapely.area(shapely.difference(GROUND, whole)) < 1e-3
    assert shapely.area(whole) == pytest.approx(shapely.area(found.outlines()).sum(), rel=1e-9)


def test_every_point_of_the_ground_lies_in_the_outline_that_is_found_for_it() -> None:
    found, random = covering(GROUND, size_m=100), np.random.default_rng(1)
    x, y = random.uniform(80_000, 82_000, 5_000), random.uniform(435_000, 436_500, 5_000)
    place = found.find(x, y)
    assert (place >= 0).all()
    assert shapely.intersects_xy(shapely.buffer(found.outlines()[place], 1e-6), x, y).all()


def test_a_point_outside_is_in_none() -> None:
    assert covering(GROUND, size_m=250).find(np.array([90_000.0]), np.array([435_000.0])).tolist() == [-1]


def test_the_same_place_has_the_same_code_whatever_ground_was_asked() -> None:
    small = covering(shapely.box(80_500, 435_500, 80_900, 435_900), size_m=250)
    assert set(small.codes()) <= set(covering(GROUND, size_m=250).codes())


def test_neighbours_are_those_that_libpysal_finds() -> None:
    found = covering(GROUND, size_m=250)
    areas = frame(found, gemeente="GM9999", names=found.codes())
    # The corners of its polygons agree only when they are rounded first.
    areas.geometry = shapely.set_precision(areas.geometry.array, 0.01)
    links = Rook.from_dataframe(areas, use_index=False).sparse.tocoo()
    theirs = {(int(a), int(b)) for a, b in zip(links.row, links.col, strict=True) if a < b}
    assert {(int(a), int(b)) for a, b in found.neighbours().pairs()} == theirs
    assert np.diff(found.neighbours().indptr).max() == 6


@pytest.mark.parametrize("size_m", [100.0, 500.0])
def test_totals_of_buurten_are_kept_when_they_are_spread_over_their_ground(size_m: float) -> None:
    buurten = bundled_edition(gemeenten=["GM0556"]).buurten
    outlines = np.asarray(buurten.geometry.array, dtype=object)
    totals = np.arange(1.0, len(buurten) + 1)
    found = covering(shapely.union_all(outlines), size_m=size_m)
    assert found.spread(outlines, totals).sum() == pytest.approx(totals.sum(), rel=1e-9)


def test_totals_spread_over_addresses_are_kept_together_with_those_of_areas_without() -> None:
    found, random = covering(GROUND, size_m=250), np.random.default_rng(2)
    x, y = random.uniform(80_000, 82_000, 300), random.uniform(435_000, 436_500, 300)
    owner = random.integers(-1, 3, 300)
    held, left = found.spread_over_points(x, y, owner, np.array([500.0, 120.0, 30.0, 75.0]))
    assert held.sum() == pytest.approx(650)
    assert left.tolist() == [0.0, 0.0, 0.0, 75.0]


@pytest.mark.parametrize("size_m", [99.0, 501.0, float("nan")])
def test_other_sizes_are_refused(size_m: float) -> None:
    with pytest.raises(AreaError, match="100 tot 500 meter"):
        covering(GROUND, size_m=size_m)
