"""A melding without typing a place: street by letter, then number; and the buurt that a link names."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from account_town import OWN, service
from fastapi.testclient import TestClient
from intake_door import database_of
from melden_door import fields
from stored_town import BUURTEN, add_source, addresses, town

from data import audit
from data.addresses import store_addresses
from data.areas import store_edition
from geo.crs import RDArrays, to_lnglat

TEXT = "De lantaarn voor de deur is kapot.\nAl een week."


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service with a town of two streets, and one without any."""
    with service(tmp_path_factory.mktemp("straten")) as running:
        other = addresses([7, 9]).assign(street="'t Zand", y=436_600.0)
        known = pd.concat([addresses([1, 2, 10]), other], ignore_index=True)
        at = to_lnglat(RDArrays(known["x"].to_numpy(), known["y"].to_numpy()))
        known = known.assign(lon=at.lon, lat=at.lat)
        with database_of(running).write() as session:
            store_edition(session, town())
            store_addresses(session, known, source_id=add_source(session))
            # What is kept in memory is looked up again after a change that the audit tells of.
            audit.record(session, actor="proef", action="import", object_kind="bron", object_id="adressen")
        yield running


def step(client: TestClient, page: str, **chosen: str) -> str:
    answer = client.post("/melden/straten", data={**fields(page), **chosen})
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def options(page: str, name: str) -> list[str]:
    """The values of a list to choose from."""
    found = re.findall(rf'<select[^>]*name="{name}">(.*?)</select>', page, re.DOTALL)
    return [html.unescape(one) for one in re.findall(r'value="([^"]*)"', found[0])] if found else []


def letters(page: str) -> list[str]:
    return re.findall(r'name="letter" value="(\w)"[^>]*>\w</button>', page)


def test_every_street_and_number_can_be_chosen_and_leads_to_its_own_address(client: TestClient) -> None:
    begun = client.get(f"/melden?gemeente={OWN}").text
    assert 'formaction="/melden/straten"' in begun
    page = step(client, begun, tekst=TEXT)
    assert letters(page) == ["K", "T"]
    found = {}
    for letter in letters(page):
        streets = step(client, page, tekst=TEXT, letter=letter)
        for street in options(streets, "straat"):
            numbers = step(client, streets, tekst=TEXT, straat=street)
            found[street] = options(numbers, "adres")
    assert found == {
        "Korte Hoogstraat, Vlaardingen": [
            "Korte Hoogstraat, Vlaardingen",
            "Korte Hoogstraat 1A, 3131BK Vlaardingen",
            "Korte Hoogstraat 2, 3131BK Vlaardingen",
            "Korte Hoogstraat 10, 3131BK Vlaardingen",
        ],
        "'t Zand, Vlaardingen": [
            "'t Zand, Vlaardingen",
            "'t Zand 7A, 3131BK Vlaardingen",
            "'t Zand 9A, 3131BK Vlaardingen",
        ],
    }
    for address in [one for several in found.values() for one in several[1:]]:
        checked = client.post("/melden/controle", data={**fields(numbers), "tekst": TEXT, "adres": address})
        assert fields(checked.text)["plek"] == f"plek:{address}"


def test_what_was_typed_goes_along_and_a_point_of_the_map_does_not(client: TestClient) -> None:
    begun = client.get(f"/melden?gemeente={OWN}").text
    key = fields(begun)["sleutel"]
    page = step(client, begun, tekst=TEXT, punt="4.300000,51.900000", adres="Iets anders 3")
    kept = fields(step(client, page, letter="K", straat="Korte Hoogstraat, Vlaardingen"))
    assert (kept["tekst"], kept["sleutel"], kept["punt"]) == (TEXT, key, "")
    assert "adres" not in kept


@pytest.mark.parametrize(
    "chosen",
    [{"letter": "Q"}, {"letter": "K", "straat": "Nergens, Vlaardingen"}, {"letter": "\x00", "straat": "<b>"}],
)
def test_what_is_not_in_the_list_counts_as_not_chosen(client: TestClient, chosen: dict[str, str]) -> None:
    page = step(client, client.get(f"/melden?gemeente={OWN}").text, tekst=TEXT, **chosen)
    assert letters(page) == ["K", "T"]
    assert options(page, "adres") == []


def test_a_town_without_streets_says_so_and_goes_on(tmp_path: Path) -> None:
    with service(tmp_path) as bare:
        with database_of(bare).write() as session:
            store_edition(session, town())
        page = bare.post("/melden/straten", data={"gemeente": OWN, "tekst": TEXT}).text
    assert "geen lijst met straten" in page
    assert fields(page)["tekst"] == TEXT


def test_the_buurt_of_a_link_is_filled_in_until_a_place_is_given(client: TestClient) -> None:
    page = client.get(f"/melden?gemeente={OWN}&buurt={BUURTEN[1]}").text
    assert "de buurt Twee" in page
    sent = {**fields(page), "tekst": TEXT}
    assert sent["lijst"] == f"buurt:{BUURTEN[1]}"
    checked = client.post("/melden/controle", data={**sent, "adres": ""}).text
    assert f'value="buurt:{BUURTEN[1]}" selected' in checked
    address = "Korte Hoogstraat 2, 3131BK Vlaardingen"
    typed = client.post("/melden/controle", data={**sent, "adres": address}).text
    assert fields(typed)["plek"] == f"plek:{address}"
    assert " selected" not in typed.split('id="lijst"')[1].split("</select>")[0]


@pytest.mark.parametrize("buurt", ["WK062200", "BU99999999", "<script>", ""])
def test_a_link_to_what_is_no_buurt_here_fills_nothing_in(client: TestClient, buurt: str) -> None:
    page = client.get("/melden", params={"gemeente": OWN, "buurt": buurt})
    assert (page.status_code, "lijst" in fields(page.text)) == (200, False)
