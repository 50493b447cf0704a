"""The answer per month: whoever adds up its months has the very numbers that the service gives for them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from served import ACCOUNT, PASSWORD, loaded_database

from service.app import create_app
from service.settings import Settings

TOWN = "GM0622"
YEAR_S = 365.25 * 24 * 3600


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    url = loaded_database(tmp_path_factory.mktemp("maanden"))
    with TestClient(create_app(Settings(database_url=url, staff={ACCOUNT: hashed(PASSWORD)}))) as client:
        yield client


@pytest.fixture
def staff(client: TestClient) -> Iterator[TestClient]:
    client.post("/inloggen", data={"naam": ACCOUNT, "wachtwoord": PASSWORD})
    yield client
    client.cookies.clear()


def monthly(client: TestClient, cijfer: str, niveau: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/cijfers/{cijfer}/maanden?gemeente={TOWN}&niveau={niveau}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def added_up(found: dict[str, Any], months: range, groups: list[str]) -> dict[str, tuple[Any, ...]]:
    """What the page in the browser does: (status, n, value, lower, upper) of each area."""
    which = [found["soorten"].index(one) for one in groups] or list(range(len(found["soorten"])))
    counts = np.array(found["aantallen"])[which][:, :, list(months)].sum(axis=(0, 2))
    edges = found["grenzen"][months.start], found["grenzen"][months.stop]
    watched = [one for one in found["bronnen"] if set(one["soorten"]) & set(which)]
    stretches = [(max(one["van"], edges[0]), min(one["tot"], edges[1])) for one in watched]
    # One source in this town: nothing overlaps.
    years = sum(max(end - begin, 0) for begin, end in stretches) / YEAR_S
    answer: dict[str, tuple[Any, ...]] = {}
    for place, n, size, always in zip(
        found["gebieden"], counts.tolist(), found["noemer"], found["status"], strict=True
    ):
        status = "te_klein" if always == "bekend" and n < found["minstens"] else always
        shown = status == "bekend" and years > 0
        factor = found["schaal"] / (size * years) if shown else None
        ends = (found["ondergrens"][n], found["bovengrens"][n])
        answer[place["code"]] = (
            (status, n, n * factor, ends[0] * factor, ends[1] * factor) if factor else (status, n)
        )
    return answer


@pytest.mark.parametrize("cijfer", ["meldingen_inw", "groen_ha", "dumping_hh"])
@pytest.mark.parametrize("niveau", ["buurt", "gebied"])
@pytest.mark.parametrize(("first", "months"), [("2026-03", 1), ("2025-07", 12)])
@pytest.mark.parametrize("groups", [[], ["afval", "groen"]], ids=["all", "two"])
def test_months_added_up_are_the_numbers_of_the_service(
    staff: TestClient, cijfer: str, niveau: str, first: str, months: int, groups: list[str]
) -> None:
    found = monthly(staff, cijfer, niveau)
    begin = found["maanden"].index(first)
    stretch = range(begin, begin + months)
    last = found["maanden"][stretch.stop - 1]
    asked = {
        "gemeente": TOWN,
        "niveau": niveau,
        "soort": groups,
        "van": f"{first}-01",
        "tot": f"{last}-{monthrange(*map(int, last.split('-')))[1]}",
    }
    own = staff.get(f"/api/v1/cijfers/{cijfer}/waarden", params=asked).json()["waarden"]
    mine = added_up(found, stretch, groups)
    assert mine.keys() == own.keys()
    assert sum(one["status"] == "bekend" for one in own.values()) >= (5 if months > 1 else 0)
    assert sum(one["n"] for one in own.values()) > 0
    for code, one in own.items():
        assert (code, *mine[code][:2]) == (code, one["status"], one["n"])
        if one["status"] == "bekend":
            expected = (one["waarde"], one["ondergrens"], one["bovengrens"])
            np.testing.assert_allclose(mine[code][2:], expected, rtol=1e-5, atol=1e-9)


def test_of_soorten_that_a_cijfer_does_not_count_neither_knows_a_number(staff: TestClient) -> None:
    found = monthly(staff, "dumping_hh", "wijk")
    asked = {"gemeente": TOWN, "niveau": "wijk", "soort": "verkeer"}
    own = staff.get("/api/v1/cijfers/dumping_hh/waarden", params=asked).json()["waarden"]
    assert {one["status"] for one in own.values()} == {"niet_geleverd"}
    assert {one["waarde"] for one in own.values()} == {None}
    place = found["soorten"].index("verkeer")
    assert [one for one in found["bronnen"] if place in one["soorten"]] == []


def test_the_public_gets_the_months_of_what_everybody_may_see(client: TestClient) -> None:
    """Control: with staff the same months hold more."""
    client.cookies.clear()
    public = np.array(monthly(client, "meldingen_inw", "buurt")["aantallen"])
    client.post("/inloggen", data={"naam": ACCOUNT, "wachtwoord": PASSWORD})
    every = np.array(monthly(client, "meldingen_inw", "buurt")["aantallen"])
    client.cookies.clear()
    assert 0 < public.sum() < every.sum()
    assert (public <= every).all()


@pytest.mark.parametrize("cijfer", ["aandeel_65", "duur_mediaan", "overlast_inw"])
def test_what_is_no_rate_of_meldingen_is_not_there_per_month(staff: TestClient, cijfer: str) -> None:
    answer = staff.get(f"/api/v1/cijfers/{cijfer}/maanden?gemeente={TOWN}")
    assert (answer.status_code, "niet per maand" in answer.text) == (404, True)
