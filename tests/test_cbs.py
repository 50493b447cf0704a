"""CBS files: outlines in every form they come in, and key figures with what is secret or unknown in them."""

from __future__ import annotations

import json
import sqlite3
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from constructed_edition import square

from data.readers.bundled import bundled_edition, bundled_figures
from data.readers.cbs import check_codes, read_areas, read_figure_file, read_figures, year_in_name
from data.readers.kerncijfer_columns import figure_of, forbidden
from geo.areas import Edition, Level
from geo.coverage import coverage_report, refuse_wrong
from geo.crs import LngLatArrays, RDArrays, to_lnglat, to_rd
from geo.errors import AreaError, DuplicateCode, EditionMismatch, ImportRefused

PDOK = ("buurtcode", "buurtnaam", "wijkcode", "wijknaam", "gemeentecode", "gemeentenaam", "water", "jaar")
CBS_OLD = ("BU_CODE", "BU_NAAM", "WK_CODE", "WK_NAAM", "GM_CODE", "GM_NAAM", "WATER", "JAAR")
SQUARES = [square(0, 0), square(1, 0), square(0, 1)]


def frame(**columns: Sequence[Any] | None) -> gpd.GeoDataFrame:
    """Three square buurten as PDOK publishes them; `columns` replaces some, None leaves one out."""
    values: dict[str, Any] = {
        "buurtcode": ["BU99990101", "BU99990102", "BU99990201"],
        "buurtnaam": ["De Breeën", "'t Scheur", "Zuid"],
        "wijkcode": ["WK999901", "WK999901", "WK999902"],
        "wijknaam": ["Noord", "Noord", "Zuid"],
        "gemeentecode": ["GM9999"] * 3,
        "gemeentenaam": ["Súdstêd"] * 3,
        "water": ["NEE", "JA", "NEE"],
        "jaar": [2019] * 3,
    }
    values |= columns
    geometry = values.pop("geometry", SQUARES)
    return gpd.GeoDataFrame({k: v for k, v in values.items() if v is not None}, geometry=geometry, crs=28992)


def gpkg(path: Path, buurten: gpd.GeoDataFrame, *, layer: str = "buurten") -> Path:
    file = path / "wijkenbuurten.gpkg"
    buurten.to_file(file, layer=layer)
    return file


def old_shapefiles(folder: Path, encoding: str, *, cpg: bool) -> Path:
    """Three shapefiles named and encoded as in CBS's own zips."""
    folder.mkdir()
    buurten = frame().rename(columns=dict(zip(PDOK, CBS_OLD, strict=True)))
    wijken = buurten.dissolve("WK_CODE", as_index=False)[
        ["WK_CODE", "WK_NAAM", "GM_CODE", "GM_NAAM", "geometry"]
    ]
    gemeenten = buurten.dissolve("GM_CODE", as_index=False)[["GM_CODE", "GM_NAAM", "geometry"]]
    for name, layer in (("buurt_2019", buurten), ("wijk_2019", wijken), ("gem_2019", gemeenten)):
        layer.to_file(folder / f"{name}.shp", encoding=encoding)
        if not cpg:
            (folder / f"{name}.cpg").unlink()
    return folder


def geojson(path: Path, geometry: object, **more: object) -> Path:
    """A GeoJSON file with one feature; `more` stands beside the features."""
    file = path / "buurten_2019.geojson"
    properties = {"buurtcode": "BU06220101", "buurtnaam": "Indische Buurt"}
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    file.write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature], **more}), encoding="utf-8"
    )
    return file


def ring(*points: Sequence[float]) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [list(points)]}


def table(
    path: Path, text: str, *, name: str = "kerncijfers_2024_buurt.csv", encoding: str = "utf-8"
) -> Path:
    file = path / name
    file.write_bytes(text.encode(encoding))
    return file


# --- outlines ---------------------------------------------------------------------------------------------


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


def curved_gpkg(path: Path) -> Path:
    """A GeoPackage whose first outline is a circle drawn as two arcs."""
    file = path / "wijkenbuurten.gpkg"
    pyogrio.write_dataframe(frame(), file, layer="buurten", geometry_type="Unknown")
    points = [(82_000.0, 436_000.0), (82_100.0, 436_100.0), (82_000.0, 436_000.0)]
    arc = struct.pack("<BII", 1, 8, len(points)) + b"".join(struct.pack("<dd", *point) for point in points)
    blob = b"GP\x00\x01" + struct.pack("<i", 28992) + struct.pack("<BII", 1, 10, 1) + arc
    database = sqlite3.connect(file)
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute(f'DROP TRIGGER "{name}"')
    database.execute("UPDATE buurten SET geom = ? WHERE fid = 1", (blob,))
    database.commit()
    database.close()
    return file


def disguised(path: Path) -> Path:
    """A description that makes GDAL fetch from another host, under a name it would be trusted by."""
    file = path / "wijkenbuurten.gpkg"
    file.write_text("<OGRVRTDataSource><OGRVRTLayer name='buurten'/></OGRVRTDataSource>", encoding="utf-8")
    return file


def torn(path: Path) -> Path:
    file = gpkg(path, frame())
    file.write_bytes(file.read_bytes()[:5_000])
    return file


def bomb(path: Path) -> Path:
    file = path / "buurt_2019.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("buurt_2019.shp", b"\x00\x00\x27\x0a" + bytes(20_000_000))
    return file


def no_crs(path: Path) -> Path:
    folder = old_shapefiles(path / "shp", "UTF-8", cpg=True)
    (folder / "buurt_2019.prj").unlink()
    return folder


def plain_parquet(path: Path) -> Path:
    file = path / "buurten_2019.parquet"
    pd.DataFrame({"buurtcode": ["BU99990101"]}).to_parquet(file)
    return file


def text_file(path: Path, name: str, text: str) -> Path:
    (path / name).write_text(text, encoding="utf-8")
    return path / name


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: p / "weg.gpkg", r"weg\.gpkg: dit bestand is er niet"),
        (lambda p: p, "er is geen laag met buurten; wel: geen lagen"),
        (lambda p: text_file(p, "buurten.txt", "x"), r"een bestand op '\.txt' kan niet"),
        (lambda p: text_file(p, "buurten.gpkg", "<html>"), "dit is geen GeoPackage"),
        (lambda p: text_file(p, "buurten.geojson", "{kapot"), r"buurten\.geojson: kan niet gelezen worden"),
        (lambda p: text_file(p, "buurten.zip", "PK kapot"), "het zip-bestand is beschadigd"),
        (lambda p: text_file(p, "leeg.gpkg", ""), "dit is geen GeoPackage"),
        (disguised, "dit is geen GeoPackage"),
        (torn, r"wijkenbuurten\.gpkg"),
        (bomb, "uitpakken"),
        (no_crs, "coördinatenstelsel staat er niet bij"),
        (plain_parquet, r"buurten_2019\.parquet: kan niet gelezen worden"),
        (lambda p: gpkg(p, frame().to_crs(4326)), "staat in EPSG:4326, nodig is EPSG:28992"),
        (lambda p: gpkg(p, frame().to_crs(3857)), "staat in EPSG:3857"),
        (lambda p: gpkg(p, frame(), layer="postcodes"), "geen laag met buurten; wel: postcodes"),
        (lambda p: gpkg(p, frame(buurtcode=None)), "de kolom buurtcode of bu_code ontbreekt"),
        (lambda p: gpkg(p, frame(buurtnaam=None)), "de kolom buurtnaam of bu_naam ontbreekt"),
        (lambda p: gpkg(p, frame().iloc[:0]), "er staan geen gebieden in"),
        (
            lambda p: gpkg(p, frame(buurtcode=["BU99990101", "9999", "x"])),
            "gebied 2: '9999' is geen code van een buurt",
        ),
        (lambda p: gpkg(p, frame(water=["NEE", "NAT", "NEE"])), "gebied 2: water is 'NAT'"),
        (
            lambda p: gpkg(p, frame(geometry=[SQUARES[0], shapely.box(4, 51, 5, 52), SQUARES[2]])),
            "gebied 2: punt 5.0, 51.0: graden",
        ),
        pytest.param(curved_gpkg, "omtrekken van het type CURVEPOLYGON", id="18-curve"),
    ],
)
def test_a_file_that_is_no_division_is_refused_with_what_is_wrong(
    tmp_path: Path, make: Callable[[Path], Path], message: str
) -> None:
    path = make(tmp_path)
    with pytest.raises(ImportRefused, match=message):
        read_areas(path)


@pytest.mark.shared
def test_buurten_of_the_national_file_without_a_wijk_get_the_one_of_their_code(shared: Path) -> None:
    edition = read_areas(
        shared / "data" / "areas" / "buurten_2016_nl.parquet", gemeenten=["GM0599", "GM0518"]
    )
    assert edition.year == 2016
    assert set(edition.buurten["gemeente"]) == {"GM0599", "GM0518"}
    assert not edition.buurten["parent"].isna().any()


# --- figures ----------------------------------------------------------------------------------------------


def value(figures: pd.DataFrame, code: str, name: str, year: int = 2024) -> tuple[float, str]:
    row = figures[(figures["code"] == code) & (figures["name"] == name) & (figures["year"] == year)]
    assert len(row) == 1
    return float(row["value"].iloc[0]), str(row["status"].iloc[0])


def test_the_bundled_figures_hold_the_published_totals() -> None:
    figures = bundled_figures()
    buurten = figures[figures["code"].str.startswith("BU0622")]
    inwoners = buurten.loc[buurten["name"] == "inwoners", "value"]
    crimes = buurten.loc[(buurten["name"] == "misdrijven") & (buurten["year"] == 2025), "value"]
    assert list(figures.columns) == ["code", "name", "year", "value", "status"]
    assert (inwoners.sum(), crimes.sum()) == (76_435.0, 3_560.0)
    assert value(figures, "GM0622", "inwoners") == (76_409.0, "bekend")
    assert value(figures, "GM0622", "misdrijven", 2025) == (3_560.0, "bekend")
    assert value(figures, "BU06220101", "gezondheid_goed", 2022)[1] == "bekend"
    assert set(figures.loc[figures["name"] == "misdrijven", "year"]) == {2021, 2022, 2023, 2024, 2025}


def test_no_figure_on_income_or_a_reference_date_is_bundled() -> None:
    names = set(bundled_figures()["name"])
    assert not {name for name in names if "inkomen" in name or "opgehaald" in name or "postcode" in name}
    assert names >= {"inwoners", "inwoners_65plus", "huishoudens", "woz_waarde_x1000", "gezondheid_goed"}


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("-99997", "geheim"),
        ("-99997.0", "geheim"),
        ("-99999999", "geheim"),
        ("x", "geheim"),
        ("X", "geheim"),
        (".", "onbekend"),
        ("", "onbekend"),
        ("  ", "onbekend"),
        ("-99995", "onbekend"),
    ],
)
def test_bad_28_a_secret_mark_is_never_a_number_and_never_summed(
    tmp_path: Path, cell: str, status: str
) -> None:
    text = f"gwb_code;a_inw;a_hh\nBU06220101;{cell};10\nBU06220102;100;20\n"
    figures = read_figures(table(tmp_path, text))
    found, label = value(figures, "BU06220101", "inwoners")
    assert np.isnan(found)
    assert label == status
    assert figures.loc[figures["name"] == "inwoners", "value"].sum() == 100.0


@pytest.mark.parametrize("cell", ["-5", "-99998", "veel", "1e400", "NaNN", "1,2,3", "Infinity", "=1+1"])
def test_bad_28_what_is_neither_a_number_nor_a_known_mark_is_refused(tmp_path: Path, cell: str) -> None:
    path = table(tmp_path, f'gwb_code;a_inw\nBU06220101;100\nBU06220102;"{cell}"\n')
    with pytest.raises(ImportRefused, match="kolom a_inw, regel 3"):
        read_figures(path)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("gwb_code_10;regio;recs;a_inw;g_hhgro\nBU06220101;Cité;Buurt;1234;2,1\n", "cp1252"),
        ("BU_CODE,BU_NAAM,AANT_INW,GEM_HH_GR\nBU06220101,Cité,1234,2.1\n", "utf-8"),
        ("buurtcode;aantal_inwoners;gemiddelde_huishoudsgrootte\nBU06220101;1.234;2,1\n", "utf-8-sig"),
        ("buurtcode\taantalInwoners\tgemiddeldeHuishoudsgrootte\nBU06220101\t1234\t2.1\n", "utf-16"),
        (
            'WijkenEnBuurten,AantalInwoners_5,GemiddeldeHuishoudensgrootte_32\n"BU06220101  ",1234,"2,1"\n',
            "utf-8",
        ),
        ("bu_code,inwoners,gem_huishoudensgrootte\r\nBU06220101,1234.0,2.1\r\n", "utf-8"),
    ],
    ids=["kwb", "shapefile", "pdok-snake", "pdok-camel", "statline", "ours"],
)
def test_every_naming_cbs_has_used_gives_our_names(tmp_path: Path, text: str, encoding: str) -> None:
    path = table(tmp_path, text, encoding=encoding)
    figures = read_figures(path, decimal="," if "1.234;" in text else None)
    assert value(figures, "BU06220101", "inwoners") == (1234.0, "bekend")
    assert value(figures, "BU06220101", "gem_huishoudensgrootte") == (2.1, "bekend")


def test_bad_33_a_number_that_can_mean_two_things_is_asked_about(tmp_path: Path) -> None:
    path = table(tmp_path, "gwb_code;ste_oad\nBU06220101;1.234\nBU06220102;2.468\n")
    with pytest.raises(ImportRefused, match=r"kolom ste_oad: '1\.234' kan twee dingen betekenen"):
        read_figures(path)
    assert value(read_figures(path, decimal="."), "BU06220101", "omgevingsadressendichtheid")[0] == 1.234
    assert value(read_figures(path, decimal=","), "BU06220101", "omgevingsadressendichtheid")[0] == 1234.0


def test_bad_33_the_column_decides_what_its_points_and_commas_mean(tmp_path: Path) -> None:
    path = table(tmp_path, "gwb_code;ste_oad;g_afs_hp\nBU06220101;1.234,5;0,8\nBU06220102;987,5;1,2\n")
    figures = read_figures(path)
    assert value(figures, "BU06220101", "omgevingsadressendichtheid")[0] == 1234.5
    assert value(figures, "BU06220102", "afstand_huisarts_km")[0] == 1.2
    mixed = table(tmp_path, "gwb_code;g_afs_hp\nBU06220101;0,8\nBU06220102;1.25\n")
    with pytest.raises(ImportRefused, match=r"'1\.25' past niet bij ','"):
        read_figures(mixed)


def test_the_year_stands_in_the_column_the_name_or_the_argument(tmp_path: Path) -> None:
    text = "bu_code,inwoners,misdrijven_2023,gezondheid_goed_2022\nBU06220101,10,3,70.5\n"
    figures = read_figures(table(tmp_path, text))
    assert {(row.name_, row.year) for row in figures.rename(columns={"name": "name_"}).itertuples()} == {
        ("inwoners", 2024),
        ("misdrijven", 2023),
        ("gezondheid_goed", 2022),
    }
    undated = table(tmp_path, text, name="cijfers.csv")
    assert value(read_figures(undated, year=2020), "BU06220101", "inwoners", 2020)[0] == 10.0
    with pytest.raises(ImportRefused, match="het jaar van de cijfers staat er niet bij"):
        read_figures(undated)


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("kerncijfers_2024_buurt.csv", 2024),
        ("kwb-2013.csv", 2013),
        ("tabel.csv", None),
        ("2023 en 2024.csv", None),
        ("12024.csv", None),
    ],
)
def test_a_file_name_tells_a_year_or_none(name: str, year: int | None) -> None:
    assert year_in_name(name) == year


def test_columns_on_income_benefits_origin_education_religion_or_language_stay_outside(
    tmp_path: Path,
) -> None:
    barred = [
        "inkomen_per_inwoner_x1000",
        "a_soz_wb",
        "wwb_uittot",
        "p_w_all",
        "a_marok",
        "p_nl_al",
        "a_opl_hg",
    ]
    barred += ["BijstandsuitkeringTot", "g_ink_pi", "p_hh_lkk", "kerkelijke_gezindte", "taalachterstand"]
    text = ";".join(["gwb_code", "a_inw", *barred]) + "\nBU06220101;10" + ";7" * len(barred) + "\n"
    read = read_figure_file(table(tmp_path, text))
    assert list(read.figures["name"]) == ["inwoners"]
    assert read.report.forbidden_columns == tuple(barred)
    assert any("inkomen_per_inwoner_x1000" in sentence for sentence in read.report.sentences())


@pytest.mark.parametrize(
    "column",
    ["a_inw", "p_koopw", "g_afs_sc", "aantal_inwoners", "basisonderwijs_gemiddelde_afstand_in_km", "a_hh"],
)
def test_a_column_we_use_is_never_taken_for_a_forbidden_one(column: str) -> None:
    assert figure_of(column) is not None
    assert not forbidden(column)


def test_rows_on_the_country_are_skipped_and_double_rows_counted_once(tmp_path: Path) -> None:
    text = "gwb_code;a_inw\nNL00;17000000\nGM0622;76409\nGM0622;76409\n"
    read = read_figure_file(table(tmp_path, text))
    assert list(read.figures["code"]) == ["GM0622"]
    assert (read.report.other_rows, read.report.double_rows, read.report.areas) == (1, 1, 1)


def test_bad_29_one_code_with_two_answers_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path, "gwb_code;a_inw\nGM0622;76409\nGM0622;76410\n")
    with pytest.raises(DuplicateCode, match="GM0622"):
        read_figures(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is leeg"),
        ("gwb_code;a_inw\n", "er staan geen rijen in"),
        ("naam;a_inw\nx;1\n", "geen kolom met codes"),
        ("gwb_code;kleur\nBU06220101;rood\n", "geen enkele kolom is een bekend kerncijfer"),
        ("gwb_code;a_inw\nBU0622010;1\n", "regel 2: 'BU0622010' is geen code"),
        ("gwb_code;a_inw\nVlaardingen;1\n", "regel 2: 'Vlaardingen' is geen code"),
        ("gwb_code;a_inw\nBU06220101;1;2\n", "regel 2: de rij telt 3 kolommen, de kop 2"),
        ("gwb_code;a_inw;a_inw\nBU06220101;1;2\n", "kolomnamen staan er dubbel in: a_inw"),
        ("gwb_code;a_inw;inwoners\nBU06220101;1;2\n", "twee kolommen geven inwoners over 2024"),
        ("gwb_code;a_inw\nBU06220101;" + "9" * 1_100_000 + "\n", "een veld is langer dan"),
        ("gwb_code;a_inw\nNL00;1\n", "geen rij gaat over een buurt, wijk of gemeente"),
        ("PK\x03\x04\x00\x00", "is een werkmap of zip-bestand"),
    ],
)
def test_a_table_without_figures_is_refused_with_what_is_wrong(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(ImportRefused, match=f"kerncijfers_2024_buurt.csv.*{message}"):
        read_figures(table(tmp_path, text))


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="dit bestand is er niet"):
        read_figures(tmp_path / "weg_2024.csv")


# --- figures and outlines ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def towns() -> Edition:
    return bundled_edition()


@pytest.fixture(scope="module")
def kerncijfers() -> pd.DataFrame:
    return bundled_figures()


def of_buurten(figures: pd.DataFrame, gemeente: str) -> pd.DataFrame:
    return figures[figures["code"].str.startswith(f"BU{gemeente[2:]}")]


@pytest.mark.parametrize(("gemeente", "count"), [("GM0556", 19), ("GM0622", 40)])
def test_the_codes_of_maassluis_and_vlaardingen_fit_fully(
    kerncijfers: pd.DataFrame, towns: Edition, gemeente: str, count: int
) -> None:
    match = check_codes(of_buurten(kerncijfers, gemeente), towns)
    assert len(match.matched) == count
    assert (match.only_figures, match.only_outlines, match.share) == ((), (), 0.0)


def test_the_three_unmatched_codes_of_assen_are_accepted_and_listed(
    kerncijfers: pd.DataFrame, towns: Edition
) -> None:
    match = check_codes(kerncijfers, towns)
    assert match.only_figures == ("BU01060311", "BU01060899", "BU01069918")
    assert match.only_outlines == ("BU01060300", "BU01060301", "BU01060814")
    assert match.share == pytest.approx(3 / 109)
    assert any("BU01060814" in sentence for sentence in match.sentences())


@pytest.mark.shared
def test_figures_of_schiedam_2024_are_refused_for_outlines_of_2016(shared: Path) -> None:
    edition = read_areas(shared / "data" / "areas" / "wijkenbuurten_2016_pilot.gpkg")
    figures = read_figures(shared / "data" / "figures" / "kerncijfers_2024_buurt.csv")
    with pytest.raises(EditionMismatch, match=r"^GM0606: 40% .*BU06060001.*BU06061102.*BU06060909\.$"):
        check_codes(figures, edition)
    with pytest.raises(EditionMismatch, match="GM0606"):
        check_codes(of_buurten(figures, "GM0606"), edition)
    others = figures[~figures["code"].str.startswith("BU0606")]
    assert len(check_codes(others, edition).matched) == 106 + 19 + 40


@pytest.mark.parametrize(
    ("dropped", "refused"), [(2, False), (3, True)], ids=["2 of 40 is five per cent", "3 of 40 is more"]
)
def test_more_than_five_per_cent_on_the_side_of_the_outlines_is_refused(
    kerncijfers: pd.DataFrame, towns: Edition, dropped: int, refused: bool
) -> None:
    figures = of_buurten(kerncijfers, "GM0622")
    some = figures[~figures["code"].isin(sorted(set(figures["code"]))[:dropped])]
    if refused:
        with pytest.raises(EditionMismatch, match="Alleen in de cijfers: geen"):
            check_codes(some, towns)
    else:
        assert len(check_codes(some, towns).only_outlines) == dropped


def test_figures_of_other_gemeenten_are_told_apart_and_nothing_in_common_is_refused(
    kerncijfers: pd.DataFrame, towns: Edition
) -> None:
    vlaardingen = towns.for_gemeente("GM0622")
    match = check_codes(kerncijfers, vlaardingen)
    assert {code[2:6] for code in match.elsewhere} == {"0106", "0556"}
    with pytest.raises(EditionMismatch, match="Geen code van de cijfers past bij de indeling 2016"):
        check_codes(of_buurten(kerncijfers, "GM0556"), vlaardingen)


def test_a_buurt_of_water_needs_no_figures(tmp_path: Path) -> None:
    edition = read_areas(gpkg(tmp_path, frame()))
    figures = read_figures(table(tmp_path, "gwb_code;a_inw\nBU99990101;10\nBU99990201;20\n"))
    assert check_codes(figures, edition).only_outlines == ()
