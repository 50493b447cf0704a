"""Opvallende plekken, as staff see them: the page, its picture and the API, on Assen's meldingen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from served import ACCOUNT, PASSWORD, loaded_database
from typer.testing import CliRunner

from data.database import Database
from data.meldingen import Filters
from data.readers.barriers import read_barriers
from data.rights import EVERYWHERE, Grant, Role
from data.visibility import Viewer
from geo.areas import Level
from geo.errors import ImportRefused
from service.analysis import hotspots, places
from service.analysis.hotspots import Asked
from service.analysis.spot_ground import Kind, Per
from service.analysis.workbench import Workbench
from service.app import create_app
from service.cli import app
from service.routes.opvallend import barriers
from service.settings import GemeenteSettings, Settings

PAGE = "/analyse/opvallend"
API = "/api/v1/opvallend"
ADVISER = Viewer("adviseur", (Grant(Role.BELEIDSADVISEUR, EVERYWHERE),))


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return loaded_database(tmp_path_factory.mktemp("opvallend"))


@pytest.fixture(scope="module")
def client(database_url: str) -> Iterator[TestClient]:
    settings = Settings(database_url=database_url, staff={ACCOUNT: hashed(PASSWORD)})
    with TestClient(create_app(settings)) as client:
        client.post("/inloggen", data={"naam": ACCOUNT, "wachtwoord": PASSWORD})
        yield client


@pytest.fixture(scope="module")
def workbench(database_url: str) -> Iterator[Workbench]:
    database = Database(database_url)
    yield Workbench(database)
    database.close()


def test_the_page_has_a_row_for_every_buurt_with_what_was_expected(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente=GM0556").text
    table = html[html.index('id="tabel"') :]
    assert table.count('<th scope="row">') == 19
    assert "Binnenstad" in table
    assert "plek met opvallend veel meldingen" in html
    assert "voorbeeldgegevens (verzonnen)" in html


@pytest.mark.parametrize("per", ["inwoners", "oppervlakte"])
def test_the_map_names_its_sources_and_the_year_of_what_it_counts_beside(
    client: TestClient, per: str
) -> None:
    html = client.get(f"{PAGE}?gemeente=GM0556&per={per}").text
    assert "<dt>Indeling</dt><dd>indeling 2016, cijfers 2024</dd>" in html
    assert re.search(r"<dt>Bron</dt><dd>[^<]*; CBS Kerncijfers wijken en buurten 2024</dd>", html)


def test_what_stands_out_is_in_sight_and_the_other_places_are_folded_away(
    client: TestClient, workbench: Workbench
) -> None:
    seen = hotspots.spots(
        workbench, ADVISER, places.places(workbench, "GM0622"), Asked(filters=Filters(gemeente="GM0622"))
    )
    html = client.get(f"{PAGE}?gemeente=GM0622").text
    first, folded = html[html.index('id="tabel"') :].split("De andere plekken: ", 1)
    hot = int(seen.found.is_hot.sum())
    assert hot > 0
    assert first.count('<th scope="row">') == hot
    assert folded.count('<th scope="row">') == len(seen.areas) - hot


def test_the_page_says_that_chance_alone_shows_a_place_in_one_map_of_twenty(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente=GM0622").text
    assert "laat 1 op de 20 kaarten ergens een plek zien" in html
    assert re.search(r"Water en spoor scheiden buren: zo vielen er 12 buren af\.", html)
    assert "gemiddeld hooguit 1 vals signaal per jaar" in html


def test_hexagons_are_in_the_table_and_their_outlines_in_the_answer(client: TestClient) -> None:
    query = "gemeente=GM0556&plek=zeshoek&breedte=500"
    html = client.get(f"{PAGE}?{query}").text
    answer = client.get(f"{API}?{query}").json()
    assert "Z500." in html
    assert len(answer["features"]) == 70
    assert answer["features"][0]["geometry"]["type"] == "Polygon"
    data = json.loads(re.search(r"data-kaart-gegevens>(.*?)</script>", html, re.S)[1])  # type: ignore[index]
    assert set(data["vlakken"]) == {one["id"] for one in answer["features"]}
    assert data["lagen"]["zeshoek"].startswith(API)


def test_the_answer_holds_the_numbers_of_the_analysis(client: TestClient, workbench: Workbench) -> None:
    town = places.places(workbench, "GM0622")
    seen = hotspots.spots(workbench, ADVISER, town, Asked(filters=Filters(gemeente="GM0622")))
    answer = client.get(f"{API}?gemeente=GM0622").json()
    assert [one["properties"]["aantal"] for one in answer["features"]] == seen.found.count.tolist()
    assert [one["properties"]["opvallend"] for one in answer["features"]] == seen.found.is_hot.tolist()
    assert answer["aantal"] + answer["buiten"] == int(seen.own.sum())


def test_gi_is_a_view_of_its_own(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente=GM0622&manier=gi&per=oppervlakte").text
    assert "hoge cijfers bij elkaar" in html
    assert "Hooguit 1 op de 20 gekleurde plekken is toeval." in html


@pytest.mark.parametrize(("form", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_the_map_is_a_picture_too(client: TestClient, form: str, start: bytes) -> None:
    answer = client.get(f"{PAGE}/beeld.{form}?gemeente=GM0556")
    assert answer.content.startswith(start)
    assert answer.headers["Content-Type"].startswith("image/")


def test_a_town_without_meldingen_says_so_and_gives_no_signals(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente=GM0106").text
    assert "Met deze keuze zijn er geen meldingen." in html
    assert "Er zijn geen meldingen over deze periode." in html


def test_a_short_history_is_refused_with_the_reason(client: TestClient) -> None:
    answer = client.get(f"{API}?gemeente=GM0622&tot=2024-08-20&weken=8").json()
    assert "nodig om een plotselinge stijging te herkennen" in answer["signalenGeweigerd"]
    assert answer["signalen"] == []


def test_the_public_gets_neither_page_nor_picture_nor_answer(client: TestClient) -> None:
    visitor = TestClient(client.app)
    for address in (PAGE, f"{PAGE}/beeld.png"):
        answer = visitor.get(f"{address}?gemeente=GM0622", follow_redirects=False)
        assert (answer.status_code, answer.headers["Location"][:9]) == (303, "/inloggen")
    assert visitor.get(f"{API}?gemeente=GM0622").status_code in {401, 403, 404}
    assert PAGE not in visitor.get("/analyse").text


@pytest.mark.parametrize("wrong", ["breedte=123", "plek=wijk", "per=auto", "weken=3", "van=gisteren"])
def test_what_cannot_be_asked_is_refused(client: TestClient, wrong: str) -> None:
    assert client.get(f"{PAGE}?gemeente=GM0622&{wrong}").status_code == 400
    assert client.get(f"{API}?gemeente=GM0622&{wrong}").status_code == 400


def test_the_link_keeps_the_numbers(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente=GM0556").text
    link = re.search(r'href="(/analyse/opvallend\?[^"]*standVan[^"]*)"', html)
    assert link is not None
    later = client.get(link[1].replace("&amp;", "&")).text
    rows = r"<tbody>.*</tbody>"
    assert re.findall(rows, later, re.S) == re.findall(rows, html, re.S)


def test_every_reader_is_told_the_same_chances(workbench: Workbench) -> None:
    both = Viewer("ander", tuple(Grant(Role.BELEIDSADVISEUR, one) for one in ("GM0622", "GM0556")))
    town, asked = places.places(workbench, "GM0622"), Asked(filters=Filters(gemeente="GM0622"))
    one, other = (hotspots.spots(workbench, viewer, town, asked).found.p for viewer in (ADVISER, both))
    assert len(np.unique(one[np.isfinite(one)])) > 5
    np.testing.assert_array_equal(one, other)


def test_inhabitants_and_land_are_kept_when_they_are_spread_over_hexagons(workbench: Workbench) -> None:
    town = places.places(workbench, "GM0106")
    for per in Per:
        sizes = [
            hotspots.spots(
                workbench,
                ADVISER,
                town,
                Asked(filters=Filters(gemeente="GM0106"), kind=kind, width_m=500, per=per),
            ).exposure
            for kind in Kind
        ]
        assert np.nansum(sizes[0]) == pytest.approx(np.nansum(sizes[1]), rel=1e-6)


def test_a_file_of_the_gemeente_parts_more_neighbours(workbench: Workbench, tmp_path: Path) -> None:
    town = places.places(workbench, "GM0556")
    xmin, ymin, xmax, ymax = town.areas(Level.GEMEENTE).total_bounds
    wall = shapely.LineString([((xmin + xmax) / 2, ymin), ((xmin + xmax) / 2, ymax)])
    path = tmp_path / "barrieres.geojson"
    gpd.GeoDataFrame(geometry=[wall], crs="EPSG:28992").to_crs("EPSG:4326").to_file(path)
    settings = Settings(gemeenten={"GM0556": GemeenteSettings(barrieres=path)})
    bundled = Asked(filters=Filters(gemeente="GM0556"))
    more = replace(bundled, barriers=barriers(settings, "GM0556"))
    cut = [hotspots.spots(workbench, ADVISER, town, asked).places.cut for asked in (bundled, more)]
    assert cut[0] < cut[1]


def test_a_file_without_lines_or_coordinates_is_refused(tmp_path: Path) -> None:
    points, text = tmp_path / "punten.geojson", tmp_path / "kapot.geojson"
    gpd.GeoDataFrame(geometry=[shapely.Point(5, 52)], crs="EPSG:4326").to_file(points)
    text.write_text("geen json", encoding="utf-8")
    with pytest.raises(ImportRefused, match="geen lijn of vlak"):
        read_barriers(points)
    with pytest.raises(ImportRefused, match="kan niet gelezen worden"):
        read_barriers(text)


@pytest.fixture(scope="module")
def assen(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    folder = tmp_path_factory.mktemp("assen")
    url = loaded_database(folder)
    done = CliRunner().invoke(
        app,
        [
            "import", "meldingen", str(shared / "data" / "meldingen" / "assen_2026.csv"),
            "--gemeente", "assen", "--source", "assen-kaart", "--categories", "assen-2026",
            "--observed-from", "2026-05-18",
        ],
        env={"DATABASE_URL": url, "WIJKBEELD_VAR_FOLDER": str(folder)},
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    database = Database(url)
    yield Workbench(database)
    database.close()


@pytest.mark.shared
def test_waste_in_assen_stands_out_by_land_around_the_centre(assen: Workbench) -> None:
    town = places.places(assen, "GM0106")
    waste = Filters(gemeente="GM0106", main_groups=("afval",))
    seen = hotspots.spots(assen, ADVISER, town, Asked(filters=waste, per=Per.OPPERVLAKTE))
    middle = int(seen.clusters()[0][0])
    assert seen.areas["naam"][middle] == "Koopmanskwartier"
    assert seen.found.count[middle] == 83
    assert 10 < seen.found.lower[middle] < seen.found.ratio[middle] < 22


@pytest.mark.shared
def test_twelve_weeks_of_assen_are_too_few_for_four_recent_ones(assen: Workbench) -> None:
    town = places.places(assen, "GM0106")
    asked = Filters(gemeente="GM0106")
    assert "7 weken van voor de laatste 4" in hotspots.rises(assen, ADVISER, town, asked).refusal
    assert hotspots.rises(assen, ADVISER, town, asked, weeks=2).earlier_weeks == 9
