"""`Ik zie dit ook`: counted once per visitor, only for public meldingen, and mail only when asked for."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from intake_door import database_of
from reported import HERE, change, filled, lnglat, put
from solving import payload
from sqlalchemy import select
from stored_town import TOWN, add_source, addresses

from data.addresses import store_addresses
from data.following_models import Follower
from data.incident_models import AlsoSeen
from data.models import Melding, Outbox
from data.seeing_too import Numbers, Said, numbers, say, seen_too
from service.app import create_app
from service.challenge import Vorm
from service.settings import Settings

TODAY = date(2026, 7, 1)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    filled(url).close()
    with TestClient(
        create_app(Settings(database_url=url, var_folder=tmp_path)), follow_redirects=False
    ) as client:
        yield client


def solved(client: TestClient) -> str:
    settings: Settings = client.app.state.settings  # type: ignore[attr-defined]
    return payload(settings.var_folder, Vorm.OOK, now=time.time())


def key_of(html: str) -> str:
    return str(re.findall(r'name="sleutel" value="([^"]+)"', html)[0])


def press(client: TestClient, name: str, *, proven: bool = True, **fields: str) -> Response:
    """Open the page and press the button, as a visitor does."""
    html = client.get(f"/meldingen/{name}").text
    data = {"sleutel": key_of(html), "altcha": solved(client) if proven else "", **fields}
    answer: Response = client.post(f"/meldingen/{name}/ook", data=data)
    return answer


def counted(client: TestClient, name: str) -> int:
    with database_of(client).read() as session:
        return seen_too(session, [name])[name]


def test_a_visitor_counts_once_and_another_counts_too(client: TestClient) -> None:
    name = put(database_of(client), "boom", 10)
    assert press(client, name).headers["Location"] == f"/meldingen/{name}?ook=geteld#ook"
    assert press(client, name).headers["Location"] == f"/meldingen/{name}?ook=al#ook"
    assert counted(client, name) == 1
    client.cookies.clear()
    assert press(client, name).headers["Location"] == f"/meldingen/{name}?ook=geteld#ook"
    assert "Ook gezien door 2 mensen." in client.get(f"/meldingen/{name}").text


def test_the_same_form_sent_twice_counts_once_without_a_cookie(client: TestClient) -> None:
    name = put(database_of(client), "boom", 10)
    data = {"sleutel": key_of(client.get(f"/meldingen/{name}").text), "altcha": solved(client)}
    answers = []
    for _ in range(2):
        client.cookies.clear()
        answers.append(client.post(f"/meldingen/{name}/ook", data=data).headers["Location"])
    assert [one.split("=")[1] for one in answers] == ["geteld#ook", "al#ook"]
    assert counted(client, name) == 1


def test_who_does_not_solve_the_challenge_is_kept_and_not_counted(client: TestClient) -> None:
    name = put(database_of(client), "boom", 10)
    answer = press(client, name, proven=False, email="iemand@voorbeeld.nl")
    assert answer.headers["Location"] == f"/meldingen/{name}?ook=bewaard#ook"
    with database_of(client).read() as session:
        melding = session.scalars(select(Melding.id)).one()
        assert numbers(session, melding) == Numbers(checked=0, unchecked=1)
        assert not session.scalars(select(Outbox)).all()


def test_an_address_is_asked_and_gets_no_more_than_that_question(client: TestClient) -> None:
    name = put(database_of(client), "boom", 10)
    press(client, name, email="iemand@voorbeeld.nl")
    with database_of(client).read() as session:
        mails = [(one.kind, one.recipient) for one in session.scalars(select(Outbox))]
        follower = session.scalars(select(Follower)).one()
    assert mails == [("adres.bevestigen", "iemand@voorbeeld.nl")]
    assert (follower.reporter, follower.confirmed_at) == (False, None)


def test_what_is_not_one_address_is_asked_nothing(client: TestClient) -> None:
    name = put(database_of(client), "boom", 10)
    press(client, name, email="a@voorbeeld.nl\nBcc: b@voorbeeld.nl")
    with database_of(client).read() as session:
        assert not session.scalars(select(Outbox)).all()


@pytest.mark.parametrize("hidden", ["shielded", "waits", "set aside", "unknown"])
def test_a_melding_that_is_not_public_answers_as_if_it_were_not_there(
    client: TestClient, hidden: str
) -> None:
    database = database_of(client)
    name = "bestaat-niet"
    if hidden == "shielded":
        name = put(database, "geluid", 1)
    if hidden == "waits":
        name = put(database, "boom", 2, quarantine="zonder controle")
    if hidden == "set aside":
        name = put(database, "boom", 3)
        change(database, name, intern=True)
    answer = client.post(f"/meldingen/{name}/ook", data={"sleutel": "a" * 32, "altcha": solved(client)})
    assert answer.status_code == 404
    with database.read() as session:
        assert not session.scalars(select(AlsoSeen)).all()


def test_a_form_of_another_site_is_refused(client: TestClient) -> None:
    name = put(database_of(client), "boom", 10)
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert (
        client.post(f"/meldingen/{name}/ook", data={"sleutel": "a" * 32}, headers=headers).status_code == 403
    )


def test_nothing_kept_links_two_presses_of_one_visitor(client: TestClient) -> None:
    names = [put(database_of(client), "boom", metres) for metres in (10, 20)]
    for name in names:
        press(client, name)
    visitor = client.cookies["wijkbeeld-ook"]
    with database_of(client).read() as session:
        hashes = session.scalars(select(AlsoSeen.key_hash)).all()
    assert len(set(hashes)) == 2
    assert visitor not in hashes


def test_of_two_presses_at_once_one_counts_on_both_databases(database_url: str) -> None:
    database = filled(database_url)
    name = put(database, "boom", 10)

    def once(_n: int) -> Said | None:
        with database.write() as session:
            return say(session, name, key_hash="k" * 64, on=TODAY, settle=lambda _session: None)

    with ThreadPoolExecutor(4) as pool:
        said = sorted(str(one) for one in pool.map(once, range(4)))
    assert said == ["al", "al", "al", "geteld"]
    with database.read() as session:
        assert seen_too(session, [name, "x"]) == {name: 1, "x": 0}
    database.close()


def test_the_hint_on_the_way_to_a_new_melding_tells_how_many(client: TestClient) -> None:
    name = put(database_of(client), "boom", 10)
    press(client, name)
    answer = client.get("/api/v1/meldingen/_bij", params={"gemeente": TOWN, "plek": "4.3460,51.9090"})
    assert answer.status_code == 200
    place = client.get(f"/api/v1/meldingen/{name}").json()["geometry"]["coordinates"]
    near = client.get(
        "/api/v1/meldingen/_bij", params={"gemeente": TOWN, "plek": f"{place[0]:.6f},{place[1]:.6f}"}
    ).json()["features"]
    assert [one["properties"]["zienDitOok"] for one in near] == [1]


def test_page_two_of_a_new_melding_links_to_what_is_public_nearby_and_to_nothing_else(
    client: TestClient,
) -> None:
    database = database_of(client)
    here = lnglat(*HERE)
    house = addresses([1], code=TOWN).assign(lon=here.lon, lat=here.lat)
    with database.write() as session:
        store_addresses(session, house, source_id=add_source(session, slug="adressen"))
    name, noise = put(database, "boom", 10), put(database, "geluid", 5)
    fields = {
        "gemeente": TOWN,
        "tekst": "Er ligt een boom om.",
        "adres": "Korte Hoogstraat 1",
        "soort": "boom",
    }
    html = client.post("/melden/controle", data=fields).text
    assert "Is dit al gemeld?" in html
    assert f'href="/meldingen/{name}#ook"' in html
    assert "binnen 25 meter" in html
    assert noise not in html
    far = client.post("/melden/controle", data={**fields, "soort": "bank", "soort_lijst": "bank"}).text
    assert "Is dit al gemeld?" not in far
