"""Exports of what others typed: nothing in a file runs, and a table without a map goes along too."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pyogrio
import pytest

from service.analysis.export import Column, Export, Form
from service.analysis.export_files import written

ADDRESS = "https://wijkbeeld.example/analyse?gemeente=GM0622"
MADE = datetime(2026, 7, 2, 10, 30, tzinfo=UTC)
DANGEROUS = ("=1+1", "+31", "-2+3", "@som", '=HYPERLINK("http://x")', 'plat; "gewoon"\nregel', "# hek")


@pytest.fixture(scope="module")
def dangerous() -> Export:
    """A table of what others typed, as its words too."""
    table = pd.DataFrame({"naam": list(DANGEROUS), "getal": [1.5, float("nan"), -3.0, 0.1, 2.0, 7.0, 8.0]})
    columns = (Column("naam", "=wat iemand typte"), Column("getal", "een getal"))
    return Export(
        name="proef", title="=Titel; met van alles", table=table, columns=columns,
        filters=(("Keuze", "=1+1;=2"),), definitions=(), sources=("-bron",), period="2026",
        as_of="nu", division="", made_at=MADE, address=ADDRESS,
    )  # fmt: skip


def test_what_looks_like_a_formula_stays_text_in_a_csv(dangerous: Export) -> None:
    content = written(dangerous, Form.CSV)
    read = pd.read_csv(io.BytesIO(content), sep=";", decimal=",", comment="#", encoding="utf-8-sig")
    assert read["naam"].tolist()[:5] == [f"'{text}" for text in DANGEROUS[:5]]
    assert read["naam"].tolist()[5:] == list(DANGEROUS[5:])
    assert read["getal"].tolist()[2] == -3.0
    cells = [cell for line in content.decode("utf-8-sig").split("\r\n") for cell in line.split(";")]
    # Only numbers begin with one of the signs.
    assert not [cell for cell in cells if re.match(r'"?[=+@]|"-', cell)]


def test_what_looks_like_a_formula_stays_text_in_a_workbook(dangerous: Export) -> None:
    book = openpyxl.load_workbook(io.BytesIO(written(dangerous, Form.XLSX)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell.value for cell in book["cijfers"]["A"][1:]] == list(DANGEROUS)
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert not [cell for cell in cells if cell.hyperlink]


@pytest.mark.parametrize("form", [Form.GEOJSON, Form.GPKG, Form.PARQUET])
def test_a_table_without_a_map_goes_along_too(dangerous: Export, form: Form, tmp_path: Path) -> None:
    path = tmp_path / f"export.{form}"
    path.write_bytes(written(dangerous, form))
    read = pd.read_parquet(path) if form is Form.PARQUET else pyogrio.read_dataframe(path, layer=0)
    assert read["naam"].tolist() == list(DANGEROUS)
    assert read["getal"].isna().tolist() == [False, True, *[False] * 5]


def test_an_empty_table_is_a_file_with_names_of_columns(dangerous: Export) -> None:
    none = replace(dangerous, table=dangerous.table.iloc[:0])
    assert json.loads(written(none, Form.GEOJSON))["features"] == []
    assert list(pd.read_excel(io.BytesIO(written(none, Form.XLSX))).columns) == ["naam", "getal"]


@pytest.mark.parametrize("form", [Form.CSV, Form.XLSX, Form.GEOJSON, Form.GPKG, Form.PARQUET])
def test_a_margin_without_an_upper_end_is_an_empty_cell_in_every_form(
    dangerous: Export, form: Form, tmp_path: Path
) -> None:
    """All incidents of a day in one area: the ratio to the rest has no upper end."""
    open_ended = dangerous.table.assign(getal=[1.5, float("inf"), -3.0, 0.1, 2.0, 7.0, float("-inf")])
    content = written(replace(dangerous, table=open_ended), form)
    (tmp_path / f"export.{form}").write_bytes(content)
    match form:
        case Form.CSV:
            read = pd.read_csv(io.BytesIO(content), sep=";", decimal=",", comment="#", encoding="utf-8-sig")
        case Form.XLSX:
            read = pd.read_excel(io.BytesIO(content))
        case Form.PARQUET:
            read = pd.read_parquet(tmp_path / f"export.{form}")
        case _:
            read = pyogrio.read_dataframe(tmp_path / f"export.{form}", layer=0)
    assert read["getal"].tolist()[2:6] == [-3.0, 0.1, 2.0, 7.0]
    assert read["getal"].isna().tolist() == [False, True, *[False] * 4, True]
