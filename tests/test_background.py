"""The background: water is what no municipality holds, and only within the box."""

from __future__ import annotations

import json

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import LineString, box

from geo.crs import Box
from geo.errors import CrsMismatch
from maps.background import background_around

BOX = Box(80_000.0, 436_000.0, 81_000.0, 437_000.0)


def land() -> gpd.GeoDataFrame:
    """Two municipalities 20 m apart, and open water from x = 82,000 on."""
    shapes = [box(70_000, 430_000, 80_490, 440_000), box(80_510, 430_000, 82_000, 440_000)]
    return gpd.GeoDataFrame(geometry=shapes, crs=28992)


def railways() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[LineString([(60_000, 436_500), (90_000, 436_500)])], crs=28992)


def test_water_is_what_the_land_leaves_within_the_margin() -> None:
    found = background_around(BOX, land=land(), railways=railways(), margin_m=2_000.0)
    assert shapely.area(found.water).tolist() == [pytest.approx(1_000.0 * 5_000.0)]
    assert shapely.bounds(found.water).tolist() == [[82_000.0, 434_000.0, 83_000.0, 439_000.0]]


def test_a_narrow_gap_between_municipalities_is_no_water() -> None:
    found = background_around(BOX, land=land(), railways=railways(), margin_m=500.0)
    assert len(found.water) == 0


def test_railways_are_cut_at_the_margin() -> None:
    found = background_around(BOX, land=land(), railways=railways(), margin_m=1_000.0)
    assert shapely.bounds(found.railways).tolist() == [[79_000.0, 436_500.0, 82_000.0, 436_500.0]]


def test_borders_run_where_municipalities_end() -> None:
    found = background_around(BOX, land=land(), railways=railways(), margin_m=100.0)
    xs = {round(x) for line in found.borders for x, _ in line.coords}
    assert {80_490, 80_510} <= xs


def test_layers_are_collections_in_degrees() -> None:
    layers = background_around(BOX, land=land(), railways=railways()).as_geojson()
    assert list(layers) == ["water", "grens", "spoor"]
    lon, lat = json.loads(layers["spoor"])["features"][0]["geometry"]["coordinates"][0]
    assert (lon, lat) == pytest.approx((4.2, 51.9), abs=0.2)


def test_frames_in_degrees_are_refused() -> None:
    with pytest.raises(CrsMismatch):
        background_around(BOX, land=land().to_crs(4326), railways=railways())
