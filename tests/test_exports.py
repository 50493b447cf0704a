"""Exports: other programs read back what the page shows, with what is around it, and nothing else."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import duckdb
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from fastapi.testclient import TestClient
from loaded_town import client, database_url, staff, workbench
from PIL import Image
from served import ACCOUNT
from sqlalchemy import select

from data.database import Database
from data.meldingen import Filters
from data.models import Audit
from data.rights import ALL_ROLES
from data.visibility import PUBLIC, Viewer
from geo.areas import Level
from service.analysis import figures, places
from service.analysis.export import VALUE_COLUMNS, Export, Form, export_of
from service.analysis.export_files import written
from service.analysis.view import Asked
from service.analysis.workbench import Workbench, data_version

__all__ = ["client", "database_url", "staff", "workbench"]

GEMEENTE = "GM0622"
ADDRESS = "https://wijkbeeld.example/analyse?gemeente=GM0622"
MADE = datetime(2026, 7, 2, 10, 30, tzinfo=UTC)
ADVISER = Viewer("adviseur", ALL_ROLES)
QUERY = "gemeente=GM0622&niveau=wijk&cijfer=misdrijven_inw"


def asked(indicator: str = "meldingen_inw", **filters: Any) -> Asked:
    return Asked(
        filters=Filters(GEMEENTE, **filters),
        indicator=indicator,
        part=None,
        level=Level.BUURT,
        known_at=MADE,
    )


def taken(workbench: Workbench, viewer: Viewer = ADVISER, question: Asked | None = None) -> Export:
    found = places.places(workbench, GEMEENTE)
    return export_of(workbench, viewer, found, question or asked(), made_at=MADE, address=ADDRESS)


@pytest.fixture(scope="module")
def export(workbench: Workbench) -> Export:
    return taken(workbench)


@pytest.fixture(scope="module")
def shown(workbench: Workbench) -> pd.DataFrame:
    """What the page works from, by name as it shows it."""
    found = places.places(workbench, GEMEENTE)
    rows = figures.level_values(
        workbench, ADVISER, found, Filters(GEMEENTE), indicator="meldingen_inw", level=Level.BUURT
    ).rows
    names = [found.by_code[code].naam for code in rows["code"]]
    return rows.assign(naam=names).sort_values(["naam", "code"], ignore_index=True)


def same(read: pd.Series[Any], wanted: pd.Series[Any]) -> bool:
    """Whether two columns hold the same numbers, and miss the same ones; a workbook keeps 16 digits."""
    one, other = read.astype("float64"), wanted.astype("float64")
    return bool(np.allclose(one, other, rtol=1e-15, atol=0, equal_nan=True))


def check_numbers(read: pd.DataFrame, shown: pd.DataFrame) -> None:
    assert read["code"].tolist() == shown["code"].tolist()
    assert read["naam"].tolist() == shown["naam"].tolist()
    assert shown["value"].notna().sum() > 10
    for name in ("value", "n", "denominator", "exposure_years", "lower", "upper", "year"):
        assert same(read[VALUE_COLUMNS[name].naam], shown[name]), name


def check_about(about: dict[str, Any], export: Export) -> None:
    assert about == json.loads(json.dumps(export.as_dict()))
    assert about["filters"][0] == {"naam": "Gemeente", "tekst": "Vlaardingen (GM0622)"}
    assert about["definities"][0]["cijfer"] == "meldingen_inw"
    assert about["definities"][0]["formule"]
    assert about["bronnen"]
    assert about["periode"]
    assert about["standVan"] == "2 juli 2026, 12.30 uur"
    assert "adviseur" in about["gemaaktVoor"]


def test_every_column_of_values_has_a_dutch_name(export: Export, shown: pd.DataFrame) -> None:
    assert set(shown.columns) - set(VALUE_COLUMNS) == set()
    assert set(export.table.columns) == {one.naam for one in export.columns}
    assert len({one.naam for one in VALUE_COLUMNS.values()}) == len(VALUE_COLUMNS)


def test_a_definition_names_the_soorten_that_count(workbench: Workbench) -> None:
    (lamps,) = taken(workbench, question=asked("licht_ha")).definitions
    assert (
        "van deze soorten tellen mee: Straatverlichting, Straatverlichting / openbare klok." in lamps.formule
    )
    (animals,) = taken(workbench, question=asked("dieren_inw")).definitions
    assert "Alleen meldingen in de groep Dieren tellen mee. Deze soorten tellen niet mee: " in animals.formule
    (every,) = taken(workbench).definitions
    assert "soorten" not in every.formule


def test_pandas_reads_the_csv_as_the_page_shows_it(export: Export, shown: pd.DataFrame) -> None:
    read = pd.read_csv(
        io.BytesIO(written(export, Form.CSV)),
        sep=";", decimal=",", comment="#", encoding="utf-8-sig",
    )  # fmt: skip
    check_numbers(read, shown)
    assert list(read.columns) == list(export.table.columns)


def test_duckdb_reads_the_csv_too(export: Export, shown: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(written(export, Form.CSV))
    query = (
        "select code, waarde, aantal from read_csv(?, delim=';', quote='\"', decimal_separator=',',"
        " comment='#', header=true)"
    )
    rows = duckdb.execute(query, [str(path)]).fetchall()
    assert [row[0] for row in rows] == shown["code"].tolist()
    assert same(pd.Series([row[1] for row in rows]), shown["value"])


def test_lines_above_the_csv_tell_what_it_is(export: Export) -> None:
    lines = written(export, Form.CSV).decode("utf-8-sig").split("\r\n")
    about = [line for line in lines if line.startswith("#")]
    for name, text in (*export.facts(), *export.explained()):
        assert f"# {name}: {text}".replace(";", ",").replace('"', "'") in about
    assert any(line.startswith("# Definitie: ") and "meldingen_inw" in line for line in about)
    # One cell in a spreadsheet, whatever stands in it.
    assert not [line for line in about if ";" in line]
    assert lines.index(about[-1]) == len(about) - 1


def test_openpyxl_reads_three_sheets_with_real_numbers(export: Export, shown: pd.DataFrame) -> None:
    book = openpyxl.load_workbook(io.BytesIO(written(export, Form.XLSX)))
    assert book.sheetnames == ["cijfers", "definities", "toelichting"]
    names, *rows = book["cijfers"].iter_rows(values_only=True)
    check_numbers(pd.DataFrame(rows, columns=list(map(str, names))), shown)
    told = [tuple(row) for row in book["toelichting"].iter_rows(min_row=2, values_only=True)]
    assert told == [*export.facts(), *export.explained()]
    heads = [cell.value for cell in book["definities"][1]]
    assert [cell.value for cell in book["definities"][2]] == list(export.definitions[0].as_dict().values())
    assert "formule" in heads
    assert export.mark in str(book["cijfers"].oddFooter.left.text)


def test_geojson_lies_in_degrees_with_its_words_beside_the_features(
    export: Export, shown: pd.DataFrame
) -> None:
    content = written(export, Form.GEOJSON)
    answer = json.loads(content)
    check_about({key: answer[key] for key in export.as_dict()}, export)
    read = gpd.read_file(io.BytesIO(content))
    check_numbers(read, shown)
    west, south, east, north = read.total_bounds
    assert 4.2 < west < east < 4.5
    assert 51.8 < south < north < 52.0
    rings = [
        ring
        for shape in read.geometry
        for part in shapely.get_parts(shape)
        for ring in (part.exterior, *part.interiors)
    ]
    outer = {id(part.exterior) for shape in read.geometry for part in shapely.get_parts(shape)}
    assert outer
    assert all(ring.is_ccw for ring in rings if not _is_hole(ring, read))
    assert "crs" not in answer


def _is_hole(ring: shapely.LinearRing, read: gpd.GeoDataFrame) -> bool:
    return any(
        ring.equals(hole)
        for shape in read.geometry
        for part in shapely.get_parts(shape)
        for hole in part.interiors
    )


def test_a_geopackage_has_layer_tables_and_metadata(
    export: Export, shown: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "export.gpkg"
    path.write_bytes(written(export, Form.GPKG))
    read = gpd.read_file(path, layer="cijfers")
    assert read.crs.to_epsg() == 28992
    check_numbers(read, shown)
    assert export.outlines is not None
    assert read.geometry.geom_equals(gpd.GeoSeries(export.outlines.array, crs=28992)).all()
    check_about(json.loads(pyogrio.read_info(path, layer="cijfers")["layer_metadata"]["WIJKBEELD"]), export)
    told = pyogrio.read_dataframe(path, layer="toelichting")
    rows = list(zip(told["wat"], told["tekst"], strict=True))
    assert rows == [*export.facts(), *export.explained()]
    assert pyogrio.read_dataframe(path, layer="definities")["cijfer"].tolist() == ["meldingen_inw"]


def test_geoparquet_holds_its_words_in_the_schema(
    export: Export, shown: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "export.parquet"
    path.write_bytes(written(export, Form.PARQUET))
    read = gpd.read_parquet(path)
    assert read.crs.to_epsg() == 28992
    check_numbers(read, shown)
    check_about(json.loads(pq.read_schema(path).metadata[b"wijkbeeld"]), export)
    total = duckdb.execute("select sum(aantal) from read_parquet(?)", [str(path)]).fetchone()
    assert total == (shown["n"].sum(),)


def numbers(client: TestClient, query: str) -> dict[str, Any]:
    answer = client.get(f"/analyse/export/geojson?{query}")
    assert answer.status_code == 200
    return {one["properties"]["code"]: one["properties"] for one in answer.json()["features"]}


def test_the_file_has_the_numbers_of_the_api_and_of_the_page(client: TestClient) -> None:
    rows = numbers(client, QUERY)
    api = client.get("/api/v1/cijfers/misdrijven_inw/waarden?gemeente=GM0622&niveau=wijk").json()["waarden"]
    page = unescape(client.get(f"/analyse?{QUERY}").text)
    assert len(rows) > 5
    assert {code: row["waarde"] for code, row in rows.items()} == {
        code: row["waarde"] for code, row in api.items()
    }
    assert not [row["naam"] for row in rows.values() if row["naam"] not in page]


@pytest.mark.parametrize("form", list(Form))
def test_every_form_is_a_link_on_the_page_that_gives_a_file(client: TestClient, form: Form) -> None:
    page = client.get(f"/analyse?{QUERY}").text
    links = [unescape(one) for one in re.findall(r'href="(/analyse/export/[^"]+)"', page)]
    link = next(one for one in links if one.startswith(f"/analyse/export/{form.value}?"))
    answer = client.get(link)
    assert answer.status_code == 200
    name = re.search(r'filename="([^"]+)"', answer.headers["content-disposition"])
    assert name
    assert name[1].startswith("wijkbeeld-gm0622-misdrijven_inw-wijk-")
    assert name[1].endswith(f".{form.value}")


@pytest.mark.parametrize("view", ["", "&weergave=warmte"])
def test_pictures_and_pages_carry_the_same_words(client: TestClient, view: str) -> None:
    query = f"gemeente=GM0622&niveau=wijk&soort=afval{view}"
    about = client.get(f"/analyse/export/geojson?{query}").json()
    png = Image.open(io.BytesIO(client.get(f"/analyse/export/png?{query}").content))
    png.load()
    svg = client.get(f"/analyse/export/svg?{query}").text
    html = unescape(client.get(f"/analyse/export/html?{query}").text)
    inside = json.loads(unescape(re.search(r"<export [^>]*>(.*?)</export>", svg, re.DOTALL)[1]))  # type: ignore[index]
    assert isinstance(png.text["wijkbeeld"], str)  # type: ignore[attr-defined]
    for found in (json.loads(png.text["wijkbeeld"]), inside):  # type: ignore[attr-defined]
        for part in ("titel", "filters", "definities", "bronnen", "periode", "indeling"):
            assert found[part] == about[part]
    for one in ("Afval", about["definities"][0]["formule"], about["periode"], about["bronnen"][0]):
        assert one in html
    assert about["titel"] in unescape(svg)


def test_the_public_takes_along_what_the_public_sees(client: TestClient, workbench: Workbench) -> None:
    public, all_rows = taken(workbench, PUBLIC), taken(workbench)
    assert public.made_by is None
    assert public.mark == ""
    assert public.table["aantal"].sum() < all_rows.table["aantal"].sum()
    rows = numbers(client, "gemeente=GM0622&cijfer=meldingen_inw")
    assert sum(row["aantal"] for row in rows.values()) == public.table["aantal"].sum()
    assert client.get("/analyse/export/csv?cijfer=overlast_inw&niveau=gebied").status_code == 404


def test_of_shielded_soorten_the_public_takes_no_number_along(client: TestClient, staff: TestClient) -> None:
    query = "gemeente=GM0622&soort=overlast&cijfer=meldingen_ha"
    assert sum(row["aantal"] or 0 for row in numbers(staff, query).values()) > 0
    staff.cookies.clear()
    rows = numbers(client, query).values()
    assert {row["waarde"] for row in rows} == {None}
    assert sum(row["aantal"] or 0 for row in rows) == 0


def kept(database_url: str) -> list[Audit]:
    database = Database(database_url)
    with database.read() as session:
        rows = list(session.scalars(select(Audit).where(Audit.action == "export")))
    database.close()
    return rows


def test_what_staff_take_along_names_them_and_is_kept(staff: TestClient, database_url: str) -> None:
    before = len(kept(database_url))
    answer = staff.get(f"/analyse/export/csv?{QUERY}")
    assert f"Gemaakt voor {ACCOUNT} op" in answer.text
    rows = kept(database_url)
    assert len(rows) == before + 1
    assert (rows[-1].actor, rows[-1].detail["vorm"]) == (ACCOUNT, "csv")


def test_what_the_public_takes_along_is_not_kept(client: TestClient, database_url: str) -> None:
    before = len(kept(database_url))
    assert client.get(f"/analyse/export/csv?{QUERY}").status_code == 200
    assert len(kept(database_url)) == before


def test_taking_along_makes_no_answer_old(staff: TestClient, database_url: str) -> None:
    versions = []
    for _ in range(2):
        database = Database(database_url)
        with database.read() as session:
            versions.append(data_version(session))
        database.close()
        staff.get(f"/analyse/export/csv?{QUERY}")
    assert versions[0] == versions[1]


def test_an_unknown_form_cijfer_or_town_is_no_file(client: TestClient) -> None:
    assert client.get("/analyse/export/docx?gemeente=GM0622").status_code in {400, 404}
    assert client.get("/analyse/export/csv?cijfer=bestaat_niet").status_code == 404
    assert client.get("/analyse/export/csv?gemeente=GM9999").status_code == 404
