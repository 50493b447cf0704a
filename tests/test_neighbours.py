"""Neighbours: shared borders, the same as libpysal's where outlines are clean, and barriers that cut them."""

from __future__ import annotations

import warnings

import geopandas as gpd
import numpy as np
import pytest
import shapely
from libpysal.weights import Rook
from shapely.affinity import translate
from specimens import four_buurten

from data.readers.bundled import bundled_edition
from geo.errors import AreaError
from geo.neighbours import Neighbours, touching, without_barriers

SQUARES = [shapely.box(x, y, x + 100, y + 100) for y in (0, 100) for x in (0, 100)]


def _links(found: Neighbours) -> set[tuple[int, int]]:
    return {(int(a), int(b)) for a, b in found.pairs()}


def _rook(areas: gpd.GeoDataFrame) -> set[tuple[int, int]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about areas without neighbours
        links = Rook.from_dataframe(areas, use_index=False, silence_warnings=True).sparse.tocoo()
    return {(int(a), int(b)) for a, b in zip(links.row, links.col, strict=True) if a < b}


def test_squares_share_sides_and_a_corner_is_no_border() -> None:
    assert _links(touching(SQUARES)) == {(0, 1), (0, 2), (1, 3), (2, 3)}


def test_wavy_borders_of_the_specimen_are_shared() -> None:
    assert _links(touching(four_buurten().geometry.array)) == {(0, 1), (0, 2), (1, 3), (2, 3)}


def test_maassluis_has_the_links_that_libpysal_finds() -> None:
    areas = bundled_edition(gemeenten=["GM0556"]).buurten
    assert _links(touching(areas.geometry.array)) == _rook(areas)


@pytest.mark.parametrize("gemeente", ["GM0622", "GM0106"])
def test_only_borders_shorter_than_ten_metres_are_left_out_of_libpysals_links(gemeente: str) -> None:
    areas = bundled_edition(gemeenten=[gemeente]).buurten
    own, theirs = _links(touching(areas.geometry.array)), _rook(areas)
    shapes = areas.geometry.array
    lengths = [shapely.length(shapely.intersection(shapes[a], shapes[b])) for a, b in theirs - own]
    assert own <= theirs
    assert len(own) > 90
    assert max(lengths) < 10


def test_a_sliver_between_outlines_is_still_a_shared_border() -> None:
    apart = [SQUARES[0], translate(SQUARES[1], 0.6), translate(SQUARES[2], 0, 1.4)]
    assert _links(touching(apart)) == {(0, 1)}
    assert (0, 2) in _links(touching(apart, tolerance_m=2.0))


def test_a_railway_along_a_border_cuts_the_link() -> None:
    railway = shapely.LineString([(100, -50), (100, 250)])
    assert _links(without_barriers(touching(SQUARES), SQUARES, [railway])) == {(0, 2), (1, 3)}


def test_a_railway_through_one_area_cuts_off_the_lesser_part() -> None:
    # West of x = 130 lies 30 % of area 1: its greater part is reached from area 0 only over the railway.
    railway = shapely.LineString([(130, -50), (130, 250)])
    assert _links(without_barriers(touching(SQUARES), SQUARES, [railway])) == {(0, 2), (1, 3)}


def test_a_railway_that_stops_halfway_leaves_a_way_round() -> None:
    railway = shapely.LineString([(100, -50), (100, 60)])
    assert _links(without_barriers(touching(SQUARES), SQUARES, [railway])) == _links(touching(SQUARES))


def test_wide_water_between_areas_cuts_the_link_and_a_pond_does_not() -> None:
    river, pond = shapely.box(-50, 80, 250, 120), shapely.box(90, 40, 110, 60)
    assert _links(without_barriers(touching(SQUARES), SQUARES, [river])) == {(0, 1), (2, 3)}
    assert _links(without_barriers(touching(SQUARES), SQUARES, [pond])) == _links(touching(SQUARES))


def test_an_area_under_water_has_no_neighbours_left() -> None:
    found = without_barriers(touching(SQUARES), SQUARES, [shapely.box(99, -50, 300, 300)])
    assert _links(found) == {(0, 2)}


def test_windows_sum_each_area_with_its_neighbours() -> None:
    assert (touching(SQUARES).windows() @ np.array([1.0, 10.0, 100.0, 1000.0])).tolist() == [
        111.0,
        1011.0,
        1101.0,
        1110.0,
    ]


def test_links_are_kept_once_from_both_ends_and_none_to_itself() -> None:
    found = Neighbours.of_pairs(np.array([[2, 0], [0, 2], [1, 1], [0, 1]]), size=4)
    assert [found.of(i).tolist() for i in range(4)] == [[1, 2], [0], [0], []]


def test_nothing_gives_no_links_and_an_unknown_area_is_refused() -> None:
    assert touching(np.array([], dtype=object)).size == 0
    assert without_barriers(touching(SQUARES), SQUARES, []).pairs().shape == (4, 2)
    with pytest.raises(AreaError, match="ligt buiten de 2 gebieden"):
        Neighbours.of_pairs(np.array([[0, 2]]), size=2)
