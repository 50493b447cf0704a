"""The page of a wijk: who is there for it, what is good about it, and what was done lately."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from listed_town import TOWN, much_told, town_settings
from served import loaded_database
from sqlalchemy import select

from data import handling
from data.database import Database
from data.models import Melding, MeldingArea
from service.app import create_app
from service.settings import Settings


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


@pytest.fixture
def told(database: Database) -> Iterator[str]:
    with much_told(database) as public_id:
        yield public_id


def of_place(database: Database, public_id: str) -> str:
    """The wijk that a melding lies in."""
    with database.read() as session:
        buurt = session.scalars(
            select(MeldingArea.buurt).join(Melding).where(Melding.public_id == public_id)
        ).first()
    assert buurt is not None
    return f"WK{buurt[2:8]}"


def section(html: str, name: str) -> str:
    (found,) = re.findall(rf'<section aria-labelledby="{name}">(.*?)</section>', html, re.DOTALL)
    text: str = found
    return text


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/wijken/WK062206", "Wijkcoördinator Holy"),
        ("/wijken/BU06220601", "000 111 22 33"),
        ("/gebieden/GB062201", "west@voorbeeld.example"),
        ("/wijken/WK062208", "stad@voorbeeld.example"),
    ],
    ids=["own", "of its wijk", "of the gebied", "of the town"],
)
def test_each_place_names_who_is_there_for_it_by_role(client: TestClient, path: str, shown: str) -> None:
    assert shown in section(client.get(path).text, "coordinator")


def test_without_a_contact_the_page_says_so(client: TestClient) -> None:
    html = section(client.get("/wijken/WK055603").text, "coordinator")
    assert "weten niet wie" in html
    assert "@" not in html


def test_the_wijk_tells_what_was_done_until_it_is_withdrawn(
    client: TestClient, database: Database, told: str
) -> None:
    wijk = f"/wijken/{of_place(database, told)}"
    done = section(client.get(wijk).text, "ermee")
    assert f'href="/meldingen/{told}"' in done
    assert "Rechtgezet." in done
    assert "Wij kijken." not in done
    with database.write() as session:
        kept = session.scalars(select(Melding).where(Melding.public_id == told)).one()
        handling.hide(session, kept, actor="proef", reason="proef")
    assert "Rechtgezet." not in client.get(wijk).text


def test_the_wijk_lists_its_schools_and_the_initiatieven_that_run_or_ended(client: TestClient) -> None:
    features = client.get(f"/api/v1/initiatieven?gemeente={TOWN}").json()["features"]
    inside = [one["properties"] for one in features if (one["properties"]["buurt"] or "")[2:8] == "062206"]
    html = client.get("/wijken/WK062206").text
    strong, done = section(html, "sterk"), section(html, "ermee")
    assert "Het College Vos" in strong
    assert strong.count("Het College Vos</li>") == 1
    for plan in inside:
        assert (plan["titel"] in strong) == (plan["status"] == "loopt")
        assert (plan["titel"] in done) == (plan["status"] == "uitgevoerd")
    assert {plan["status"] for plan in inside} & {"loopt", "uitgevoerd"}


def test_the_three_doors_know_the_wijk(client: TestClient) -> None:
    html = client.get("/wijken/WK062206").text
    for path in (
        "/melden?gemeente=GM0622",
        "/idee?gemeente=GM0622",
        "/vraag?gemeente=GM0622&amp;wijk=WK062206",
    ):
        assert f'href="{path}"' in html
        assert client.get(path.replace("&amp;", "&")).status_code == 200
