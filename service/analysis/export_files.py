"""Export files: a table to take along, written for spreadsheets, for GIS and for programs.

| form | table | what is around it |
|---|---|---|
| CSV | `;` between cells, decimal comma, text in quotes | lines that begin with `#`, on top |
| XLSX | sheet `cijfers`, numbers as numbers | sheets `definities` and `toelichting` |
| GeoJSON | properties (RFC 7946, WGS84) | foreign members beside `features` |
| GeoPackage | layer `cijfers` (EPSG:28992) | tables `definities` and `toelichting`, metadata |
| GeoParquet | columns (EPSG:28992) | key `wijkbeeld` in the schema |
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
import xlsxwriter
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.worksheet import Worksheet

from data.readers.tables import guard_formula
from maps.choropleth import RD_EPSG, in_degrees
from service.analysis.export import Export, Form
from service.texts import catalogue

METADATA_KEY: Final = b"wijkbeeld"
LAYER, DEFINITIONS, REMARKS = "cijfers", "definities", "toelichting"
MEDIA_TYPES: Final[Mapping[Form, str]] = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.GEOJSON: "application/geo+json",
    Form.GPKG: "application/geopackage+sqlite3",
    Form.PARQUET: "application/vnd.apache.parquet",
    Form.PNG: "image/png",
    Form.SVG: "image/svg+xml",
    Form.HTML: "text/html; charset=utf-8",
}
WIDEST: Final = 60
_BREAKS: Final = str.maketrans({"\n": " ", "\r": " ", ";": ",", '"': "'"})


def written(export: Export, form: Form) -> bytes:
    """Return the table with everything around it as a file; for the forms that hold a table.

    A number without an end, as the margin of a ratio may have, is empty: no spreadsheet holds it.
    """
    return _WRITERS[form](replace(export, table=export.table.replace([np.inf, -np.inf], np.nan)))


def csv_bytes(export: Export) -> bytes:
    """Return the table as CSV; the lines on top begin with `#`, which pandas and DuckDB skip when told so.

    Text that a spreadsheet would run as a formula gets an apostrophe.
    """
    # No separator or quote: in a spreadsheet the whole line is one cell, that begins with `#`.
    about = [f"# {name}: {words}".translate(_BREAKS) for name, words in export.lines()]
    rows = [tuple(export.table.columns), *_plain_rows(export.table)]
    lines = [*about, *(";".join(map(_cell, row)) for row in rows)]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8-sig")


def xlsx_bytes(export: Export) -> bytes:
    """Return a workbook with the table, the definitions and the rest; text is never run as a formula."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"title": export.title, "comments": export.address, "author": "Wijkbeeld"})
        bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        texts = catalogue()
        for name, table in (
            (LAYER, export.table),
            (DEFINITIONS, _definitions(export)),
            (REMARKS, _remarks(export)),
        ):
            sheet = book.add_worksheet(name)
            _fill(sheet, table, bold=bold, plain=None if name == LAYER else wrap)
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(0)
            # An ampersand would begin a code of its own.
            sheet.set_footer("&L" + (export.mark or texts.text("algemeen.naam")).replace("&", "&&"))
    return stream.getvalue()


def geojson_bytes(export: Export) -> bytes:
    """Return a FeatureCollection in WGS84; what is around the table stands in members of its own."""
    names = list(export.table.columns)
    shapes = _in_degrees(export)
    features = [
        {"type": "Feature", "properties": dict(zip(names, row, strict=True)), "geometry": shape}
        for row, shape in zip(_plain_rows(export.table), shapes, strict=True)
    ]
    return orjson.dumps({"type": "FeatureCollection", **export.as_dict(), "features": features})


def geopackage_bytes(export: Export) -> bytes:
    """Return a GeoPackage: a layer `cijfers`, and tables of definitions and of what is around it."""
    about = orjson.dumps(export.as_dict()).decode()
    told = "\n".join(f"{name}: {text}" for name, text in export.lines())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.gpkg"
        pyogrio.write_dataframe(
            _framed(export),
            path,
            layer=LAYER,
            driver="GPKG",
            layer_options={"IDENTIFIER": export.title, "DESCRIPTION": told},
            layer_metadata={"WIJKBEELD": about},
        )
        for name, table in ((DEFINITIONS, _definitions(export)), (REMARKS, _remarks(export))):
            pyogrio.write_dataframe(table, path, layer=name, driver="GPKG")
        return path.read_bytes()


def geoparquet_bytes(export: Export) -> bytes:
    """Return (Geo)Parquet; the key `wijkbeeld` in the schema holds what is around the table, as JSON."""
    stream = io.BytesIO()
    framed = _framed(export)
    framed.to_parquet(stream, index=False)
    table = pq.read_table(pa.BufferReader(stream.getvalue()))
    about = {**(table.schema.metadata or {}), METADATA_KEY: orjson.dumps(export.as_dict())}
    stream = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(about), stream, compression="zstd")
    return stream.getvalue()


_WRITERS: Final[Mapping[Form, Callable[[Export], bytes]]] = {
    Form.CSV: csv_bytes,
    Form.XLSX: xlsx_bytes,
    Form.GEOJSON: geojson_bytes,
    Form.GPKG: geopackage_bytes,
    Form.PARQUET: geoparquet_bytes,
}


TABLES: Final = frozenset(_WRITERS)


def _plain_rows(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return the rows as Python values, None for what is not known."""
    columns = (_plain(table[name]) for name in table.columns)
    return list(zip(*columns, strict=True))


def _plain(column: pd.Series[Any]) -> list[Any]:
    values = column.astype(object)
    return [None if unknown else value for value, unknown in zip(values, column.isna(), strict=True)]


def _cell(value: Any) -> str:
    """Return a value as a spreadsheet in Dutch reads it: text in quotes, numbers without."""
    match value:
        case None:
            return ""
        case bool() | np.bool_():
            return catalogue().text("meenemen.ja" if value else "meenemen.nee")
        case int() | float() | np.number():
            return repr(float(value)).removesuffix(".0").replace(".", ",")
        case date():
            return value.isoformat()
        case _:
            return '"' + guard_formula(str(value)).replace('"', '""') + '"'


def _definitions(export: Export) -> pd.DataFrame:
    rows = [one.as_dict() for one in export.definitions]
    return pd.DataFrame(rows, columns=None if rows else ["cijfer", "naam"])


def _remarks(export: Export) -> pd.DataFrame:
    return pd.DataFrame([*export.facts(), *export.explained()], columns=["wat", "tekst"])


def _fill(sheet: Worksheet, table: pd.DataFrame, *, bold: CellFormat, plain: CellFormat | None) -> None:
    """Write a table with its names on top, each column as wide as what it holds."""
    rows = _plain_rows(table)
    for place, name in enumerate(table.columns):
        sheet.write_string(0, place, name, bold)
        longest = max((len(str(row[place])) for row in rows if row[place] is not None), default=0)
        sheet.set_column(place, place, min(max(len(name), longest) + 2, WIDEST))
    for line, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            _write(sheet, line, place, value, plain)
    sheet.freeze_panes(1, 0)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(table.columns) - 1)


def _write(sheet: Worksheet, line: int, place: int, value: Any, form: CellFormat | None) -> None:
    match value:
        case None:
            return
        case bool() | np.bool_():
            sheet.write_boolean(line, place, bool(value), form)
        case int() | float() | np.number():
            sheet.write_number(line, place, float(value), form)
        case date():
            sheet.write_string(line, place, value.isoformat(), form)
        case _:
            sheet.write_string(line, place, str(value), form)


def _in_degrees(export: Export) -> list[Any]:
    """Return the geometry of each row as GeoJSON holds it: WGS84, outer rings anticlockwise; None without."""
    if export.outlines is None:
        return [None] * len(export.table)
    outlines = np.asarray(export.outlines.array, dtype=object)
    turned = shapely.orient_polygons(in_degrees(outlines))
    return [orjson.Fragment(text) if text else None for text in shapely.to_geojson(turned).tolist()]


def _framed(export: Export) -> pd.DataFrame:
    """Return the table with its outlines; the plain table when it has none."""
    if export.outlines is None:
        return export.table
    framed: pd.DataFrame = gpd.GeoDataFrame(export.table, geometry=export.outlines.array, crs=RD_EPSG)
    return framed
