"""Area files: what is no division is refused, with what is wrong."""

from __future__ import annotations

import sqlite3
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyogrio
import pytest
import shapely
from outline_files import SQUARES, frame, gpkg, old_shapefiles

from data.readers.cbs import read_areas
from geo.errors import ImportRefused


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
