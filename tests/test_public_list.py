"""The public list: its filters, its map, the page of one melding, and that what is hidden is gone at once."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import pytest
from fastapi.testclient import TestClient
from listed_town import KEPT, RELEASED, TOWN, is_public, much_told, rows, town_settings
from served import loaded_database
from sqlalchemy import select

from data import handling
from data.choices import PrivacyClass, Status
from data.database import Database
from data.models import Category, Melding
from geo.crs import LngLat, to_rd
from service.app import create_app
from service.settings import Settings

QUERY = f"/meldingen?gemeente={TOWN}"


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return loaded_database(tmp_path_factory.mktemp("lijst"))


@pytest.fixture(scope="module")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return town_settings(database_url, tmp_path_factory.mktemp("var"))


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.fixture(scope="module")
def database(client: TestClient) -> Database:
    """The database of the service; asking for the client has opened it."""
    found: Database = client.app.state.database  # type: ignore[attr-defined]
    return found


def listed(client: TestClient, query: str = "") -> list[str]:
    """The public ids on all pages of the list."""
    found: list[str] = []
    page = 1
    while True:
        html = client.get(f"{QUERY}{query}&pagina={page}").text
        found += re.findall(r'data-melding="([^"]+)"', html)
        if 'rel="next"' not in html:
            return found
        page += 1


def map_data(html: str) -> dict[str, Any]:
    (text,) = re.findall(r"<script type=\"application/json\" data-kaart-gegevens>(.*?)</script>", html)
    data: dict[str, Any] = json.loads(text)
    return data


def on_map(client: TestClient, query: str = "") -> list[str]:
    """The public ids that the map of a list fetches, all pages."""
    points = map_data(client.get(f"{QUERY}{query}").text)["punten"]
    found: list[str] = []
    if points["url"] is None:
        return found
    while True:
        answer = client.get(f"{points['url']}&pagina={1 + len(found) // 1000}").json()
        found += [one["id"] for one in answer["features"]]
        if len(found) >= answer["aantal"]:
            return found


JUNE = "&van=2026-06-01&tot=2026-06-05"


def test_the_list_has_every_public_melding_of_a_question_once_and_no_other(
    client: TestClient, database: Database
) -> None:
    first, last = date(2026, 6, 1), date(2026, 6, 5)
    expected = {
        melding.public_id
        for melding, category in rows(database)
        if is_public(melding, category) and first <= melding.created_on <= last
    }
    found = listed(client, JUNE)
    assert len(found) == len(expected) > 25
    assert set(found) == expected


@pytest.mark.parametrize(
    ("query", "keeps"),
    [
        ("&stand=open", lambda m, c: m.status != Status.CLOSED),
        ("&stand=afgehandeld", lambda m, c: m.status == Status.CLOSED),
        ("&soort=afval", lambda m, c: c.main_group == "afval"),
        ("&soort=afval&soort=groen", lambda m, c: c.main_group in {"afval", "groen"}),
    ],
    ids=["open", "afgehandeld", "soort", "soorten"],
)
def test_each_filter_keeps_what_it_names_on_list_and_map_alike(
    client: TestClient, database: Database, query: str, keeps: Any
) -> None:
    june = set(listed(client, JUNE))
    expected = {m.public_id for m, c in rows(database) if m.public_id in june and keeps(m, c)}
    assert 0 < len(expected) < len(june)
    assert set(listed(client, JUNE + query)) == expected
    assert set(on_map(client, JUNE + query)) == expected


def test_the_wijken_share_the_meldingen_among_them(client: TestClient) -> None:
    html = client.get(QUERY).text
    wijken = re.findall(r'<option value="(WK0622\d\d)"', html)
    parts = [listed(client, f"{JUNE}&gebied={wijk}") for wijk in wijken]
    assert sum(len(part) for part in parts) == len(set().union(*parts))
    assert set().union(*parts) <= set(listed(client, JUNE))
    assert set(on_map(client, f"{JUNE}&gebied={wijken[0]}")) == set(parts[0])


def test_near_an_address_stand_the_same_meldingen_as_a_ruler_gives(
    client: TestClient, database: Database
) -> None:
    html = client.get(f"{QUERY}&adres=Olmendreef+100&afstand=500").text
    point = map_data(html)["plek"]
    rd = to_rd(LngLat(*(round(degree, 6) for degree in point)))
    expected = {
        m.public_id
        for m, c in rows(database)
        if is_public(m, c) and m.x is not None and (m.x - rd.x) ** 2 + (m.y - rd.y) ** 2 <= 500**2  # type: ignore[operator]
    }
    query = "&adres=Olmendreef+100&afstand=500"
    assert len(expected) > 10
    assert set(listed(client, query)) == expected == set(on_map(client, query))


def test_an_address_that_is_not_there_gives_no_list_and_says_so(client: TestClient) -> None:
    html = client.get(f"{QUERY}&adres=Nergensstraat+12").text
    assert "Wij vonden dit adres niet" in html
    assert "data-melding=" not in html
    assert map_data(html)["punten"]["url"] is None


def test_days_stand_in_order_and_no_time_is_told(client: TestClient) -> None:
    html = client.get(QUERY + JUNE).text
    days = re.findall(r'<h3 class="utrecht-heading-3">(\d+) juni 2026</h3>', html)
    assert [int(day) for day in days] == sorted((int(day) for day in days), reverse=True)
    assert re.search(r"\d\d?[.:]\d\d uur", html) is None


def test_initiatieven_are_a_kind_of_their_own_on_list_and_map(client: TestClient) -> None:
    html = client.get(f"{QUERY}&wat=initiatieven").text
    found = re.findall(r'data-initiatief="([^"]+)"', html)
    api = client.get(f"/api/v1/initiatieven?gemeente={TOWN}").json()
    assert sorted(found) == sorted(one["id"] for one in api["features"])
    assert found
    assert len(map_data(html)["punten"]["plannen"]) == len(found)
    assert "data-melding=" not in html
    assert "data-initiatief=" not in client.get(f"{QUERY}&soort=afval").text


@pytest.mark.parametrize("stand", ["open", "afgehandeld"])
def test_initiatieven_are_open_until_they_ended(client: TestClient, stand: str) -> None:
    features = client.get(f"/api/v1/initiatieven?gemeente={TOWN}").json()["features"]
    ended = {one["id"] for one in features if one["properties"]["status"] in {"uitgevoerd", "gestopt"}}
    html = client.get(f"{QUERY}&wat=initiatieven&stand={stand}").text
    found = set(re.findall(r'data-initiatief="([^"]+)"', html))
    assert found == (ended if stand == "afgehandeld" else {one["id"] for one in features} - ended)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("&pagina=99999", 404),
        ("&gebied=WK999999", 404),
        ("&stand=half", 400),
        ("&van=2026-06-02&tot=2026-06-01", 400),
    ],
)
def test_a_question_that_cannot_be_is_refused(client: TestClient, query: str, status: int) -> None:
    assert client.get(QUERY + query).status_code == status


# One melding


@pytest.fixture
def told(database: Database) -> Iterator[str]:
    with much_told(database) as public_id:
        yield public_id


def test_the_page_of_a_melding_tells_what_is_public_and_nothing_more(client: TestClient, told: str) -> None:
    html = client.get(f"/meldingen/{told}").text
    for shown in (
        "De bank ligt om.",
        "Wij kijken.",
        "Rechtgezet.",
        "21 juni 2026",
        "22 juni 2026",
        f"/fotos/{RELEASED}.jpg",
    ):
        assert shown in html
    for hidden in ("Geheimlaan", "Jansen", KEPT, "9.00", "22.30"):
        assert hidden not in html
    assert html.index("Wij kijken.") < html.index("Rechtgezet.")


def test_the_list_tells_what_was_last_done(client: TestClient, database: Database, told: str) -> None:
    (melding,) = [m for m, _ in rows(database) if m.public_id == told]
    day = melding.created_on.isoformat()
    html = client.get(f"{QUERY}&van={day}&tot={day}").text
    (row,) = re.findall(rf'data-melding="{re.escape(told)}".*?</li>', html, re.DOTALL)
    assert "Rechtgezet." in row
    assert "Wij kijken." not in row


def test_a_text_that_was_not_released_is_not_told(client: TestClient, database: Database, told: str) -> None:
    with database.write() as session:
        session.scalars(select(Melding).where(Melding.public_id == told)).one().text_released = False
    assert "De bank" not in client.get(f"/meldingen/{told}").text


def test_an_imported_melding_has_its_begin_and_its_end(client: TestClient, database: Database) -> None:
    melding = next(m for m, c in rows(database) if is_public(m, c) and m.closed_at is not None)
    html = client.get(f"/meldingen/{melding.public_id}").text
    assert re.findall(r"<strong>(\w+)</strong> <span class=\"klein\">", html) == ["Gemeld", "Afgehandeld"]


def test_a_shielded_or_unknown_melding_has_no_page(client: TestClient, database: Database) -> None:
    shielded = next(m for m, c in rows(database) if not is_public(m, c))
    assert client.get(f"/meldingen/{shielded.public_id}").status_code == 404
    assert client.get("/meldingen/bestaat-niet").status_code == 404


# Gone


class Seen(NamedTuple):
    """What the public gets of one melding: pages and answers that name it, and figures that count it."""

    texts: tuple[str, ...]
    statuses: tuple[int, ...]
    heat_count: int
    heat_tile: bytes
    counted: float


def seen(client: TestClient, melding: Melding) -> Seen:
    day = melding.created_on.isoformat()
    period = f"gemeente={TOWN}&van={day}&tot={day}"
    assert melding.lon is not None
    assert melding.lat is not None
    tiles = 2**15
    x = int((melding.lon + 180) / 360 * tiles)
    y = int((1 - math.asinh(math.tan(math.radians(melding.lat))) / math.pi) / 2 * tiles)
    own = (
        f"/meldingen/{melding.public_id}",
        f"/api/v1/meldingen/{melding.public_id}",
        f"/fotos/{RELEASED}.jpg",
    )
    values = client.get(f"/api/v1/cijfers/meldingen_inw/waarden?niveau=gemeente&{period}").json()["waarden"]
    return Seen(
        tuple(client.get(f"{path}?{period}").text for path in ("/meldingen", "/api/v1/meldingen")),
        tuple(client.get(path).status_code for path in own),
        client.get(f"/api/v1/warmte?{period}").json()["aantal"],
        client.get(f"/tegels/warmte/15/{x}/{y}?{period}").content,
        values[TOWN]["n"],
    )


def test_a_hidden_melding_is_gone_everywhere_at_once(
    client: TestClient, database: Database, told: str
) -> None:
    """Everything is asked for before, so that it is in every memory that the service has."""
    (melding,) = [m for m, _ in rows(database) if m.public_id == told]
    before = seen(client, melding)
    assert all(told in text for text in before.texts)
    assert before.statuses == (200, 200, 200)
    with database.write() as session:
        kept = session.scalars(select(Melding).where(Melding.public_id == told)).one()
        handling.hide(session, kept, actor="proef", reason="proef")
    after = seen(client, melding)
    assert not any(told in text for text in after.texts)
    assert after.statuses == (404, 404, 404)
    assert after.heat_count == before.heat_count - 1
    assert after.heat_tile != before.heat_tile
    assert after.counted == before.counted - 1


def test_a_melding_that_gets_a_shielded_soort_is_gone_at_once(
    client: TestClient, database: Database, told: str
) -> None:
    (melding,) = [m for m, _ in rows(database) if m.public_id == told]
    assert all(told in text for text in seen(client, melding).texts)
    with database.write() as session:
        before = session.get_one(Category, melding.category_id)
        shielded = session.scalars(
            select(Category).where(
                Category.edition == before.edition, Category.privacy == PrivacyClass.GEBIED
            )
        ).first()
        assert shielded is not None
        kept = session.get_one(Melding, melding.id)
        handling.change_kind(session, kept, shielded.slug, actor="proef")
    after = seen(client, melding)
    with database.write() as session:
        session.get_one(Melding, melding.id).category_id = melding.category_id
    assert not any(told in text for text in after.texts)
    assert after.statuses == (404, 404, 404)
