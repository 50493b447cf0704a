"""Every number that a map of the workbench shows stands in a table too, for who has no map."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import unescape
from typing import Any, NamedTuple

import openpyxl
import pytest
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from served import ACCOUNT, PASSWORD, loaded_database

from maps.numbers import dutch
from service.analysis.spot_ground import WIDTHS_M
from service.app import create_app
from service.settings import Settings

SPOTS, API = "/analyse/opvallend", "/api/v1/opvallend"
HEXAGONS = "gemeente=GM0556&plek=zeshoek&breedte=250"
NUMBER = re.compile(r"\d+(?:\.\d{3})*(?:,\d+)?")
HEXAGON = re.compile(r"\bZ\d+\.-?\d+\.-?\d+")
AREAS = (
    "/analyse?gemeente=GM0622",
    "/analyse?gemeente=GM0622&niveau=wijk&kleur=verhouding",
    "/analyse?gemeente=GM0622&niveau=gebied&kleur=bijgesteld",
    "/analyse?gemeente=GM0622&niveau=gemeente&cijfer=misdrijven_inw",
    "/analyse?gemeente=GM0622&weergave=warmte&maat=inwoners",
    "/analyse?gemeente=GM0622&niveau=wijk&naast=misdrijven_inw",
    "/analyse/leefbaarheid?gemeente=GM0622",
    "/analyse/leefbaarheid?gemeente=GM0622&niveau=buurt",
    "/analyse/hier-horen-we-weinig?gemeente=GM0622",
    "/analyse/opvallend?gemeente=GM0622&per=oppervlakte",
)


class Read(NamedTuple):
    """What a page says without its map: rows with their area, captions with sources, and all else."""

    rows: list[tuple[str, str]]
    captions: str
    around: str


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    url = loaded_database(tmp_path_factory.mktemp("kaart"))
    settings = Settings(database_url=url, staff={ACCOUNT: hashed(PASSWORD)})
    with TestClient(create_app(settings)) as client:
        client.post("/inloggen", data={"naam": ACCOUNT, "wachtwoord": PASSWORD})
        yield client


@cache
def page(client: TestClient, address: str) -> str:
    """A page, asked for once: working out which hexagons stand out takes a second."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.text)


def maps(html: str) -> list[dict[str, Any]]:
    """What each map of a page says, by code of the area."""
    found = re.findall(r"data-kaart-gegevens>(.*?)</script>", html, re.DOTALL)
    return [json.loads(one)["vlakken"] for one in found]


def read(html: str) -> Read:
    """The rows of tables and lists, each with the code or the name of its area."""
    words = re.sub(r"<script.*?</script>", " ", html, flags=re.DOTALL)
    rows = [one[0] or one[1] for one in re.findall(r"<tr[^>]*>(.*?)</tr>|<li>(.*?)</li>", words, re.DOTALL)]
    around = re.sub(r"<tbody>.*?</tbody>|<li>.*?</li>|<option.*?</option>", " ", words, flags=re.DOTALL)
    captions = re.findall(r'<caption>.*?</caption>|<p class="klein">.*?</p>', around, re.DOTALL)
    return Read([(_area(row), _text(row)) for row in rows], _text(" ".join(captions)), _text(around))


def _area(row: str) -> str:
    head = re.search(r'<th scope="row">(.*?)</th>', row, re.DOTALL)
    hexagon = HEXAGON.search(row)
    link = re.search(r'href="/\w+/((?:BU|WK|GM|GB)\w+|[a-z][\w-]*)"', row)
    return hexagon[0] if hexagon else link[1] if link else _text(head[1]) if head else ""


def _text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def left_out(drawn: dict[str, Any], pages: Sequence[Read]) -> set[str]:
    """The areas of a map of which a number, or the area itself, stands on none of the pages."""
    said: dict[str, set[str]] = {}
    for area, row in (one for each in pages for one in each.rows):
        said.setdefault(area, set()).update(NUMBER.findall(row))
    shared = {number for each in pages for number in NUMBER.findall(each.captions)}
    missing = set()
    for code, told in drawn.items():
        address = str(told["url"]).rsplit("/", 1)[-1]
        own = [said[key] for key in {code, told["naam"], address} if key in said]
        if HEXAGON.fullmatch(code):
            own = [said[code]] if code in said else []
        numbers = set(NUMBER.findall(" ".join(told["regels"]))) - shared
        if numbers - set().union(*own) or not (own or told["naam"] in pages[0].around):
            missing.add(code)
    return missing


def hexagon_pages(client: TestClient, query: str) -> list[str]:
    """Each page of the table, by following the plain links from the first."""
    pages = [page(client, f"{SPOTS}?{query}")]
    while following := re.search(r'rel="next" href="([^"#]+)#tabel"', pages[-1]):
        pages.append(page(client, unescape(following[1])))
    return pages


@pytest.mark.parametrize("address", AREAS)
def test_a_number_on_a_map_of_areas_stands_in_the_table_beside_it(client: TestClient, address: str) -> None:
    html = page(client, address)
    first, _, second = html.partition('class="analyse__tweede"')
    for at, drawn in enumerate(maps(html)):
        # The second map has a table of its own, before the legend of the first.
        own = second.partition('class="analyse__legenda"')
        told = own[0] if at else first + own[2]
        assert len(drawn) > 0
        assert left_out(drawn, [read(told)]) == set()


def test_the_comparison_finds_a_row_or_a_number_that_is_left_out(client: TestClient) -> None:
    html = page(client, AREAS[0])
    (drawn,) = maps(html)
    row = re.search(r'<tr data-code="(BU\w+)".*?</tr>', html, re.DOTALL)
    assert row is not None
    counted = re.search(r'data-cel="aantal"[^>]*>([\d.]+)<', row[0])
    assert counted is not None
    assert left_out(drawn, [read(html.replace(row[0], ""))]) == {row[1]}
    wrong = row[0].replace(f">{counted[1]}<", ">0<")
    assert left_out(drawn, [read(html.replace(row[0], wrong))]) == {row[1]}


@pytest.mark.parametrize("more", ["", "&per=oppervlakte", "&manier=gi"])
def test_the_pages_of_the_table_hold_every_hexagon_of_the_map_once(client: TestClient, more: str) -> None:
    pages = hexagon_pages(client, HEXAGONS + more)
    told = [read(html) for html in pages]
    codes = [area for each in told for area, _ in each.rows if HEXAGON.fullmatch(area)]
    answer = client.get(f"{API}?{HEXAGONS}{more}").json()
    assert len(pages) == 3
    assert sorted(codes) == sorted(one["id"] for one in answer["features"])
    for html in pages:
        (drawn,) = maps(html)
        assert set(drawn) == set(codes)
        assert left_out(drawn, told) == set()
    # The control: without one of its pages the table lacks the rows of that page, and no others.
    lost = {area for area, _ in told[1].rows if HEXAGON.fullmatch(area)}
    assert len(lost) == 100
    assert left_out(maps(pages[0])[0], [told[0], told[2]]) == lost


def test_a_row_of_a_hexagon_has_the_numbers_of_its_feature(client: TestClient) -> None:
    rows = dict(row for html in hexagon_pages(client, HEXAGONS) for row in read(html).rows)
    features = client.get(f"{API}?{HEXAGONS}").json()["features"]
    assert sum(one["properties"]["verhouding"] is not None for one in features) > 100
    for one in features:
        told = one["properties"]
        words = [told["naam"], one["id"], dutch(told["aantalHier"]), dutch(told["aantal"])]
        assert rows[one["id"]].startswith(" ".join(words))
        if told["verhouding"] is not None:
            assert f" {dutch(told['verhouding'], 1)} " in rows[one["id"]]
        if told["ondergrens"] is not None and told["bovengrens"] is not None:
            ends = [dutch(told[end], 1) for end in ("ondergrens", "bovengrens")]
            assert "tussen {} en {}".format(*ends) in rows[one["id"]]


def test_each_page_tells_which_rows_it_has_and_in_which_order(client: TestClient) -> None:
    pages = hexagon_pages(client, HEXAGONS)
    for html, words in zip(pages, ("1 t/m 100", "101 t/m 200", "201 t/m 227"), strict=True):
        assert f"Zeshoeken {words} van 227." in html
        assert "Wat opvalt, staat voorop." in html
    assert 'rel="prev"' not in pages[0]
    assert 'rel="next"' not in pages[-1]
    ratios = [float(row.replace(",", ".")) for row in _column(pages, "Keer verwacht") if row != "–"]
    hot = sum(html.count("<strong>plek met opvallend veel meldingen") for html in pages)
    assert ratios[hot:] == sorted(ratios[hot:], reverse=True)


def _column(pages: Sequence[str], head: str) -> list[str]:
    return [cell for html in pages for cell in re.findall(rf'data-kop="{head}">([^<]+)</td>', html)]


def test_a_page_keeps_the_choices_and_has_links_of_its_own(client: TestClient) -> None:
    query = f"{HEXAGONS}&per=oppervlakte&soort=afval"
    second = page(client, f"{SPOTS}?{query}&pagina=2")
    links = [unescape(one) for one in re.findall(rf'href="({SPOTS}\?[^"]*)"', second)]
    paged = [one for one in links if one.endswith("#tabel")]
    assert paged
    assert all("per=oppervlakte" in one and "soort=afval" in one and "breedte" not in one for one in paged)
    (kept,) = {one for one in links if "standVan" in one}
    assert "pagina=2" in kept
    # Hexagons of 250 m are what the page has without a choice, so that an address leaves it out.
    assert read(page(client, kept)).rows == read(second).rows


def test_the_files_of_any_page_hold_every_hexagon(client: TestClient) -> None:
    second = page(client, f"{SPOTS}?{HEXAGONS}&pagina=2")
    assert "De bestanden hebben alle 227 plekken" in second
    links = re.findall(rf'href="({SPOTS}/export/(?:csv|xlsx|geojson)\?[^"]+)" download', second)
    codes = []
    for link in links:
        content = client.get(unescape(link)).content
        if "/csv?" in link:
            lines = [line for line in content.decode("utf-8-sig").splitlines() if not line.startswith("#")]
            codes.append([row["code"] for row in csv.DictReader(lines, delimiter=";")])
        elif "/xlsx?" in link:
            rows = openpyxl.load_workbook(io.BytesIO(content))["cijfers"].iter_rows(values_only=True)
            codes.append([str(row[0]) for row in rows][1:])
        else:
            codes.append([one["properties"]["code"] for one in json.loads(content)["features"]])
    told = [read(html).rows for html in hexagon_pages(client, HEXAGONS)]
    on_pages = [area for rows in told for area, _ in rows if HEXAGON.fullmatch(area)]
    assert codes == [on_pages] * 3


@pytest.mark.parametrize("wrong", [f"{HEXAGONS}&pagina=4", "gemeente=GM0556&pagina=2"])
def test_a_page_past_the_last_does_not_exist(client: TestClient, wrong: str) -> None:
    assert client.get(f"{SPOTS}?{wrong}").status_code == 404


@pytest.mark.faults
def test_hexagons_of_every_width_are_all_in_the_table(client: TestClient) -> None:
    for width in WIDTHS_M:
        for more in ("", "&per=oppervlakte", "&manier=gi"):
            query = f"gemeente=GM0622&plek=zeshoek&breedte={width}{more}"
            pages = hexagon_pages(client, query)
            told = [read(html) for html in pages]
            ids = [one["id"] for one in client.get(f"{API}?{query}").json()["features"]]
            assert sorted(a for one in told for a, _ in one.rows if HEXAGON.fullmatch(a)) == sorted(ids)
            assert left_out(maps(pages[-1])[0], told) == set()
            print(f"{width} m{more}: {len(ids)} zeshoeken op {len(pages)} bladzijden")
