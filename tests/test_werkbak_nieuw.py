"""Typing a melding in for somebody: by whom, from which words, and what goes home on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from served import ACCOUNT, PASSWORD, loaded_database
from sqlalchemy import func, select

from data.database import Database
from data.entered import entered
from data.intake_models import Contact, Intake
from data.models import Category, Melding
from data.rights import Grant, Role
from data.visibility import PUBLIC, Viewer
from service.app import create_app
from service.melding_form import fresh_key
from service.settings import Settings

ASSEN = "GM0106"
TEXT = "lantaarnpaal stuk"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("nieuw")
    settings = Settings(
        database_url=loaded_database(folder),
        var_folder=folder / "var",
        staff={ACCOUNT: hashed(PASSWORD)},
    )
    with TestClient(create_app(settings), follow_redirects=False) as client:
        assert client.post("/inloggen", data={"naam": ACCOUNT, "wachtwoord": PASSWORD}).status_code == 303
        yield client


@pytest.fixture
def database(client: TestClient) -> Database:
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    return database


def form(client: TestClient, **changed: str) -> dict[str, str]:
    """A form as somebody at the phone fills it in: words, an address, and how it came in."""
    page = client.get(f"/werkbak/nieuw?gemeente={ASSEN}").text
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[-1]
    sent = {"gemeente": ASSEN, "sleutel": fresh_key(), "tekst": TEXT, "adres": "Kloekhorststraat 29"}
    return {**sent, "kanaal": "telefoon", "csrf": csrf, **changed}


def made(client: TestClient, **changed: str) -> str:
    """The public id of a melding that was just typed in."""
    answer = client.post("/werkbak/nieuw", data=form(client, **changed))
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].split("/")[2]


def count(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Intake)) or 0


def test_words_and_an_address_are_enough(client: TestClient, database: Database) -> None:
    public_id = made(client)
    query = select(Melding, Category.slug, Intake).join(Category).join(Intake)
    with database.read() as session:
        melding, slug, intake = session.execute(query.where(Melding.public_id == public_id)).one()
    assert (melding.text, melding.channel, slug) == (TEXT, "telefoon", "straatverlichting")
    assert str(melding.address).startswith("Kloekhorststraat 29")
    assert (intake.entered_by, intake.suggested, intake.quarantine) == (ACCOUNT, "straatverlichting", None)


def test_a_point_of_the_street_is_taken_without_an_address(client: TestClient, database: Database) -> None:
    with database.read() as session:
        house = session.scalars(select(Melding).where(Melding.public_id == made(client))).one()
    public_id = made(client, adres="", punt=f"{house.lon},{house.lat}", kanaal="balie")
    with database.read() as session:
        melding = session.scalars(select(Melding).where(Melding.public_id == public_id)).one()
    assert (melding.place_quality, melding.channel) == ("punt", "balie")
    assert str(melding.address).startswith("bij Kloekhorststraat 29")


def test_the_receipt_has_number_and_link_and_no_words_of_the_melding(client: TestClient) -> None:
    public_id = made(client, tekst="lantaarn kapot, kanarie", postcode="9401BB")
    page = client.get(f"/werkbak/{public_id}/bewijs").text
    link = re.search(r"/volg/\S+?(?=<)", page)
    assert link is not None
    assert re.search(r"\d{3} \d{3} \d{4}", page)
    assert "kanarie" not in page
    assert "kanarie" in client.get(link[0]).text


def test_only_who_typed_it_in_gets_the_receipt(client: TestClient, database: Database) -> None:
    public_id = made(client)
    here = (Grant(Role.WIJKCOORDINATOR, ASSEN),)
    viewers = {
        "self": Viewer(ACCOUNT, here),
        "other": Viewer("ander", here),
        "other role": Viewer(ACCOUNT, (Grant(Role.MODERATOR, ASSEN),)),
        "other gemeente": Viewer(ACCOUNT, (Grant(Role.WIJKCOORDINATOR, "GM0622"),)),
        "public": PUBLIC,
    }
    with database.read() as session:
        assert [who for who, one in viewers.items() if entered(session, one, public_id)] == ["self"]
    assert client.get("/werkbak/bestaatniet/bewijs").status_code == 404


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"tekst": ""}, "Schrijf op wat er aan de hand is"),
        ({"kanaal": "web"}, "Kies hoe de melding binnenkwam"),
        ({"kanaal": ""}, "Kies hoe de melding binnenkwam"),
        ({"adres": ""}, "Kies waar het is"),
        ({"adres": "Nergensstraat 9"}, "Kies waar het is"),
        ({"adres": "", "lijst": "buurt:BU01060001"}, "Beschrijf waar het precies is"),
        ({"soort": "bestaat-niet"}, "Kies waar het over gaat"),
        ({"sleutel": "x"}, "Het formulier was niet compleet"),
        ({"email": "a@b.nl"}, "Zet een kruisje, of haal uw gegevens weg"),
    ],
)
def test_what_is_wrong_is_asked_again_and_nothing_is_stored(
    client: TestClient, database: Database, changed: dict[str, str], told: str
) -> None:
    before = count(database)
    answer = client.post("/werkbak/nieuw", data=form(client, **changed))
    assert (answer.status_code, count(database)) == (400, before)
    assert told in answer.text


def test_without_the_token_of_the_session_nothing_is_stored(client: TestClient, database: Database) -> None:
    before = count(database)
    answer = client.post("/werkbak/nieuw", data=form(client, csrf="verkeerd"))
    assert (answer.status_code, count(database)) == (403, before)


def test_sending_twice_gives_one_receipt(client: TestClient) -> None:
    sent = form(client)
    first, second = (client.post("/werkbak/nieuw", data=sent) for _ in range(2))
    changed = client.post("/werkbak/nieuw", data={**sent, "tekst": "nu de bank kapot"})
    assert first.headers["Location"] == second.headers["Location"]
    assert (changed.status_code, "nu de bank kapot" in changed.text) == (409, True)


def test_contact_of_a_caller_is_kept_with_its_consents(client: TestClient, database: Database) -> None:
    public_id = made(client, telefoon="0612345678", mag_vragen="ja", mag_tekst="ja")
    query = select(Contact).join(Melding, Melding.id == Contact.melding_id)
    with database.read() as session:
        contact = session.scalars(query.where(Melding.public_id == public_id)).one()
    assert (contact.telefoon, contact.may_contact, contact.may_publish_text) == ("0612345678", True, True)


def test_without_a_login_the_form_leads_to_the_login(client: TestClient) -> None:
    kept = dict(client.cookies)
    client.cookies.clear()
    answers = [client.get("/werkbak/nieuw"), client.post("/werkbak/nieuw", data={"tekst": TEXT})]
    client.cookies.update(kept)
    assert {answer.headers["Location"] for answer in answers} == {"/inloggen?naar=/werkbak/nieuw"}
