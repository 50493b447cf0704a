"""What the API answers on the bundled open data, compared with published tables and the files themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from io import BytesIO
from typing import Any

import pandas as pd
import pytest
import shapely
from fastapi.testclient import TestClient
from PIL import Image
from served import bundled_database

from service.app import create_app
from service.settings import Settings


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    url = bundled_database(tmp_path_factory.mktemp("api"))
    with TestClient(create_app(Settings(database_url=url))) as client:
        yield client


def get(client: TestClient, path: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def published(level: str, gemeente: str) -> pd.DataFrame:
    path = files("data") / "resources" / "cbs" / f"kerncijfers_2024_{level}.csv"
    with path.open(encoding="utf-8") as file:
        table = pd.read_csv(file)
    return table[table["gm_code"] == gemeente]


def test_the_three_bundled_towns_are_there_by_name(client: TestClient) -> None:
    names = [one["naam"] for one in get(client, "gemeenten")["gemeenten"]]
    assert names == ["Assen", "Maassluis", "Vlaardingen"]


@pytest.mark.parametrize(
    ("gemeente", "buurten", "wijken", "gebieden"),
    [("GM0622", 40, 8, 8), ("GM0556", 19, 8, 8)],
    ids=["Vlaardingen", "Maassluis"],
)
def test_a_town_has_its_buurten_wijken_and_proposed_gebieden(
    client: TestClient, gemeente: str, buurten: int, wijken: int, gebieden: int
) -> None:
    for level, number in (("buurt", buurten), ("wijk", wijken), ("gebied", gebieden)):
        found = get(client, f"gebieden?gemeente={gemeente}&niveau={level}")["gebieden"]
        assert len(found) == number
    assert {one["status"] for one in found} == {"voorstel"}


def test_layers_cover_the_town_and_keep_forever(client: TestClient) -> None:
    layers = {one["niveau"]: one for one in get(client, "kaartlagen?gemeente=GM0622")["kaartlagen"]}
    assert set(layers) == {"buurt", "wijk", "gebied", "gemeente", "water", "grens", "spoor"}
    answer = client.get(layers["buurt"]["url"])
    assert answer.headers["content-type"] == "application/geo+json"
    assert "immutable" in answer.headers["Cache-Control"]
    shapes = [shapely.from_geojson(json.dumps(one["geometry"])) for one in answer.json()["features"]]
    whole = client.get(layers["gemeente"]["url"]).json()["features"][0]["geometry"]
    parts = shapely.union_all(shapes).area
    assert parts == pytest.approx(shapely.from_geojson(json.dumps(whole)).area, rel=0.002)
    assert client.get("/api/v1/kaartlagen/2016-gm0622-buurt-0000000000000000").status_code == 404


def test_the_share_of_65_and_over_per_gebied_is_that_of_the_published_table(client: TestClient) -> None:
    found = get(client, "cijfers/aandeel_65/waarden?gemeente=GM0622&niveau=gebied")
    shares = {one["naam"]: one["tekst"] for one in found["waarden"].values()}
    assert (shares["Holy-Zuid"], shares["Holy-Noord"], shares["Westwijk"]) == ("30,2", "27,7", "16,1")
    assert found["legenda"]["indeling"] == "indeling 2016, cijfers 2024"
    assert "voorstel" in " ".join(found["legenda"]["toelichting"])


def test_crimes_are_of_the_years_that_they_were_counted_in(client: TestClient) -> None:
    """Control: what is no count of several years is of the year of its figures."""
    crimes, older = (
        get(client, f"cijfers/{one}/waarden?gemeente=GM0622&niveau=gebied")["legenda"]
        for one in ("misdrijven_inw", "aandeel_65")
    )
    assert (crimes["periode"], crimes["indeling"]) == ("2023 t/m 2025", "indeling 2016, cijfers 2024")
    assert older["periode"] == "cijfers 2024"


def test_every_buurt_value_equals_the_file_it_came_from(client: TestClient) -> None:
    found = get(client, "cijfers/misdrijven_inw/waarden?gemeente=GM0622&niveau=buurt")["waarden"]
    table = published("buurt", "GM0622").set_index("bu_code")
    crimes = table[["misdrijven_2023", "misdrijven_2024", "misdrijven_2025"]].mean(axis=1, skipna=False)
    expected = (crimes / table["inwoners"] * 1000)[table["inwoners"] >= 500].dropna()
    shown = {code: one["waarde"] for code, one in found.items() if one["waarde"] is not None}
    assert set(shown) == set(expected.index)
    assert all(shown[code] == pytest.approx(value) for code, value in expected.items())


@pytest.mark.parametrize("path", ["/api/v1/meldingen/a%0Ab", "/api/v2/meldingen", "/api/"])
def test_all_that_is_not_there_under_the_api_is_a_problem_and_no_page(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_classes_hold_every_area_once_and_small_ones_say_so(client: TestClient) -> None:
    found = get(client, "cijfers/misdrijven_inw/waarden?gemeente=GM0622&niveau=buurt")
    counted = sum(line["aantal"] for line in found["legenda"]["regels"])
    assert counted == len(found["waarden"]) == 40
    small = [one for one in found["waarden"].values() if one["status"] == "te_klein"]
    assert small
    assert {(one["waarde"], one["klasse"]) for one in small} == {(None, -2)}


def test_without_meldingen_a_cijfer_on_meldingen_is_not_delivered_and_never_zero(client: TestClient) -> None:
    found = get(client, "cijfers/meldingen_inw/waarden?gemeente=GM0556&niveau=wijk")["waarden"]
    assert {(one["waarde"], one["status"]) for one in found.values()} == {(None, "niet_geleverd")}


def test_a_cijfer_that_is_for_staff_does_not_exist_for_the_public(client: TestClient) -> None:
    names = {one["id"] for one in get(client, "cijfers")["cijfers"]}
    assert "overlast_inw" not in names
    assert client.get("/api/v1/cijfers/overlast_inw/waarden?gemeente=GM0622").status_code == 404


def test_an_address_is_suggested_found_near_and_placed(client: TestClient) -> None:
    lines = get(client, "adressen?zoek=Asserstraat 20&gemeente=GM0106")["adressen"]
    assert lines
    first = lines[0]
    near = get(client, f"adressen/_bij?lon={first['lon']}&lat={first['lat']}")["adressen"]
    assert near[0]["weergave"] == first["weergave"]
    assert near[0]["afstandM"] < 1
    assert get(client, f"plek?lon={first['lon']}&lat={first['lat']}")["gemeenteNaam"] == "Assen"


def test_a_town_without_a_bag_file_offers_its_landmarks(client: TestClient) -> None:
    lines = get(client, "adressen?zoek=Olmendreef&gemeente=GM0622")["adressen"]
    assert [line["soort"] for line in lines] == ["plek"]


def test_a_point_in_the_sea_is_in_none_of_our_wijken(client: TestClient) -> None:
    found = get(client, "plek?lon=3.6&lat=52.2")
    assert found["buitenGebied"]
    assert {value for key, value in found.items() if key != "buitenGebied"} == {None}


def test_a_box_in_the_town_is_taken(client: TestClient) -> None:
    assert get(client, "meldingen?gemeente=GM0622&bbox=4.3,51.9,4.4,51.95")["aantal"] == 0


def test_an_empty_heat_tile_is_a_transparent_picture_of_256_pixels(client: TestClient) -> None:
    address = get(client, "warmte?gemeente=GM0622")["tegels"].format(z=12, x=2097, y=1361)
    picture = Image.open(BytesIO(client.get(address).content)).convert("RGBA")
    assert picture.size == (256, 256)
    assert picture.getchannel("A").getextrema() == (0, 0)


@pytest.mark.parametrize("tile", ["12/5000/1361", "19/1/1", "12/-1/5", "a/b/c"])
def test_a_tile_that_does_not_exist_is_refused(client: TestClient, tile: str) -> None:
    assert client.get(f"/tegels/warmte/{tile}?gemeente=GM0622").status_code == 400


def test_every_source_names_its_licence_and_age(client: TestClient) -> None:
    found = get(client, "bronnen")["bronnen"]
    assert len(found) >= 4
    assert all(one["licentie"] and one["dagenOud"] == 0 for one in found)


@pytest.mark.parametrize("days", ["van=0001-01-01", "tot=9999-12-31", "van=1899-12-31", "tot=2101-01-01"])
@pytest.mark.parametrize("path", ["meldingen", "warmte", "cijfers/meldingen_inw/waarden"])
def test_days_at_the_ends_of_the_calendar_are_refused(client: TestClient, path: str, days: str) -> None:
    answer = client.get(f"/api/v1/{path}?gemeente=GM0622&{days}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["detail"] == "het jaar ligt tussen 1900 en 2100"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"])
def test_moments_that_do_not_exist_in_utc_are_refused(client: TestClient, moment: str) -> None:
    for path in ("/api/v1/meldingen", "/analyse"):
        assert client.get(f"{path}?gemeente=GM0622&standVan={moment}").status_code == 400
