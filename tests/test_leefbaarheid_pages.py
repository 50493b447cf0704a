"""The index as staff see it, and that every cijfer of its dimensions scores or says why it does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from served import ACCOUNT, PASSWORD, loaded_database

from data.database import Database
from data.leefbaarometer import import_leefbaarometer
from data.meldingen import Filters
from data.rights import EVERYWHERE, Grant, Role
from data.survey_import import import_survey
from data.visibility import Viewer
from geo.areas import Level
from geo.errors import FigureError
from geo.indicators import Dimension
from geo.leefbaarheid import DIMENSIONS
from geo.leefbaarheid_items import FEELING, LEFT_OUT, SCORED, definition
from geo.registry import INDICATORS
from service.analysis import places
from service.analysis.leefbaarheid import Chosen, Leefbaarheid, leefbaarheid
from service.analysis.workbench import Workbench
from service.app import create_app
from service.settings import Settings

PAGE = "/analyse/leefbaarheid"
ADVISER = Viewer("adviseur", (Grant(Role.BELEIDSADVISEUR, EVERYWHERE),))
EVEN = dict.fromkeys(DIMENSIONS, 1.0)


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return loaded_database(tmp_path_factory.mktemp("index"))


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


def of(workbench: Workbench, gemeente: str, chosen: Chosen) -> Leefbaarheid:
    town = places.places(workbench, gemeente)
    return leefbaarheid(workbench, ADVISER, town, Filters(gemeente), chosen)


def test_every_cijfer_of_the_dimensions_scores_or_says_why_not() -> None:
    all_parts = {(one.id, part.key) for one in INDICATORS if one.dimensie in DIMENSIONS for part in one.parts}
    scoring = {(one.indicator, one.part) for one in SCORED}
    assert scoring | set(LEFT_OUT) == all_parts
    assert not scoring & set(LEFT_OUT)
    assert set(FEELING) <= set(LEFT_OUT)


def test_nothing_neutral_scores() -> None:
    assert {definition(one)[0].direction for one in SCORED} == {"+", "-"}
    held = {definition(one)[0].dimensie for one in SCORED}
    assert held == set(DIMENSIONS) - {Dimension.WONINGVOORRAAD}


def test_a_cijfer_of_which_a_town_has_nothing_is_not_said_to_count(client: TestClient) -> None:
    """Control: Vlaardingen has meldingen, so there the same cijfer counts."""
    litter = definition(SCORED[0])[1].naam
    without, with_ = (client.get(f"{PAGE}?gemeente={town}").text for town in ("GM0106", "GM0622"))
    assert f"{litter}: telt hier niet mee, want daar zijn nu geen cijfers van." in without
    assert f"Telt mee: {litter};" in with_
    assert f"{litter}: telt" not in with_


def test_a_place_that_is_certain_is_one_place(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente=GM0106").text
    assert not re.search(r"plaats tussen (\d+) en \1 van", html)
    assert re.search(r"plaats \d+ van 10", html)


def test_the_map_says_of_which_days_year_and_sources_it_is(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente=GM0622").text
    assert re.search(r"<dt>Periode</dt><dd>meldingen van \d+ \w+ \d{4} t/m", html)
    assert re.search(r"<dt>Indeling</dt><dd>indeling 2016, cijfers 2024</dd>", html)
    assert re.search(r"<dt>Bron</dt><dd>.+; CBS Kerncijfers wijken en buurten 2024; politie", html)
    assert "RIVM" not in html.split("<dt>Bron</dt>")[1].partition("</dd>")[0]
    estimated = client.get(f"{PAGE}?gemeente=GM0622&schatting=ja").text
    assert "RIVM en GGD" in estimated.split("<dt>Bron</dt>")[1].partition("</dd>")[0]


def test_a_model_estimate_counts_only_when_it_is_asked_for(workbench: Workbench) -> None:
    plain = of(workbench, "GM0622", Chosen(level=Level.GEBIED, weights=EVEN))
    asked = of(workbench, "GM0622", Chosen(level=Level.GEBIED, weights=EVEN, estimates=True))
    assert Dimension.SOCIAAL not in plain.used
    assert Dimension.SOCIAAL in asked.used


def test_an_area_with_too_few_inhabitants_is_not_ranked(workbench: Workbench) -> None:
    found = of(workbench, "GM0622", Chosen(level=Level.BUURT, weights=EVEN))
    small = {row.place.naam for row in found.rows if row.small}
    assert "Broekpolder gebied" in small
    assert len(found.rows) - len(small) == found.ranked == 26
    assert not any(row.is_known for row in found.rows if row.small)


def test_a_town_without_meldingen_is_ranked_on_what_there_is_and_says_so(workbench: Workbench) -> None:
    found = of(workbench, "GM0106", Chosen(level=Level.WIJK, weights=EVEN))
    assert found.used == (Dimension.OVERLAST, Dimension.VOORZIENINGEN)
    assert not found.example


def test_unsure_weights_make_margins_of_places_no_narrower_on_the_whole(workbench: Workbench) -> None:
    def width(*, unsure: bool) -> float:
        found = of(workbench, "GM0622", Chosen(level=Level.GEBIED, weights=EVEN, unsure=unsure))
        return float(sum((row.place_upper or 0) - (row.place_lower or 0) for row in found.rows))

    assert width(unsure=True) >= width(unsure=False) > 0


def test_the_page_shows_scores_places_and_what_adds_to_them(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente=GM0622&niveau=gebied").text
    table = html[html.index("<tbody>") : html.index("</tbody>")]
    assert len(re.findall(r"plaats tussen \d+ en \d+ van 8", table)) == 8
    oostwijk = table[table.index("Oostwijk") :].split("</tr>")[0]
    score, *shares = [float(one.replace(",", ".")) for one in re.findall(r"(-?\d+,\d\d)(?=<)", oostwijk)]
    assert sum(shares) == pytest.approx(score, abs=0.02)
    assert "Gemiddelde WOZ-waarde: zegt welke woningen er staan" in html


def test_a_weight_of_zero_leaves_the_dimension_out(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente=GM0622&niveau=gebied&voorzieningen=0").text
    heads = html[html.index("<thead>") : html.index("</thead>")]
    assert "Voorzieningen dichtbij" not in heads
    assert "Overlast en veiligheid" in heads


def test_without_any_weight_the_page_says_what_to_do(client: TestClient) -> None:
    answer = client.get(f"{PAGE}?gemeente=GM0622&fysiek=0&overlast=0&voorzieningen=0")
    assert answer.status_code == 200
    assert "Geef een onderdeel waarover cijfers zijn een gewicht boven 0." in answer.text


def test_the_link_keeps_weights_and_numbers(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente=GM0622&niveau=gebied&fysiek=9&onzeker=ja").text
    link = re.search(r'href="([^"]+)" data-permalink', html)
    assert link
    assert "fysiek=9" in link[1]
    kept = client.get(link[1].replace("&amp;", "&")).text
    rows = [page[page.index("<tbody>") : page.index("</tbody>")] for page in (html, kept)]
    assert rows[0] == rows[1]


def test_the_public_does_not_get_the_index(client: TestClient) -> None:
    visitor = TestClient(client.app)
    assert visitor.get(PAGE, follow_redirects=False).status_code == 303


LBM = "bu_code,jaar,lbm,fys,onv,soc,vrz,won"


def test_the_leefbaarometer_stands_beside_the_score_only_when_it_is_loaded(
    database_url: str, client: TestClient, tmp_path: Path
) -> None:
    address = f"{PAGE}?gemeente=GM0622&niveau=buurt&kleur=leefbaarometer"
    before = client.get(address).text
    assert "Ernaast: de Leefbaarometer" not in before
    path = tmp_path / "buurten.csv"
    path.write_text(f"{LBM}\nBU06220101,2024,0.19,0.03,-0.11,-0.03,0.31,-0.01\n", encoding="utf-8")
    database = Database(database_url)
    import_leefbaarometer(database, path)
    database.close()
    after = client.get(address).text
    assert "Leefbaarometer 3.0, meting 2024" in after
    quoted = after[after.index('data-wissel="leefbaarometer"') :]
    row = quoted[quoted.index("<tbody>") : quoted.index("</tbody>")]
    assert re.findall(r'class="rechts"[^>]*>(-?\d,\d\d)<', row) == [
        "0,19",
        "0,03",
        "-0,11",
        "-0,03",
        "0,31",
        "-0,01",
    ]
    assert "licentie nog te bevestigen" in after
    scores = [page[page.index("<tbody>") : page.index("</tbody>")] for page in (before, after)]
    assert scores[0] == scores[1]


def test_what_people_say_stands_beside_the_score_and_changes_nothing_in_it(
    database_url: str, client: TestClient, tmp_path: Path
) -> None:
    address = f"{PAGE}?gemeente=GM0556&niveau=wijk"
    before = client.get(address).text
    assert "Wat bewoners vinden staat hier als er een enquête is ingelezen." in before
    path = tmp_path / "enquete.csv"
    head = "gebiedscode;vraag;jaar;waarde;ondergrens;bovengrens;respondenten"
    path.write_text(f"{head}\nWK055603;veiligheidsgevoel;2025;31,4;27,1;35,8;504\n", encoding="utf-8")
    database = Database(database_url)
    import_survey(database, path, gemeente="GM0556")
    database.close()
    after = client.get(address).text
    assert "(enquête, telt niet mee)" in after
    assert "tussen 27,1 en 35,8" in after
    assert scores_of(after) == scores_of(before)


def scores_of(html: str) -> list[str]:
    return re.findall(r'data-kop="Score"><span class="getal">([^<]+)<', html)


@pytest.mark.parametrize("page", [PAGE, "/analyse/hier-horen-we-weinig"])
@pytest.mark.parametrize("gemeente", ["GM0106", "GM0622"])
@pytest.mark.parametrize("level", list(Level))
def test_every_level_of_every_town_answers_with_a_page(
    client: TestClient, page: str, gemeente: str, level: Level
) -> None:
    assert client.get(f"{page}?gemeente={gemeente}&niveau={level}").status_code == 200


def test_a_level_that_a_town_does_not_have_is_refused(workbench: Workbench) -> None:
    town = places.places(workbench, "GM0622")
    inside = {code: place for code, place in town.by_code.items() if place.level is not Level.GEBIED}
    chosen = Chosen(level=Level.GEBIED, weights=EVEN)
    with pytest.raises(FigureError, match="In Vlaardingen is er geen indeling per gebied"):
        leefbaarheid(workbench, ADVISER, replace(town, by_code=inside), Filters("GM0622"), chosen)
