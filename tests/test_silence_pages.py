"""Hier horen we weinig, as staff see it: what it says of made-up towns, and of Assen's own meldingen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from served import ACCOUNT, PASSWORD, loaded_database
from typer.testing import CliRunner

from data.database import Database
from data.meldingen import Filters
from data.rights import EVERYWHERE, Grant, Role
from data.visibility import Viewer
from geo.areas import Level
from service.analysis import places, silence
from service.analysis.workbench import Workbench
from service.app import create_app
from service.cli import app
from service.settings import Settings

PAGE = "/analyse/hier-horen-we-weinig"
ADVISER = Viewer("adviseur", (Grant(Role.BELEIDSADVISEUR, EVERYWHERE),))


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return loaded_database(tmp_path_factory.mktemp("weinig"))


@pytest.fixture(scope="module")
def client(database_url: str) -> Iterator[TestClient]:
    settings = Settings(database_url=database_url, staff={ACCOUNT: hashed(PASSWORD)})
    with TestClient(create_app(settings)) as client:
        client.post("/inloggen", data={"naam": ACCOUNT, "wachtwoord": PASSWORD})
        yield client


def test_the_page_says_that_few_problems_look_the_same(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente=GM0622&niveau=wijk").text
    assert "Weinig problemen ziet er hetzelfde uit." in html
    assert "Wijk 05 Oostwijk" in html or "Oostwijk" in html
    assert html.count("duidelijk minder dan verwacht") >= 1


def test_what_is_too_small_is_named_and_gets_no_expectation(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente=GM0622&niveau=buurt").text
    small = html[html.index("te klein voor een uitspraak</summary>") :]
    assert "Broekpolder" in small[: small.index("</details>")]
    assert "Broekpolder" not in html[html.index("<tbody>") : html.index("</tbody>")]


def test_the_map_names_its_sources_and_the_year_of_the_inhabitants(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente=GM0622").text
    assert "<dt>Indeling</dt><dd>indeling 2016, cijfers 2024</dd>" in html
    assert re.search(r"<dt>Bron</dt><dd>[^<]*; CBS Kerncijfers wijken en buurten 2024</dd>", html)


def test_a_town_without_meldingen_says_so(client: TestClient) -> None:
    assert "Met deze keuze zijn er geen meldingen." in client.get(f"{PAGE}?gemeente=GM0106").text


def test_the_public_does_not_get_the_page(client: TestClient) -> None:
    visitor = TestClient(client.app)
    answer = visitor.get(f"{PAGE}?gemeente=GM0622", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/inloggen")
    assert PAGE not in visitor.get("/analyse").text


def test_the_link_keeps_the_numbers(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente=GM0622&niveau=wijk").text
    link = re.search(r'href="([^"]+)" data-permalink', html)
    assert link
    kept = client.get(link[1].replace("&amp;", "&")).text
    rows = [page[page.index("<tbody>") : page.index("</tbody>")] for page in (html, kept)]
    assert rows[0] == rows[1]


def test_notes_are_there_for_the_areas_that_the_page_calls_clear(database_url: str) -> None:
    workbench = Workbench(Database(database_url))
    town = places.places(workbench, "GM0622")
    found = silence.silence(workbench, ADVISER, town, Filters("GM0622"), level=Level.WIJK)
    notes = silence.notes(workbench, ADVISER, town, Filters("GM0622"), level=Level.WIJK)
    assert set(notes) == {row.place.code for row in found.few}
    assert all("Weinig problemen ziet er hetzelfde uit." in line for line in notes.values())
    workbench.database.close()


@pytest.mark.shared
def test_on_assen_the_reporting_rate_is_not_to_be_estimated(
    tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = loaded_database(tmp_path)
    monkeypatch.setenv("DATABASE_URL", url)
    path = shared / "data/meldingen/assen_2026.csv"
    words = ["--gemeente", "assen", "--source", "assen-kaart", "--categories", "assen-2026"]
    done = CliRunner().invoke(
        app, ["import", "meldingen", str(path), *words, "--observed-from", "2026-05-18"]
    )
    assert done.exit_code == 0, done.output
    workbench = Workbench(Database(url))
    town = places.places(workbench, "GM0106")
    found = silence.silence(workbench, ADVISER, town, Filters("GM0106"), level=Level.BUURT)
    assert found.duplicates == 0
    assert not any(row.is_known for row in found.reporting)
    few = {row.place.naam for row in found.few}
    print(f"Assen since 2026-05-18: clearly less than expected from {sorted(few)}")
    assert 0 < len(few) < 20
    assert all(row.observed < row.expected for row in found.few)
    workbench.database.close()


def test_beside_the_order_of_a_cijfer_about_meldingen_staff_read_of_silence_and_others_do_not(
    client: TestClient,
) -> None:
    link = f'href="{PAGE}?gemeente=GM0622&amp;niveau=wijk"'
    address = "/analyse?gemeente=GM0622&niveau=wijk&cijfer="
    assert link in client.get(f"{address}meldingen_inw.meldingen_inw").text
    assert link not in client.get(f"{address}misdrijven_inw.misdrijven_inw").text
    assert link not in TestClient(client.app).get(f"{address}meldingen_inw.meldingen_inw").text
