"""CBS outlines: one division, whatever the form, encoding and year of its file."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from outline_files import SQUARES, frame, geojson, gpkg, old_shapefiles, ring

from data.readers.bundled import bundled_edition
from data.readers.cbs import read_areas
from geo.areas import Level
from geo.coverage import coverage_report, refuse_wrong
from geo.crs import LngLatArrays, RDArrays, to_lnglat, to_rd
from geo.errors import AreaError, DuplicateCode, ImportRefused


@pytest.mark.shared
def test_the_pilot_geopackage_gives_its_outlines_to_the_last_bit(shared: Path) -> None:
    path = shared / "data" / "areas" / "wijkenbuurten_2016_pilot.gpkg"
    edition = read_areas(path)
    oracle = gpd.read_file(path, layer="buurten").sort_values("buurtcode")
    assert (len(edition.buurten), len(edition.wijken), len(edition.gemeenten), edition.year) == (
        220,
        36,
        4,
        2016,
    )
    assert edition.buurten.geometry.to_wkb().tolist() == oracle.geometry.to_wkb().tolist()
    assert list(edition.buurten["naam"]) == list(oracle["buurtnaam"])


@pytest.mark.shared
def test_the_bundled_outlines_are_those_of_the_pilot(shared: Path) -> None:
    towns = ["GM0106", "GM0556", "GM0622"]
    pilot = read_areas(shared / "data" / "areas" / "wijkenbuurten_2016_pilot.gpkg", gemeenten=towns)
    bundled = bundled_edition()
    assert bundled.buurten.geometry.to_wkb().tolist() == pilot.buurten.geometry.to_wkb().tolist()
    for level in (Level.WIJK, Level.GEMEENTE):
        one, two = bundled.level(level), pilot.level(level)
        assert list(one["code"]) == list(two["code"])
        assert list(one["naam"]) == list(two["naam"])
        assert one.geometry.symmetric_difference(two.geometry).area.max() < 0.001


@pytest.mark.parametrize(
    ("encoding", "cpg"), [("cp1252", True), ("cp1252", False), ("UTF-8", True), ("UTF-8", False)]
)
@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_shapefiles_of_cbs_read_alike_in_every_encoding(
    tmp_path: Path, encoding: str, cpg: bool, packed: bool
) -> None:
    path = old_shapefiles(tmp_path / "shp", encoding, cpg=cpg)
    if packed:
        archive = tmp_path / "wijkbuurt.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
            for file in path.iterdir():
                out.write(file, f"SHP/{file.name}")
        path = archive
    edition = read_areas(path)
    assert list(edition.buurten["naam"]) == ["De Breeën", "'t Scheur", "Zuid"]
    assert list(edition.gemeenten["naam"]) == ["Súdstêd"]
    assert list(edition.wijken["code"]) == ["WK999901", "WK999902"]
    assert (edition.year, edition.area_ha(Level.GEMEENTE)["GM9999"]) == (2019, pytest.approx(3.0))


def test_one_shapefile_of_buurten_gives_wijken_and_gemeenten_too(tmp_path: Path) -> None:
    folder = old_shapefiles(tmp_path / "shp", "UTF-8", cpg=True)
    edition = read_areas(folder / "buurt_2019.shp")
    assert list(edition.wijken["naam"]) == ["Noord", "Zuid"]
    assert edition.area_ha(Level.WIJK).to_dict() == {
        "WK999901": pytest.approx(2.0),
        "WK999902": pytest.approx(1.0),
    }


def test_geoparquet_and_geopackage_give_the_same_edition(tmp_path: Path) -> None:
    parquet = tmp_path / "buurten_2019.parquet"
    frame().to_parquet(parquet)
    one, two = read_areas(parquet), read_areas(gpkg(tmp_path, frame()))
    pd.testing.assert_frame_equal(pd.DataFrame(one.buurten), pd.DataFrame(two.buurten))
    assert one.buurten.crs.to_epsg() == two.buurten.crs.to_epsg() == 28992


def test_geojson_in_degrees_goes_through_the_one_transform(tmp_path: Path) -> None:
    corners = shapely.get_coordinates(SQUARES[0])
    lon, lat = to_lnglat(RDArrays(corners[:, 0], corners[:, 1]))
    path = geojson(tmp_path, ring(*np.column_stack([lon, lat]).tolist()))
    outline = read_areas(path).buurten.geometry.iloc[0]
    expected = np.column_stack(to_rd(LngLatArrays(lon, lat)))
    assert shapely.get_coordinates(outline).tolist() == expected.tolist()
    assert np.abs(expected - corners).max() < 0.001


def test_geojson_that_says_it_is_in_rd_is_taken_as_it_is(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}
    path = geojson(tmp_path, shapely.geometry.mapping(SQUARES[0]), crs=crs)
    assert read_areas(path).buurten.geometry.iloc[0].equals(SQUARES[0])


def test_bad_15_heights_in_outlines_are_left_out(tmp_path: Path) -> None:
    path = geojson(tmp_path, ring([4.3, 51.9, 1e9], [4.4, 51.9, 1], [4.4, 51.95, 1], [4.3, 51.9, 1e9]))
    assert not read_areas(path).buurten.geometry.has_z.any()


def test_areas_of_water_are_kept_and_flagged(tmp_path: Path) -> None:
    edition = read_areas(gpkg(tmp_path, frame()))
    assert dict(zip(edition.buurten["code"], edition.buurten["water"], strict=True)) == {
        "BU99990101": False,
        "BU99990102": True,
        "BU99990201": False,
    }
    assert not edition.wijken["water"].any()


def test_the_land_and_the_water_of_one_gemeente_become_one_area(tmp_path: Path) -> None:
    path = gpkg(tmp_path, frame())
    parts = gpd.GeoDataFrame(
        {
            "gemeentecode": ["GM9999"] * 2,
            "gemeentenaam": ["Súdstêd", ""],
            "water": ["NEE", "JA"],
            "jaar": [2019] * 2,
        },
        geometry=[shapely.union(SQUARES[0], SQUARES[2]), SQUARES[1]],
        crs=28992,
    )
    parts.to_file(path, layer="gemeenten")
    gemeenten = read_areas(path).gemeenten
    assert list(gemeenten["naam"]) == ["Súdstêd"]
    assert gemeenten.area.iloc[0] == 30_000.0


def test_ground_abroad_is_left_out(tmp_path: Path) -> None:
    abroad = frame(buurtcode=["BU99990101", "BU99990102", "BU09980000"], water=["NEE", "NEE", "B"])
    assert read_areas(gpkg(tmp_path, abroad)).codes(Level.GEMEENTE) == ("GM9999",)


def test_only_the_asked_gemeenten_are_kept_and_an_unknown_one_is_named(tmp_path: Path) -> None:
    path = gpkg(
        tmp_path, frame(buurtcode=["BU99990101", "BU99990102", "BU88880201"], wijkcode=None, wijknaam=None)
    )
    assert read_areas(path, gemeenten=["GM8888"]).codes(Level.BUURT) == ("BU88880201",)
    with pytest.raises(ImportRefused, match="gemeente GM0001 staat er niet in"):
        read_areas(path, gemeenten=["GM0001", "GM8888"])


def test_a_buurt_without_a_wijk_gets_the_one_its_code_names(tmp_path: Path) -> None:
    path = gpkg(tmp_path, frame(wijkcode=["WK999901", None, "WK999902"]))
    assert list(read_areas(path).buurten["parent"]) == ["WK999901", "WK999901", "WK999902"]


def test_bad_24_a_file_of_another_year_is_an_edition_of_its_own(tmp_path: Path) -> None:
    later = frame(jaar=[2021] * 3)
    (tmp_path / "later").mkdir()
    one, two = read_areas(gpkg(tmp_path, frame())), read_areas(gpkg(tmp_path / "later", later))
    assert (one.year, two.year) == (2019, 2021)
    with pytest.raises(AreaError, match="2019 en 2021"):
        one.merge(two)


def test_bad_24_the_year_comes_from_column_name_or_argument_and_never_from_a_guess(tmp_path: Path) -> None:
    undated = frame(jaar=None)
    named = tmp_path / "buurten_2018_v3.parquet"
    undated.to_parquet(named)
    assert read_areas(named).year == 2018
    assert read_areas(gpkg(tmp_path, undated), year=2017).year == 2017
    with pytest.raises(ImportRefused, match="het jaar van de indeling staat er niet bij"):
        read_areas(gpkg(tmp_path, undated))
    with pytest.raises(ImportRefused, match="indeling 2019, gevraagd is 2020"):
        read_areas(gpkg(tmp_path, frame()), year=2020)
    with pytest.raises(ImportRefused, match=r"\[2018, 2019\]"):
        read_areas(gpkg(tmp_path, frame(jaar=[2018, 2019, 2019])))


def test_layers_of_several_years_need_a_year(tmp_path: Path) -> None:
    path = gpkg(tmp_path, frame(jaar=None), layer="buurten_2018")
    frame(jaar=None, buurtnaam=["A", "B", "C"]).to_file(path, layer="buurten_2019")
    with pytest.raises(ImportRefused, match="meer lagen met buurt: buurten_2018, buurten_2019"):
        read_areas(path)
    assert list(read_areas(path, year=2019).buurten["naam"]) == ["A", "B", "C"]


def test_bad_29_a_code_that_stands_twice_is_kept_for_the_report_to_refuse(tmp_path: Path) -> None:
    twice = frame(buurtcode=["BU99990101", "BU99990101", "BU99990201"], water=["NEE"] * 3)
    edition = read_areas(gpkg(tmp_path, twice))
    with pytest.raises(DuplicateCode, match="BU99990101 staat 2 keer"):
        refuse_wrong(coverage_report(edition))


def test_bad_29_reading_a_file_twice_gives_the_same_edition(tmp_path: Path) -> None:
    path = gpkg(tmp_path, frame())
    one, two = read_areas(path), read_areas(path)
    assert one.area_m2(Level.BUURT).to_dict() == two.area_m2(Level.BUURT).to_dict()


def test_bad_17_a_bow_tie_is_read_and_then_refused_by_the_report(tmp_path: Path) -> None:
    bow = shapely.Polygon([(82_100, 436_000), (82_200, 436_100), (82_200, 436_000), (82_100, 436_100)])
    edition = read_areas(gpkg(tmp_path, frame(geometry=[SQUARES[0], bow, SQUARES[2]])))
    assert coverage_report(edition).invalid[0].code == "BU99990102"


@pytest.mark.parametrize(
    ("geometry", "message"),
    [
        pytest.param(ring([4.3, 51.9], [4.4, 51.9]), "leeg of niet te lezen", id="17-two-points"),
        pytest.param(ring([4.3, 51.9], [4.4, 51.9], [4.4, 52], [4.3, 52]), "niet te lezen", id="17-unclosed"),
        pytest.param({"type": "Polygon", "coordinates": []}, "leeg", id="18-empty-polygon"),
        pytest.param(None, "leeg", id="18-no-geometry"),
        pytest.param({"type": "Point", "coordinates": [4.3, 51.9]}, "een Point", id="16-point"),
        pytest.param(
            {"type": "LineString", "coordinates": [[4.3, 51.9], [4.4, 52]]}, "een LineString", id="16-line"
        ),
        pytest.param(
            {
                "type": "GeometryCollection",
                "geometries": [ring([4.3, 51.9], [4.4, 51.9], [4.4, 52], [4.3, 51.9])],
            },
            "een GeometryCollection",
            id="18-collection",
        ),
        pytest.param(ring([51.9, 4.3], [51.9, 4.4], [52, 4.4], [51.9, 4.3]), "verwisseld", id="2-swapped"),
        pytest.param(
            ring([82_000, 436_000], [82_100, 436_000], [82_100, 436_100], [82_000, 436_000]),
            "RD",
            id="3-rd-as-lonlat",
        ),
        pytest.param(ring([10, 50], [11, 50], [11, 51], [10, 50]), "buiten Nederland", id="8-abroad"),
    ],
)
def test_bad_outlines_in_geojson_are_refused_with_the_feature(
    tmp_path: Path, geometry: object, message: str
) -> None:
    with pytest.raises(ImportRefused, match=f"buurten_2019.geojson, gebied 1: .*{message}"):
        read_areas(geojson(tmp_path, geometry))


@pytest.mark.shared
def test_buurten_of_the_national_file_without_a_wijk_get_the_one_of_their_code(shared: Path) -> None:
    edition = read_areas(
        shared / "data" / "areas" / "buurten_2016_nl.parquet", gemeenten=["GM0599", "GM0518"]
    )
    assert edition.year == 2016
    assert set(edition.buurten["gemeente"]) == {"GM0599", "GM0518"}
    assert not edition.buurten["parent"].isna().any()
