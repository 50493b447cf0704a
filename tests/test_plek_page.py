"""Zelf een plek kiezen: an area of one's own and the streets, on Assen's meldingen and on made-up ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
from data.rights import EVERYWHERE, Grant, Role
from data.visibility import Viewer
from geo.area_figures import PEOPLE
from geo.areas import Level
from geo.rates import rate_ratio
from maps.numbers import dutch
from service.analysis import chosen_area, figures, heat, places
from service.analysis.counted import Counted, counted
from service.analysis.people import population_of
from service.analysis.places import Places
from service.analysis.street_counts import street_counts
from service.analysis.workbench import Workbench
from service.app import create_app
from service.cli import app
from service.settings import Settings

PAGE = "/analyse/plek"
TOWN = "GM0622"
ADVISER = Viewer("adviseur", (Grant(Role.BELEIDSADVISEUR, EVERYWHERE),))
# The whole of Vlaardingen's middle, with far more than 500 inhabitants.
MIDDLE = "51.9000,4.3200;51.9000,4.3600;51.9300,4.3600;51.9300,4.3200"


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return loaded_database(tmp_path_factory.mktemp("plek"))


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


@pytest.fixture(scope="module")
def town(workbench: Workbench) -> Places:
    return places.places(workbench, TOWN)


@pytest.fixture(scope="module")
def every(workbench: Workbench, town: Places) -> Counted:
    return counted(workbench, ADVISER, town, Filters(gemeente=TOWN))


@pytest.mark.parametrize("soorten", [(), ("afval", "groen")])
def test_the_incidents_are_those_of_the_cijfers(
    workbench: Workbench, town: Places, soorten: tuple[str, ...]
) -> None:
    filters = Filters(gemeente=TOWN, main_groups=soorten)
    rows = counted(workbench, ADVISER, town, filters).rows
    values = figures.level_values(
        workbench, ADVISER, town, filters, indicator="meldingen_ha", level=Level.BUURT
    ).rows
    expected = {code: int(n) for code, n in zip(values["code"], values["n"], strict=True) if n > 0}
    assert rows["buurt"].value_counts().to_dict() == expected


def test_buurten_together_count_what_each_of_them_counts(town: Places, every: Counted) -> None:
    codes = every.rows["buurt"].value_counts().index[:2].tolist()
    found = chosen_area.of_buurten(town, every, codes)
    alone = [chosen_area.of_buurten(town, every, [code]) for code in codes]
    assert found.total.count == sum(one.total.count for one in alone) > 10
    assert found.ground.people == sum(one.ground.people for one in alone)
    assert sum(row.count for row in found.soorten) == found.total.count


def test_two_buurten_drawn_along_their_outlines_count_as_the_buurten(
    workbench: Workbench, town: Places, every: Counted
) -> None:
    frame = town.areas(Level.BUURT).set_index("code")
    codes = [
        code
        for code in every.rows["buurt"].value_counts().index
        if shapely.get_num_geometries(frame.geometry[code]) == 1
    ]
    pair = next(
        [one, other]
        for one in codes
        for other in codes
        if one < other and isinstance(shapely.union(*frame.geometry[[one, other]]), shapely.Polygon)
    )
    union = shapely.union(*frame.geometry[pair])
    drawn = chosen_area.of_drawing(workbench, town, every, shapely.Polygon(union.exterior))
    chosen = chosen_area.of_buurten(town, every, pair)
    assert drawn.total.count == chosen.total.count > 0
    assert drawn.ground.land == pytest.approx(chosen.ground.land, rel=1e-9)
    assert drawn.ground.people == pytest.approx(chosen.ground.people, abs=chosen.ground.people * 0.01)


def test_a_drawing_counts_as_a_spatial_join_does_and_compares_with_the_rest(
    workbench: Workbench, town: Places, every: Counted
) -> None:
    x, y = every.rows["x"].to_numpy(), every.rows["y"].to_numpy()
    area = shapely.Point(np.median(x), np.median(y)).buffer(900)
    found = chosen_area.of_drawing(workbench, town, every, area)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs=28992)
    count = len(points.sjoin(gpd.GeoDataFrame(geometry=[area], crs=28992)))
    spread = population_of(workbench, town)
    people = spread.inhabitants[shapely.intersects_xy(area, spread.x, spread.y)].sum()
    ratio = rate_ratio(count, people, len(every.rows) - count, spread.total - people)
    assert found.total.count == count > 50
    assert found.ground.by_people
    assert found.total.beside.times.startswith(f"{ratio.value[0]:.2f} keer".replace(".", ","))


def test_an_area_with_few_people_is_compared_by_hectare_and_has_no_rate_per_inhabitant(
    workbench: Workbench, town: Places, every: Counted
) -> None:
    spread = population_of(workbench, town)
    area = shapely.Point(spread.x[0], spread.y[0]).buffer(60)
    found = chosen_area.of_drawing(workbench, town, every, area)
    assert found.ground.people < 500
    assert not found.ground.by_people
    assert found.per_people.text == ""


def test_streets_and_what_is_not_in_the_table_are_all_incidents_together(workbench: Workbench) -> None:
    for gemeente in (TOWN, "GM0556"):
        town = places.places(workbench, gemeente)
        every = counted(workbench, ADVISER, town, Filters(gemeente=gemeente))
        for search in ("", "straat", "geen enkele straat heet zo"):
            found = street_counts(workbench, gemeente, every, search)
            assert found.total == len(every.rows) > 0
            assert all(row.count >= 3 for row in found.rows)
            assert len(found.rows) <= 25


def test_a_search_keeps_to_streets_with_those_words(workbench: Workbench, every: Counted) -> None:
    whole = street_counts(workbench, TOWN, every)
    if not whole.has_addresses:
        assert whole.elsewhere == len(every.rows)
        return
    name = whole.rows[0].naam
    found = street_counts(workbench, TOWN, every, name.upper())
    assert whole.rows[0] in found.rows
    assert all(name in row.naam for row in found.rows)


def facts(html: str) -> dict[str, str]:
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html))


def test_without_a_known_number_of_inhabitants_the_page_says_so_and_not_0(
    client: TestClient, workbench: Workbench, town: Places, every: Counted
) -> None:
    """Control: beside a buurt of which it is known, that number stands."""
    members = town.membership(Level.BUURT)
    people = dict(zip(members.codes, every.figures.counts(PEOPLE, members).value, strict=True))
    unknown = next(code for code, n in people.items() if np.isnan(n))
    known = max(people, key=lambda code: np.nan_to_num(people[code]))
    alone = facts(client.get(f"{PAGE}?gemeente={TOWN}&kies={unknown}").text)
    both = facts(client.get(f"{PAGE}?gemeente={TOWN}&kies={unknown}&kies={known}").text)
    assert alone["Inwoners"] == "niet bekend"
    assert both["Inwoners"] == f"ongeveer {dutch(people[known], 0)}, en van 1 buurt weten wij het niet"
    assert alone["Indeling"] == "indeling 2016, cijfers 2024"
    assert alone["Bron"].endswith("; CBS Kerncijfers wijken en buurten 2024")


def test_no_area_has_more_land_than_ground(town: Places, every: Counted) -> None:
    """The land was measured in 2024, the outlines in 2016: in the port of Vlaardingen they differ by half."""
    found = [chosen_area.of_buurten(town, every, [place.code]) for place in town.of(Level.BUURT)]
    assert all(one.ground.land <= one.hectares for one in found)
    assert sum(one.ground.land > 0.99 * one.hectares for one in found) >= 3


def test_of_days_that_nobody_watched_the_page_gives_no_number(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente={TOWN}&vlak={MIDDLE}&van=2001-01-01&tot=2001-12-31").text
    assert "Hierover zijn geen meldingen geleverd." in html
    assert "Hier zijn" not in html


def test_the_page_shows_what_was_drawn_and_its_link_shows_it_again(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente={TOWN}&vlak={MIDDLE}").text
    said = re.search(r"Hier zijn ([\d.]+) meldingen\.", html)
    link = re.search(r'href="([^"]+)" data-permalink', html)
    assert said
    assert link
    assert "%3B" in link[1] or ";" in link[1]
    assert said[0] in client.get(link[1].replace("&amp;", "&")).text
    assert "voorbeeldgegevens (verzonnen)" in html


def test_lines_of_the_field_are_the_same_area_as_the_address(client: TestClient) -> None:
    lines = MIDDLE.replace(";", "\r\n").replace(",", ", ")
    pages = [client.get(PAGE, params={"gemeente": TOWN, "vlak": one}).text for one in (MIDDLE, lines)]
    assert len({re.search(r"Hier zijn [\d.]+ meldingen", page)[0] for page in pages}) == 1  # type: ignore[index]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("vlak=51.9,4.32;hier", "Punt 2: schrijf twee getallen"),
        ("vlak=51.9,4.32;51.93,4.36;51.93,4.32;51.9,4.36", "kruist die van punt"),
        (f"vlak={MIDDLE}&kies=BU06220101", "Kies een van de twee"),
        ("kies=BU05560101", "ligt niet in deze gemeente"),
    ],
)
def test_what_is_no_area_is_told_and_what_was_typed_stays(client: TestClient, query: str, said: str) -> None:
    answer = client.get(f"{PAGE}?gemeente={TOWN}&{query}")
    assert answer.status_code == 400
    assert said in answer.text
    assert 'role="alert"' in answer.text
    typed = re.search(r'<textarea[^>]*id="vlak"[^>]*>(.*?)</textarea>', answer.text, re.DOTALL)
    assert typed
    assert ("hier" in typed[1]) == ("hier" in query)


def test_what_is_too_long_for_any_area_is_refused(client: TestClient) -> None:
    assert client.get(f"{PAGE}?gemeente={TOWN}&vlak={'5' * 9000}").status_code == 400


def test_the_public_does_not_get_the_page(client: TestClient) -> None:
    visitor = TestClient(client.app)
    answer = visitor.get(f"{PAGE}?gemeente={TOWN}", follow_redirects=False)
    assert answer.status_code == 303
    assert PAGE not in visitor.get("/analyse").text


@pytest.mark.shared
def test_assens_meldingen_are_all_in_the_table_of_streets_or_named_beside_it(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = loaded_database(tmp_path)
    monkeypatch.setenv("DATABASE_URL", url)
    file = str(shared / "data" / "meldingen" / "assen_2026.csv")
    options = ["--gemeente", "assen", "--source", "assen-kaart", "--categories", "assen-2026"]
    done = CliRunner().invoke(app, ["import", "meldingen", file, *options, "--observed-from", "2026-05-18"])
    assert done.exit_code == 0, done.output
    database = Database(url)
    assen = Workbench(database)
    town = places.places(assen, "GM0106")
    every = counted(assen, ADVISER, town, Filters(gemeente="GM0106"))
    found = street_counts(assen, "GM0106", every)
    assert found.has_addresses
    assert found.total == len(every.rows) > 1000
    assert len(found.rows) == 25
    counts = [row.count for row in found.rows]
    assert counts == sorted(counts, reverse=True)
    # The heat counts as the tables do, and says what it leaves out: two lie 59 and 204 m outside Assen.
    warm = heat.heat(assen, ADVISER, Filters(gemeente="GM0106"), bandwidth_m=150.0)
    assert warm.count == len(every.rows)
    assert warm.short == ("Buiten de gemeente, dus niet meegeteld: 2 meldingen.",)
    database.close()
