"""A town that takes meldingen at a place of its own only: its link stands in place of the form."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from intake_door import BESIDE, LAT, LON, LON_BESIDE, prepare, report, row_counts, send
from stored_town import TOWN

from data.database import Database
from service.app import create_app
from service.settings import GemeenteSettings, Meldpunt, Settings

KEY, HERE = "een-lange-sleutel-voor-een-app", "vlaardingen.nl"
OWN = "https://meldpunt.example/"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("meldpunt")
    url = f"sqlite:///{folder / 'wijkbeeld.db'}"
    prepare(url)
    keys = {"app": hashlib.sha256(KEY.encode()).hexdigest()}
    told = {TOWN: GemeenteSettings(meldpunt=Meldpunt.LINK, meldpunt_url=OWN, open311_sleutels=keys)}
    settings = Settings(
        database_url=url, var_folder=folder / "var", gemeenten=told, base_url="http://testserver"
    )
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def database(client: TestClient) -> Database:
    found: Database = client.app.state.database  # type: ignore[attr-defined]
    return found


def test_the_page_shows_the_link_and_no_form(client: TestClient) -> None:
    page = client.get(f"/melden?gemeente={TOWN}").text
    assert f'href="{OWN}"' in page
    assert '<form class="formulier' not in page
    beside = client.get(f"/melden?gemeente={BESIDE}").text
    assert '<form class="formulier' in beside
    assert OWN not in beside


@pytest.mark.parametrize("path", ["/melden", "/melden/controle"])
def test_a_form_that_was_still_open_leads_to_the_link_and_stores_nothing(
    client: TestClient, database: Database, path: str
) -> None:
    before = row_counts(database)
    form = {"gemeente": TOWN, "tekst": "Er ligt een tak.", "adres": "Kerkstraat 1"}
    page = client.post(path, data=form, headers={"Origin": "http://testserver"})
    assert OWN in page.text
    assert row_counts(database) == before


def test_no_other_door_takes_its_meldingen(client: TestClient, database: Database) -> None:
    before = row_counts(database)
    own_api = send(client, report(), "een-eigen-sleutel-1")
    fields = {"api_key": KEY, "jurisdiction_id": HERE, "service_code": "boom", "lat": LAT, "long": LON}
    open311 = client.post("/open311/v2/requests.json", data=fields)
    assert (own_api.status_code, open311.status_code) == (400, 400)
    assert OWN in own_api.json()["detail"]
    assert OWN in open311.json()[0]["description"]
    assert row_counts(database) == before
    beside = send(client, report(gemeente=BESIDE, lon=LON_BESIDE), "een-eigen-sleutel-2")
    assert beside.status_code == 201
