"""Views of staff as files: other programs read back the table of the page, with what is around it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from PIL import Image
from served import ACCOUNT, PASSWORD, loaded_database
from sqlalchemy import delete, select

from data import marked_events
from data.database import Database
from data.event_models import MarkedEvent
from data.marked_events import EventKind
from data.models import Audit
from maps.numbers import dutch
from service.analysis.words import MONTHS
from service.app import create_app
from service.settings import Settings

TOWN = "gemeente=GM0622"
CHANGE, SPOTS = "/analyse/verandering", "/analyse/opvallend"
INDEX, LITTLE = "/analyse/leefbaarheid", "/analyse/hier-horen-we-weinig"
SHEETS, PICTURES, GEO = ("xlsx", "csv"), ("png", "svg"), ("geojson", "gpkg", "parquet")
FORMS = {
    CHANGE: (*SHEETS, *PICTURES),
    SPOTS: (*SHEETS, *PICTURES, *GEO),
    INDEX: (*SHEETS, *PICTURES, "html", *GEO),
    LITTLE: (*SHEETS, *PICTURES, "html", *GEO),
}
QUESTIONS = {
    CHANGE: f"{TOWN}&cijfer=misdrijven_inw&niveau=wijk",
    SPOTS: f"{TOWN}&plek=buurt",
    INDEX: f"{TOWN}&niveau=wijk&overlast=9",
    LITTLE: f"{TOWN}&niveau=wijk",
}
MAPPED = (SPOTS, INDEX, LITTLE)


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return loaded_database(tmp_path_factory.mktemp("meenemen"))


@pytest.fixture(scope="module")
def client(database_url: str) -> Iterator[TestClient]:
    settings = Settings(database_url=database_url, staff={ACCOUNT: hashed(PASSWORD)})
    with TestClient(create_app(settings)) as client:
        client.post("/inloggen", data={"naam": ACCOUNT, "wachtwoord": PASSWORD})
        yield client


@cache
def fetched(client: TestClient, address: str) -> Any:
    """What an address answers; asked once, since drawing takes a second."""
    return client.get(address)


def page(client: TestClient, view: str, query: str = "") -> str:
    answer = fetched(client, f"{view}?{query or QUESTIONS[view]}")
    assert answer.status_code == 200
    return unescape(answer.text)


def links(client: TestClient, view: str, query: str = "") -> dict[str, str]:
    """The addresses of files that a page offers, by form."""
    found = re.findall(rf'href="({view}/export/([a-z]+)\?[^"]+)"', page(client, view, query))
    return {form: link for link, form in found}


def taken(client: TestClient, view: str, form: str, query: str = "") -> bytes:
    answer = fetched(client, links(client, view, query)[form])
    assert answer.status_code == 200, answer.text
    return bytes(answer.content)


def sheet(client: TestClient, view: str, query: str = "") -> pd.DataFrame:
    """The table as openpyxl reads it."""
    book = openpyxl.load_workbook(io.BytesIO(taken(client, view, "xlsx", query)))
    names, *rows = book["cijfers"].iter_rows(values_only=True)
    return pd.DataFrame(rows, columns=list(map(str, names)))


def shown(html: str, *, table: int = 0) -> list[list[str]]:
    """The cells of a table of a page as text, by row; the small words below a name apart."""
    body = re.findall(r"<tbody>(.*?)</tbody>", html, re.DOTALL)[table]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [
        [_text(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows
    ]


def _text(cell: str) -> str:
    plain = re.sub(r'<span class="eenheid">.*?</span>|<svg.*?</svg>', " ", cell, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", plain).split())


def said(value: Any, decimals: int) -> str:
    return "–" if value is None or pd.isna(value) else dutch(value, decimals)


def table_titled(html: str, words: str) -> int:
    """The place of the first table after some words."""
    return html[: html.index(words)].count("<tbody>")


@pytest.mark.parametrize("view", list(FORMS))
def test_a_page_offers_the_forms_that_make_sense_for_it(client: TestClient, view: str) -> None:
    offered = links(client, view)
    assert tuple(offered) == FORMS[view]
    for form, link in offered.items():
        answer = fetched(client, link)
        assert answer.status_code == 200
        name = answer.headers["content-disposition"]
        assert re.search(rf'filename="wijkbeeld-gm0622-[\w-]+\.{form}"', name)
    others = {"xlsx", "csv", "png", "svg", "html", "geojson", "gpkg", "parquet"} - set(FORMS[view])
    for form in others:
        assert client.get(f"{view}/export/{form}?{QUESTIONS[view]}").status_code == 404


def test_the_places_that_stand_out_are_the_rows_of_the_page(client: TestClient) -> None:
    rows, html = sheet(client, SPOTS), page(client, SPOTS)
    first = table_titled(html, 'id="tabel"')
    cells = [row for at in range(first, html.count("<tbody>")) for row in shown(html, table=at)]
    assert len(cells) == len(rows) > 20
    for row, cell in zip(rows.to_dict("records"), cells, strict=True):
        assert cell[:3] == [row["naam"], dutch(row["aantal_hier"]), dutch(row["aantal"])]
        assert cell[4] == said(row["verhouding"], 1)
        assert cell[6] == row["oordeel"]
    assert rows["verwacht"].notna().sum() > 5


def test_hexagons_go_along_all_of_them_with_their_outlines(client: TestClient, tmp_path: Path) -> None:
    query = f"{TOWN}&plek=zeshoek&breedte=500&manier=gi"
    path = tmp_path / "plekken.gpkg"
    path.write_bytes(taken(client, SPOTS, "gpkg", query))
    read = gpd.read_file(path, layer="cijfers")
    every = client.get(f"/api/v1/opvallend?{query}").json()["features"]
    assert read.crs.to_epsg() == 28992
    counts = {one["properties"]["code"]: one["properties"]["aantal"] for one in every}
    assert dict(zip(read["code"], read["aantal"], strict=True)) == counts
    assert len(read) > 100
    assert read.geometry.area.max() == pytest.approx(500**2 * 3**0.5 / 2, rel=1e-6)
    assert read["gi"].notna().any()
    metadata = json.loads(pyogrio.read_info(path, layer="cijfers")["layer_metadata"]["WIJKBEELD"])
    assert {"naam": "Per", "tekst": "zeshoek, 500 meter"} in metadata["filters"]


def test_scores_contributions_and_places_are_those_of_the_page(client: TestClient) -> None:
    rows, html = sheet(client, INDEX), page(client, INDEX)
    cells = shown(html, table=table_titled(html, 'id="tabel"'))
    large = rows[~rows["toelichting"].fillna("").str.startswith("te klein")]
    assert len(cells) == len(large) > 5
    for row, cell in zip(large.to_dict("records"), cells, strict=True):
        assert cell[:2] == [row["naam"], said(row["score"], 2)]
        if cell[1] != "–":
            van, tot, of = (int(row[name]) for name in ("plaats_van", "plaats_tot", "plaatsen"))
            assert cell[2] == f"plaats tussen {van} en {tot} van {of}"
    shares = rows[[name for name in map(str, rows.columns) if name.startswith("bijdrage_")]]
    assert not [name for name in map(str, rows.columns) if " " in name]
    known = rows["score"].notna()
    assert known.any()
    assert shares[known].sum(axis=1).tolist() == pytest.approx(rows.loc[known, "score"].tolist())


def test_what_was_expected_is_that_of_the_page(client: TestClient) -> None:
    rows, html = sheet(client, LITTLE), page(client, LITTLE)
    first, after = (table_titled(html, words) for words in ('id="verwacht"', 'id="snel"'))
    cells = [row for at in range(first, after) for row in shown(html, table=at)]
    large = rows[rows["verwacht"].notna()]
    assert len(cells) == len(large) > 5
    assert large["verhouding"].is_monotonic_increasing
    for row, cell in zip(large.to_dict("records"), cells, strict=True):
        assert cell[:3] == [row["naam"], dutch(row["aantal"]), dutch(row["verwacht"])]
        assert (row["oordeel"] in cell[-1]) == (row["oordeel"] != "")
    assert "duidelijk minder dan verwacht" in set(rows["oordeel"])


def test_years_of_each_area_are_those_of_the_page(client: TestClient) -> None:
    rows, html = sheet(client, CHANGE), page(client, CHANGE)
    cells = shown(html, table=table_titled(html, 'id="alle"'))
    wide = rows[rows["niveau"] == "wijk"].pivot_table("aantal", "naam", "jaar", dropna=False)
    assert [cell[0] for cell in cells] == wide.index.tolist()
    for cell in cells:
        years = wide.loc[cell[0]]
        assert cell[1 : 1 + len(years)] == [said(value, 0) for value in years]
        one = rows[rows["naam"] == cell[0]].iloc[0]
        assert cell[-2] == one["oordeel"]
        assert cell[-1].startswith(f"{dutch(one['verandering'], 2)} keer") or pd.isna(one["verandering"])
    assert rows["verandering"].notna().any()


def test_months_of_the_chosen_area_are_those_of_the_page(client: TestClient) -> None:
    query = f"{TOWN}&cijfer=meldingen_inw&gebied=GM0622&niveau=wijk"
    rows, html = sheet(client, CHANGE, query), page(client, CHANGE, query)
    town = rows[rows["code"] == "GM0622"]
    cells = shown(html)
    assert len(cells) == len(town) > 1
    for row, cell in zip(town.to_dict("records"), cells, strict=True):
        assert cell[:2] == [f"{MONTHS[row['maand'] - 1]} {row['jaar']}", dutch(row["aantal"])]
    assert set(rows["niveau"]) == {"gemeente", "wijk"}


@pytest.mark.parametrize("view", list(FORMS))
def test_pandas_reads_the_same_from_csv(client: TestClient, view: str) -> None:
    content = taken(client, view, "csv")
    read = pd.read_csv(io.BytesIO(content), sep=";", decimal=",", comment="#", encoding="utf-8-sig")
    wanted = sheet(client, view)
    assert list(read.columns) == list(wanted.columns)
    for name in wanted:
        if pd.api.types.is_numeric_dtype(wanted[name]):
            pd.testing.assert_series_equal(read[name], wanted[name], check_dtype=False, rtol=1e-12)
        elif any(isinstance(one, str) for one in wanted[name]):
            assert read[name].fillna("").tolist() == wanted[name].fillna("").tolist()


@pytest.mark.parametrize("view", MAPPED)
def test_outlines_and_words_go_along(client: TestClient, view: str) -> None:
    wanted = sheet(client, view)
    parquet = gpd.read_parquet(io.BytesIO(taken(client, view, "parquet")))
    assert parquet.crs.to_epsg() == 28992
    assert parquet["code"].tolist() == wanted["code"].tolist()
    content = taken(client, view, "geojson")
    read = gpd.read_file(io.BytesIO(content))
    assert read["code"].tolist() == wanted["code"].tolist()
    west, south, east, north = read.total_bounds
    assert 4.2 < west < east < 4.5
    assert 51.8 < south < north < 52.0
    apart = read.to_crs(28992).geometry.hausdorff_distance(parquet.geometry)
    assert apart.max() < 0.5
    about = json.loads(content)
    assert {"naam": "Gemeente", "tekst": "Vlaardingen (GM0622)"} in about["filters"]
    assert about["definities"]
    assert all(one["formule"] for one in about["definities"])
    assert about["bronnen"]
    assert about["indeling"].startswith("indeling")
    assert f"{view}?" in about["adres"]
    assert "standVan=" in about["adres"]


def test_the_address_in_a_file_gives_the_same_numbers(client: TestClient) -> None:
    about = json.loads(taken(client, INDEX, "geojson"))
    assert {"naam": "Overlast en veiligheid", "tekst": "9"} in about["filters"]
    html = unescape(client.get(about["adres"][about["adres"].index(INDEX) :]).text)
    cells = shown(html, table=table_titled(html, 'id="tabel"'))
    scores = {one["properties"]["naam"]: one["properties"]["score"] for one in about["features"]}
    assert len(cells) > 5
    assert {cell[0]: cell[1] for cell in cells} == {cell[0]: said(scores[cell[0]], 2) for cell in cells}


@pytest.mark.parametrize("view", list(FORMS))
def test_pictures_carry_the_words_and_who_took_them(client: TestClient, view: str) -> None:
    png = Image.open(io.BytesIO(taken(client, view, "png")))
    png.load()
    about = json.loads(png.text["wijkbeeld"])  # type: ignore[attr-defined]
    assert f"Gemaakt voor {ACCOUNT} op" in about["gemaaktVoor"]
    svg = taken(client, view, "svg").decode()
    assert about["titel"] in unescape(svg)
    drawn = re.sub(r"<metadata>.*?</metadata>|<desc.*?</desc>", "", svg, flags=re.DOTALL)
    assert drawn.startswith("<?xml")
    assert 'role="img"' in drawn


@pytest.mark.parametrize("view", [INDEX, LITTLE])
def test_a_map_as_one_file_has_the_words_under_it(client: TestClient, view: str) -> None:
    html = unescape(taken(client, view, "html").decode())
    about = json.loads(taken(client, view, "geojson"))
    assert about["titel"] in html
    assert about["definities"][0]["formule"] in html
    assert f"Gemaakt voor {ACCOUNT} op" in html
    assert "https://cdn" not in html


@pytest.mark.parametrize("view", list(FORMS))
def test_what_was_taken_along_is_kept(client: TestClient, database_url: str, view: str) -> None:
    database = Database(database_url)
    of_view = select(Audit).where(Audit.action == "export").order_by(Audit.id)
    with database.read() as session:
        before = len(list(session.scalars(of_view)))
    client.get(links(client, view)["csv"])
    with database.read() as session:
        rows = list(session.scalars(of_view))
    database.close()
    assert len(rows) == before + 1
    assert rows[-1].actor == ACCOUNT
    assert rows[-1].detail["vorm"] == "csv"
    assert rows[-1].detail["rijen"] == len(sheet(client, view))


def test_what_staff_typed_is_no_formula(client: TestClient, database_url: str) -> None:
    naam = "=HYPERLINK(1+1)"
    database = Database(database_url)
    with database.write() as session:
        day = date(2026, 6, 10)
        marked_events.mark(session, "GM0622", EventKind.ANDERS, day, naam, actor=ACCOUNT)
    query = f"{TOWN}&cijfer=meldingen_inw&niveau=wijk"
    content = taken(client, CHANGE, "csv", query)
    csv = pd.read_csv(io.BytesIO(content), sep=";", decimal=",", comment="#", encoding="utf-8-sig")
    cells = {str(one) for one in csv["gebeurd"].dropna()}
    book = openpyxl.load_workbook(io.BytesIO(taken(client, CHANGE, "xlsx", query)))
    kinds = {cell.data_type for row in book["cijfers"].iter_rows() for cell in row if cell.value is not None}
    with database.write() as session:
        session.execute(delete(MarkedEvent))
    database.close()
    assert [one for one in cells if naam in one]
    assert not [one for one in cells if re.match(r"[=+@-]", one)]
    assert "f" not in kinds


@pytest.mark.parametrize("view", list(FORMS))
def test_who_is_no_staff_gets_no_file(client: TestClient, view: str) -> None:
    known = dict(client.cookies)
    client.cookies.clear()
    answers = [
        client.get(f"{view}/export/{form}?{QUESTIONS[view]}", follow_redirects=False) for form in FORMS[view]
    ]
    client.cookies.update(known)
    assert {answer.status_code for answer in answers} <= {303, 404}
    assert not [answer for answer in answers if "content-disposition" in answer.headers]
    assert client.get(f"{view}/export/csv?{QUESTIONS[view]}").status_code == 200


def test_an_unknown_town_or_level_without_areas_is_no_file(client: TestClient) -> None:
    for view in FORMS:
        assert client.get(f"{view}/export/csv?gemeente=GM9999").status_code == 404
    assert client.get(f"{CHANGE}/export/csv?{TOWN}&cijfer=bestaat_niet").status_code == 404
